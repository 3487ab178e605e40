// The files that a backup copies, moves and removes, planned without a file system.

#include "storage/io/sync_plan.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <random>

using namespace allot;

namespace allot {
std::ostream& operator<<(std::ostream& to, const SyncAction& action) {
    constexpr const char* words[] = {"COPY ", "MOVE ", "DELETE "};
    return to << words[static_cast<int>(action.kind)] << action.from << ' ' << action.to;
}
}  // namespace allot

namespace {

using Actions = std::vector<SyncAction>;

Content content(std::uint64_t which) { return {10, which, which}; }
SyncAction copy(const char* name) { return {SyncAction::Kind::copy, name, name}; }
SyncAction move(const char* from, const char* to) { return {SyncAction::Kind::move, from, to}; }
SyncAction gone(const char* name) { return {SyncAction::Kind::remove, name, ""}; }

void check(const FileContents& source, const FileContents& destination, const Actions& expected) {
    const Actions actions = plan_sync(source, destination);
    BOOST_CHECK_EQUAL_COLLECTIONS(actions.begin(), actions.end(), expected.begin(), expected.end());
}

/// The files of the destination after all actions, applied at once.
FileContents after(const FileContents& source, const FileContents& destination,
                   const Actions& actions) {
    FileContents result = destination;
    for (const SyncAction& action : actions) {
        if (action.kind != SyncAction::Kind::copy) result.erase(action.from);
    }
    for (const SyncAction& action : actions) {
        if (action.kind == SyncAction::Kind::copy) result[action.to] = source.at(action.from);
        if (action.kind == SyncAction::Kind::move) result[action.to] = destination.at(action.from);
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_files_of_source_and_destination)

BOOST_AUTO_TEST_CASE(when_a_file_is_in_the_source_but_not_in_the_destination_then_it_is_copied) {
    check({{"fn1", content(1)}}, {}, {copy("fn1")});
}

BOOST_AUTO_TEST_CASE(when_a_file_has_been_renamed_in_the_source_then_it_is_renamed) {
    check({{"fn1", content(1)}}, {{"fn2", content(1)}}, {move("fn2", "fn1")});
}

BOOST_AUTO_TEST_CASE(when_the_source_has_removed_a_file_then_it_is_deleted) {
    check({}, {{"fn1", content(1)}}, {gone("fn1")});
}

BOOST_AUTO_TEST_CASE(when_source_and_destination_hold_the_same_then_the_plan_is_empty) {
    check({{"a", content(1)}, {"b", content(1)}}, {{"a", content(1)}, {"b", content(1)}}, {});
}

BOOST_AUTO_TEST_CASE(when_a_file_has_changed_then_it_is_copied_over_the_old_one) {
    check({{"a", content(2)}}, {{"a", content(1)}}, {copy("a")});
}

BOOST_AUTO_TEST_CASE(when_two_names_were_swapped_then_both_are_renamed_and_nothing_is_copied) {
    check({{"a", content(1)}, {"b", content(2)}}, {{"a", content(2)}, {"b", content(1)}},
          {move("b", "a"), move("a", "b")});
}

BOOST_AUTO_TEST_CASE(when_names_went_round_in_a_circle_then_all_are_renamed) {
    check({{"a", content(1)}, {"b", content(2)}, {"c", content(3)}},
          {{"a", content(2)}, {"b", content(3)}, {"c", content(1)}},
          {move("c", "a"), move("a", "b"), move("b", "c")});
}

BOOST_AUTO_TEST_CASE(when_a_renamed_file_replaces_another_then_there_is_no_removal) {
    check({{"b", content(1)}}, {{"a", content(1)}, {"b", content(2)}}, {move("a", "b")});
}

BOOST_AUTO_TEST_CASE(when_a_file_is_there_twice_in_the_source_then_only_the_other_is_copied) {
    check({{"a", content(1)}, {"b", content(1)}}, {{"a", content(1)}}, {copy("b")});
    check({{"a", content(1)}, {"b", content(1)}}, {{"c", content(1)}}, {copy("b"), move("c", "a")});
}

BOOST_AUTO_TEST_CASE(when_files_of_one_hash_differ_in_length_then_they_differ) {
    check({{"a", {10, 1, 1}}}, {{"b", {11, 1, 1}}}, {copy("a"), gone("b")});
}

BOOST_AUTO_TEST_CASE(
    when_files_are_random_then_the_destination_becomes_the_source_by_fewest_copies) {
    std::mt19937 random{1};
    const auto files = [&] {
        FileContents drawn;
        for (auto count = random() % 7; count > 0; --count) {
            drawn[std::string(1, static_cast<char>('a' + random() % 6))] = content(random() % 4);
        }
        return drawn;
    };
    for (int i = 0; i < 20'000; ++i) {
        const FileContents source = files();
        const FileContents destination = files();
        const Actions actions = plan_sync(source, destination);
        BOOST_REQUIRE((after(source, destination, actions) == source));
        std::map<Content, int> missing;
        for (const auto& [name, held] : source) ++missing[held];
        for (const auto& [name, held] : destination) --missing[held];
        int fewest = 0;
        for (const auto& [held, count] : missing) fewest += std::max(count, 0);
        BOOST_REQUIRE(std::ranges::count(actions, SyncAction::Kind::copy, &SyncAction::kind) ==
                      fewest);
    }
}

BOOST_AUTO_TEST_SUITE_END()
