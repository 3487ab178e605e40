// The history of a fact, and the last fact that two histories have in common.

#include "engine/histories.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

#include "engine/history.hpp"

using namespace allot;

namespace {

constexpr HistoryId a = 0xa, b = 0xb, c = 0xc, d = 0xd, unknown = 0xe;
constexpr auto agrees = std::optional<Lsn>{};

/// History a has LSN 1 to 10, b 11 to 20, c none, d all from 21 on.
Histories four() {
    Histories histories;
    histories.begin(a, 1);
    histories.begin(b, 11);
    histories.begin(c, 21);
    histories.begin_with_first_fact(d, 21);
    return histories;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_cursor_as_text)

BOOST_AUTO_TEST_CASE(when_the_cursor_is_parsed_then_it_equals_what_was_formatted) {
    for (const HistoryCursor cursor :
         {HistoryCursor{0x05922658499e07cb, 2248}, {0, 0}, {~HistoryId{0}, ~Lsn{0} - 2}}) {
        BOOST_TEST((cursor_in(text_of(cursor)) == std::optional{cursor}), text_of(cursor));
    }
    BOOST_TEST(text_of(HistoryCursor{0x05922658499e07cb, 2248}) == "05922658499e07cb:2248");
    BOOST_TEST((cursor_in("05922658499E07CB:2248") ==
                std::optional{HistoryCursor{0x05922658499e07cb, 2248}}));
}

BOOST_AUTO_TEST_CASE(when_the_text_is_anything_else_then_it_is_no_cursor) {
    for (const std::string text :
         {"", ":", ":1", "1", "05922658499e07cb", "05922658499e07cb:", "05922658499e07c:1",
          "05922658499e07cb0:1", "05922658499e07cb:-1", "05922658499e07cb:+1",
          "05922658499e07cb: 1", " 5922658499e07cb:1", "+5922658499e07cb:1", "-5922658499e07cb:1",
          "0x922658499e07cb:1", "05922658499e07cg:1", "05922658499e07cb:0x1",
          "05922658499e07cb:18446744073709551614", "05922658499e07cb:18446744073709551616"}) {
        BOOST_TEST(!cursor_in(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_histories_one_after_the_other)

BOOST_AUTO_TEST_CASE(when_a_fact_is_named_then_it_is_of_the_history_that_wrote_it) {
    const Histories histories = four();
    for (const auto& [lsn, history] :
         {std::pair{Lsn{0}, a}, {1, a}, {10, a}, {11, b}, {20, b}, {21, d}, {1'000, d}}) {
        BOOST_TEST(histories.at(lsn) == history, lsn);
    }
    BOOST_TEST(Histories{}.at(7) == 0U);
}

BOOST_AUTO_TEST_CASE(when_the_last_history_has_no_fact_yet_then_the_current_one_is_that_before) {
    Histories histories = four();
    BOOST_TEST(histories.current(20) == c);
    BOOST_TEST(histories.recorded(20).begun().back().id == c);
    BOOST_TEST(histories.current(21) == d);
    BOOST_TEST(histories.recorded(21).begun().back().id == d);
    histories.record();
    BOOST_TEST(histories.current(20) == d);
    BOOST_TEST(histories.recorded(20).begun().back().id == d);
    Histories first;
    first.begin_with_first_fact(a, 1);
    BOOST_TEST(first.current(0) == a);
    BOOST_TEST(first.recorded(0).begun().empty());
}

BOOST_AUTO_TEST_CASE(when_a_cursor_is_within_its_history_then_they_agree) {
    const Histories histories = four();
    for (const HistoryCursor cursor : {HistoryCursor{a, 0},
                                       {a, 1},
                                       {a, 10},
                                       {b, 20},
                                       {b, 11},
                                       {b, 10},
                                       {b, 1},
                                       {c, 20},
                                       {d, 20},
                                       {d, 1'000},
                                       {unknown, 0}}) {
        BOOST_TEST((histories.divergence_of(cursor) == agrees), text_of(cursor));
    }
}

BOOST_AUTO_TEST_CASE(when_a_cursor_is_beyond_its_history_then_they_agree_up_to_its_end) {
    Histories histories = four();
    for (int longer = 0; longer < 3; ++longer) {
        for (const auto& [cursor, agreed] : {std::pair{HistoryCursor{a, 11}, Lsn{10}},
                                             {{a, 1'000}, 10},
                                             {{b, 21}, 20},
                                             {{c, 21}, 20},
                                             {{unknown, 1}, 0},
                                             {{unknown, 1'000}, 0}}) {
            BOOST_TEST((histories.divergence_of(cursor) == std::optional{agreed}), text_of(cursor));
        }
        histories.begin(0x100 + longer, 1'000 + longer);
    }
}

BOOST_AUTO_TEST_CASE(when_very_many_have_begun_then_the_oldest_are_forgotten) {
    Histories histories;
    for (HistoryId id = 1; id <= Histories::kept_max + 1; ++id) histories.begin(id, id);
    BOOST_TEST(histories.begun().size() == Histories::kept_max);
    BOOST_TEST(!histories.knows(1));
    BOOST_TEST((histories.divergence_of({1, 1}) == std::optional<Lsn>{0}));
    BOOST_TEST((histories.divergence_of({2, 3}) == std::optional<Lsn>{2}));
}

BOOST_AUTO_TEST_CASE(when_histories_are_made_of_rows_then_these_are_in_order_and_none_comes_twice) {
    BOOST_TEST(Histories::of({{a, 1}, {b, 1}, {c, 7}}, {{d, 3}}).has_value());
    BOOST_TEST(!Histories::of({{a, 2}, {b, 1}}, {}).has_value());
    BOOST_TEST(!Histories::of({{a, 1}, {a, 2}}, {}).has_value());
    BOOST_TEST(!Histories::of({{a, 1}}, {{a, 2}}).has_value());
    BOOST_TEST(!Histories::of({}, {{a, 2}, {a, 2}}).has_value());
    BOOST_TEST(
        !Histories::of(std::vector<Histories::Begun>(Histories::kept_max + 1), {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_was_set_back)

BOOST_AUTO_TEST_CASE(when_histories_are_lost_then_each_has_its_last_common_fact) {
    // Set back to LSN 7 of history a.
    Histories now;
    now.begin(a, 1);
    auto left = now.lost_since(four(), 7);
    BOOST_TEST((left == Histories::LostHistories{{b, 7}, {c, 7}, {d, 7}}));
    // And before that to LSN 15 of history b, as its lost histories say.
    Histories before = four();
    before.add_lost(Histories::LostHistories{{unknown, 15}});
    now.begin(b, 11);
    left = now.lost_since(before, 13);
    BOOST_TEST((left == Histories::LostHistories{{unknown, 13}, {c, 13}, {d, 13}}));
    now.add_lost(left);
    now.begin(0xf, 14);
    BOOST_TEST((now.divergence_of({d, 13}) == agrees));
    BOOST_TEST((now.divergence_of({d, 14}) == std::optional<Lsn>{13}));
    BOOST_TEST((now.divergence_of({b, 14}) == std::optional<Lsn>{13}));
    // Known lost histories are not reported again.
    BOOST_TEST(now.lost_since(before, 20).empty());
}

BOOST_AUTO_TEST_CASE(when_the_other_store_left_a_history_earlier_then_they_part_there) {
    // There a ends with LSN 10, and e follows; here a ends with 12, and b follows.
    Histories there;
    there.begin(a, 1);
    there.begin(unknown, 11);
    Histories here;
    here.begin(a, 1);
    here.begin(b, 13);
    BOOST_TEST((here.lost_since(there, 20) == Histories::LostHistories{{unknown, 10}}));
    here.add_lost(Histories::LostHistories{{unknown, 10}});
    BOOST_TEST(here.at(12) == a);
    BOOST_TEST((here.divergence_of({a, 12}) == agrees));
    BOOST_TEST((here.divergence_of({unknown, 12}) == std::optional<Lsn>{10}));
}

BOOST_AUTO_TEST_CASE(when_the_stores_have_no_fact_in_common_then_no_history_is_lost) {
    Histories other;
    other.begin(unknown, 1);
    BOOST_TEST(other.lost_since(four(), 20).empty());
    BOOST_TEST(Histories{}.lost_since(four(), 0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
