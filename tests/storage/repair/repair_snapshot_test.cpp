// Repairs of damaged snapshots, and of a journal that ends before its snapshot.

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <span>

#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/repair/repair.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/repair/damaged_store.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_damaged_snapshots, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_an_older_snapshot_is_good_then_nothing_is_lost, DamagedStore) {
    work(400, 190);
    const Lsn newest = list_snapshots(disk, "store").back();
    flip(snapshot_at(newest), 300);
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_REQUIRE(plan.steps.size() == 1U);
    BOOST_TEST(has_step(plan, StepKind::set_aside, snapshot_at(newest)));
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(
    when_no_snapshot_is_good_and_the_journal_begins_later_then_repair_is_hopeless, DamagedStore) {
    work(400, 60);
    BOOST_REQUIRE(segments().front() > 1U);
    for (const Lsn start : list_snapshots(disk, "store")) flip(snapshot_at(start), 300);
    const auto before = disk.after_kill();
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::hopeless));
    BOOST_TEST(plan.steps.empty());
    BOOST_TEST(plan.damage != "");
    BOOST_TEST(before->same_as(disk));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_ends_before_a_snapshot_does, *one_thread)

// A snapshot of an idle store is a whole state by itself.
BOOST_FIXTURE_TEST_CASE(when_that_snapshot_is_a_whole_state_then_it_is_kept, DamagedStore) {
    work(300, 100);
    const Lsn newest = list_snapshots(disk, "store").back();
    BOOST_REQUIRE(newest == last);
    for (const std::uint64_t number : segments()) disk.remove(segment(number));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.kept == last);
    BOOST_TEST(plan.end_is_gone);  // nothing left names a later fact
    BOOST_TEST(plan.begins == last + 1);
    BOOST_TEST(hash() == last_hash);
    const Lsn before = last;
    work(20, 0);
    BOOST_TEST(last > before);
    BOOST_TEST(check_files(disk, "store").ok);
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_that_snapshot_is_no_whole_state_then_the_older_state_is_kept,
                        DamagedStore) {
    work(300, 100);
    const Lsn newest = list_snapshots(disk, "store").back();
    const auto numbers = segments();
    // A snapshot during which facts were written: its start is before its end.
    auto bytes = disk.contents(snapshot_at(newest));
    snapshot::Header header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    header.start = newest - 1;
    header.checksum = journal::checksum_of(std::as_bytes(std::span{&header, 1}));
    std::memcpy(bytes.data(), &header, sizeof header);
    disk.remove(snapshot_at(newest));
    disk.put(snapshot_at(newest - 1), bytes);
    overwrite(segment(numbers.back()), 64, tiny_segment, std::byte{0});
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(plan.kept < newest);
    BOOST_TEST(plan.known == newest);
    BOOST_TEST(has_step(plan, StepKind::set_aside, snapshot_at(newest - 1)));
}

BOOST_AUTO_TEST_SUITE_END()
