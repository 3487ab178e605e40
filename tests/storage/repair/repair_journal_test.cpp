// Repairs of a journal with damage in the middle or missing segments: the kept and the lost facts.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/journal/journal_writer.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/repair/repair.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/repair/damaged_store.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

std::uint64_t known_units(const History& hashes, Lsn from, Lsn to) {
    std::uint64_t units = 0;
    for (Lsn lsn = from; lsn <= to; ++lsn) units += hashes.has(lsn) ? 1 : 0;
    return units;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_damage_in_the_middle_of_the_journal, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_no_snapshot_holds_the_facts_behind_it_then_the_plan_names_the_loss,
                        DamagedStore) {
    work(500, 0);
    const auto whole = disk.after_kill();
    overwrite(segment(2), 2048, 512, std::byte{0});
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(plan.kept > 0U);
    BOOST_TEST(plan.kept < last);
    BOOST_TEST(plan.known == last);
    BOOST_TEST(plan.begins == 1U);
    // All frames but those that were zeroed are whole in the saved file.
    const std::uint64_t lost = known_units(hashes, plan.kept + 1, last);
    BOOST_TEST(plan.lost_units < lost);
    BOOST_TEST(plan.lost_units + 10 > lost);
    BOOST_TEST(has_step(plan, StepKind::cut, segment(2)));
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(3)));
    // Every byte is saved.
    const auto cut = std::ranges::find(plan.steps, StepKind::cut, &RepairStep::kind);
    const auto kept = disk.contents("store/lost-2-" + std::to_string(cut->offset) + ".bin");
    BOOST_TEST(kept.size() == cut->bytes);
    BOOST_TEST(
        (disk.contents("store/lost-" + journal::segment_name(3)) == whole->contents(segment(3))));
}

BOOST_FIXTURE_TEST_CASE(when_a_snapshot_holds_the_damaged_facts_then_nothing_is_lost,
                        DamagedStore) {
    work(400, 190);
    const auto numbers = segments();
    overwrite(segment(numbers.front()), 1024, 512, std::byte{0x5A});
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(plan.begins > 1U);
    BOOST_TEST(hash() == last_hash);
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(numbers.front())));
}

// As in modes in which replies do not wait for a sync: nothing declares the groups behind the
// incomplete one durable, the next start would cut them, and check reports them.
BOOST_FIXTURE_TEST_CASE(when_whole_groups_follow_an_incomplete_one_then_they_are_cut,
                        DamagedStore) {
    work(30, 0);
    JournalWriter writer{disk, "store", recover(disk, "store", {}).journal.tail, tiny_segment,
                         Preallocation::written};
    const std::size_t at = recover(disk, "store", {}).journal.tail.offset;
    for (int i = 0; i < 3; ++i) {
        GroupBuffer group;
        const OrderLine wanted = line("o" + std::to_string(i), "sku-1", 1);
        group.add(std::vector<Fact>{OutOfStock{wanted}}, 0);
        writer.write(group);
    }
    overwrite(segment(1), at + 80, 8, std::byte{0xFF});
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(plan.kept == last);
    BOOST_TEST(plan.known == last + 3);
    BOOST_TEST(plan.lost_units == 2U);
}

// Its checksums are right, but its contents contradict the state.
BOOST_FIXTURE_TEST_CASE(when_a_fact_contradicts_those_before_it_then_it_is_cut_there,
                        DamagedStore) {
    work(30, 0);
    JournalTail tail = recover(disk, "store", {}).journal.tail;
    JournalWriter writer{disk, "store", tail, tiny_segment, Preallocation::written};
    GroupBuffer group;
    const std::vector<Fact> nonsense{LineAllocated{{"o", "no-such-sku", 1}, "none"}};
    group.add(nonsense, 0);
    writer.write(group);
    writer.sync();
    BOOST_TEST(!check_files(disk, "store").ok);
    const RepairPlan plan = repair();
    BOOST_TEST(plan.kept == last);
    BOOST_TEST(plan.known == last + 1);
    BOOST_TEST(plan.lost_units == 1U);
    BOOST_TEST(hash() == last_hash);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_that_are_missing_or_of_another_store, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_missing_then_the_segments_before_it_are_kept,
                        DamagedStore) {
    work(300, 0);
    disk.remove(segment(2));
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(plan.known == last);
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(3)));
}

BOOST_FIXTURE_TEST_CASE(when_the_next_segment_was_cut_off_then_its_facts_are_lost_without_a_trace,
                        DamagedStore) {
    work(500, 0);
    const Path next = segment(segments().back() + 1);
    for (const std::size_t bytes : {std::size_t{0}, sizeof(journal::SegmentHeader) - 1}) {
        disk.put(next, std::vector<std::byte>(bytes));
        const RepairPlan plan = repair();
        BOOST_TEST((plan.verdict == Verdict::repairable));
        BOOST_TEST(plan.end_is_gone);
        BOOST_TEST(plan.known == plan.kept);
        BOOST_TEST(has_step(plan, StepKind::set_aside, next));
        BOOST_TEST(hash() == last_hash);
    }
}

// The segment after it shows that it existed: segments are created in order.
BOOST_FIXTURE_TEST_CASE(when_the_last_segment_is_missing_then_that_is_found, DamagedStore) {
    work(500, 0);
    const std::uint64_t used = segments().back();
    disk.put(segment(used + 1), std::vector<std::byte>(tiny_segment));
    disk.remove(segment(used));
    const CheckReport report = check_files(disk, "store");
    BOOST_TEST(!report.ok);
    BOOST_TEST(report.findings.at(0).find(journal::segment_name(used) + " is missing") !=
               std::string::npos);
    const RepairPlan plan = repair();
    BOOST_TEST(plan.end_is_gone);
    BOOST_TEST(plan.known == plan.kept);
    BOOST_TEST(plan.kept < last);
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(used + 1)));
}

BOOST_FIXTURE_TEST_CASE(when_the_last_segment_was_cut_off_then_its_facts_are_lost_without_a_trace,
                        DamagedStore) {
    work(520, 0);
    const Path cut = segment(segments().back());
    auto bytes = disk.contents(cut);
    bytes.resize(1'024);
    disk.put(cut, bytes);
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(plan.end_is_gone);
    BOOST_TEST(plan.kept < last);
    BOOST_TEST(has_step(plan, StepKind::set_length, cut));
}

BOOST_FIXTURE_TEST_CASE(when_a_missing_segment_is_in_a_snapshot_then_nothing_is_lost,
                        DamagedStore) {
    work(400, 190);
    const auto numbers = segments();
    BOOST_REQUIRE(numbers.size() > 2U);
    disk.remove(segment(numbers.at(1)));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_of_another_store_then_it_is_set_aside, DamagedStore) {
    work(500, 0);
    DamagedStore other;
    other.work(500, 0);
    disk.put(segment(2), other.disk.contents(segment(2)));
    const RepairPlan plan = repair();
    BOOST_TEST((plan.verdict == Verdict::repairable));
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(2)));
    BOOST_TEST(plan.known == last);
}

BOOST_FIXTURE_TEST_CASE(when_a_segment_was_renamed_then_it_gets_its_name_back, DamagedStore) {
    work(500, 0);
    disk.rename(segment(1), segment(77));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(has_step(plan, StepKind::rename, segment(77)));
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_id_is_unknown_then_it_is_hopeless, DamagedStore) {
    work(10, 0);
    DamagedStore other;
    other.work(10, 0);
    disk.put(segment(9), other.disk.contents(segment(1)));
    BOOST_TEST((repair().verdict == Verdict::hopeless));
}

BOOST_AUTO_TEST_SUITE_END()
