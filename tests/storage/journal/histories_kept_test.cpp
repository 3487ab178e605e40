// Histories in snapshots, when the journal is gone, and in files of versions without histories.

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "storage/bootstrap.hpp"
#include "storage/errors.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/storage/journal/history_fixture.hpp"
#include "tests/storage/recovery/old_files.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_FIXTURE_TEST_SUITE(given_a_store_whose_journal_was_pruned, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_only_snapshots_know_a_history_then_it_is_still_reported) {
    const HistoryCursor first = add(2);
    back_up();
    const HistoryCursor lost = add(2);
    restore();
    std::vector<HistoryCursor> cursors{first};
    for (int life = 0; life < 12; ++life) {
        Store store = open();
        cursors.push_back(add(store, 10));
        (void)store.snapshot();
    }
    Store store = open();
    BOOST_TEST_REQUIRE(store.status().oldest > cursors[4].lsn);
    BOOST_TEST(store.history().histories().begun().size() >= 14U);
    BOOST_TEST((agreed_cursor(store, lost) == first));
    for (std::size_t life = 0; life + 1 < cursors.size(); ++life) {
        const HistoryCursor& cursor = cursors[life];
        BOOST_TEST((agreed_cursor(store, {cursor.history, cursor.lsn + 1}) == cursor));
        BOOST_TEST(store.history().next_after(cursor) == cursor.lsn + 1);
    }
    BOOST_CHECK_THROW((void)store.facts(first), TrimmedHistory);
    // A backup keeps them, too.
    back_up();
    SimulatedDisk other;
    (void)restore_store(vault, "backup", other, history_store, {});
    Store restored = Store::open(other, history_store, options);
    BOOST_TEST((agreed_cursor(restored, lost) == first));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A directory of format version 2, after three starts, each of which wrote facts (1 to 3, 4 to 7,
/// 8 to 10), with a sink that received the first two.
struct FormatTwo : OldFiles {
    FormatTwo() : OldFiles{"format-2-lives"} {}
    static constexpr HistoryId lives[] = {0x50a4d198bff1245e, 0x5edcac5f4b9ae46f,
                                          0xcd9fb819d2ed52c7};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_files_without_histories, FormatTwo)

BOOST_AUTO_TEST_CASE(when_the_files_are_opened_then_each_earlier_start_is_a_history) {
    for (int life = 0; life < 3; ++life) {
        Store store = Store::open(path, small_options());
        const auto all = facts_after(store, {lives[0], 0});
        BOOST_TEST_REQUIRE(all.size() == 10U + static_cast<unsigned>(life));
        for (const CommittedFact& fact : all) {
            const std::size_t start = fact.lsn < 4 ? 0 : fact.lsn < 8 ? 1 : 2;
            if (fact.lsn <= 10) BOOST_TEST(fact.history == lives[start]);
            BOOST_TEST(facts_after(store, fact.cursor()).size() == all.size() - fact.lsn);
        }
        BOOST_TEST((agreed_cursor(store, {lives[0], 4}) == HistoryCursor{lives[0], 3}));
        BOOST_TEST((agreed_cursor(store, {lives[1], 10}) == HistoryCursor{lives[1], 7}));
        BOOST_TEST((life == 0) == (store.history().current() == lives[2]));
        (void)HistoryFixture::add(store);
        if (life == 1) (void)store.snapshot();
    }
}

BOOST_AUTO_TEST_CASE(when_a_sink_was_registered_then_it_continues_and_its_position_has_a_history) {
    const auto kept = [&] {
        return sink_file::read(posix_file_system(), path, "webhook-hook", 0x0).value();
    };
    BOOST_CHECK_THROW((void)kept(), CorruptStore);  // of another store
    std::vector<Lsn> received;
    std::uint64_t store_id = 0;
    {
        Store store =
            bootstrap(path, small_options(),
                      {.sinks = {{.name = "webhook-hook",
                                  .call = [&](const CommittedFact& fact, std::uint64_t id) {
                                      store_id = id;
                                      received.push_back(fact.lsn);
                                      return SinkResult::acted;
                                  }}}});
        while (store.sinks().front().acked < 10) std::this_thread::yield();
    }
    BOOST_TEST(received.front() == 3U);
    BOOST_TEST(received.size() == 8U);
    const auto position =
        sink_file::read(posix_file_system(), path, "webhook-hook", store_id).value();
    BOOST_TEST((position == sink_file::Position{10, lives[2]}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A directory of format version 3. A second start wrote the facts from the ninth on, after a
/// restore that lost one history; the eighth fact is a moved line. It has snapshots taken after the
/// eighth and the ninth fact, and a sink that received two facts.
struct FormatThree : OldFiles {
    FormatThree() : OldFiles{"format-3"} {}
    static constexpr HistoryId first = 0xdcf4c064757c15d8, second = 0x7d0f1436d8752e4c,
                               left = 0x1111111111111111;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_files_with_histories, FormatThree)

BOOST_AUTO_TEST_CASE(when_the_files_are_recovered_then_every_source_gives_the_same) {
    Histories expected;
    expected.begin(first, 1);
    expected.begin(second, 9);
    expected.add_lost(Histories::LostHistories{{left, 3}});
    for (const Lsn start : {Lsn{0}, Lsn{8}, Lsn{9}}) {
        BOOST_TEST((recovered(start).histories == expected), start);
    }
    BOOST_TEST(check_store(path).ok);
}

BOOST_AUTO_TEST_CASE(when_the_files_are_opened_then_facts_and_cursors_are_as_they_were) {
    Store store = Store::open(path, small_options());
    BOOST_TEST(store.history().current() == second);
    const auto all = facts_after(store, {first, 0});
    BOOST_TEST_REQUIRE(all.size() == 10U);
    BOOST_TEST((all[7].cursor() == HistoryCursor{first, 8}));
    BOOST_TEST((all[8].cursor() == HistoryCursor{second, 9}));
    const LineAllocated moved{{"o2", "A", 6}, "b2", 3};
    BOOST_TEST((all[7].fact == Fact{moved}));
    BOOST_TEST((agreed_cursor(store, {left, 5}) == HistoryCursor{first, 3}));
    const auto position = sink_file::read(posix_file_system(), path, "webhook-hook",
                                          recovered(0).journal.tail.store_id);
    BOOST_TEST((position.value() == sink_file::Position{2, first}));
}

BOOST_AUTO_TEST_SUITE_END()
