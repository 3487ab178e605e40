// Repairs: what is kept, what is said to be lost, and every crash on the way.

#include "storage/repair.hpp"

#include <boost/test/unit_test.hpp>
#include <cstring>

#include "storage/inspect.hpp"
#include "storage/journal_format.hpp"
#include "storage/recovery.hpp"
#include "storage/snapshot_file.hpp"
#include "storage/store_files.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/storage/recorded_shop.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

using StepKind = RepairStep::Kind;
using Outlook = RepairPlan::Outlook;
using Path = std::filesystem::path;

constexpr std::uint64_t tiny_segment = 8U << 10U;

Path segment(std::uint64_t number) { return Path{"store"} / journal::segment_name(number); }
Path snapshot_at(Lsn start) { return Path{"store"} / snapshot::file_name(start); }

/// A closed store whose every state is known, to be damaged.
struct Patient {
    SimulatedDisk disk;
    StateHashes hashes;
    Random random{5};
    Lsn last = 0;
    std::uint64_t last_hash = 0;

    void work(int units, int units_a_snapshot) {
        StoreOptions options = small_options();
        options.segment_bytes = tiny_segment;
        Store store = Store::open(disk, "store", options);
        hashes.happened(store.journal().last(), store.state_hash());
        for (int i = 1; i <= units; ++i) {
            store.wait(do_something(store, random, hashes));
            if (units_a_snapshot != 0 && i % units_a_snapshot == 0) (void)store.snapshot();
        }
        last = store.journal().last();
        last_hash = store.state_hash();
    }
    [[nodiscard]] std::vector<std::uint64_t> segments() {
        std::vector<std::uint64_t> numbers;
        for (const auto& used : recover(disk, "store", {}).journal.segments) {
            numbers.push_back(used.number);
        }
        return numbers;
    }
    void overwrite(const Path& path, std::size_t at, std::size_t count, std::byte with) {
        auto bytes = disk.contents(path);
        count = std::min(count, bytes.size() - at);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, with);
        disk.put(path, bytes);
    }
    void flip(const Path& path, std::size_t at, unsigned bit = 0) {
        auto bytes = disk.contents(path);
        bytes.at(at) ^= std::byte{1} << bit;
        disk.put(path, bytes);
    }

    /// Plans, which must change nothing, and applies. The store is good then, and one that was.
    RepairPlan repair() {
        const auto before = disk.after_kill();
        const RepairPlan plan = plan_repair(disk, "store");
        BOOST_TEST(before->same_as(disk));
        if (plan.outlook != Outlook::repairable) return plan;
        apply_repair(disk, "store", plan);
        const CheckReport report = check_files(disk, "store");
        BOOST_TEST(report.ok, (report.findings.empty() ? "" : report.findings.front()));
        BOOST_TEST(report.last == plan.kept);
        BOOST_TEST(hashes.judge(report.last, report.state_hash) == "");
        BOOST_TEST((plan_repair(disk, "store").outlook == Outlook::good));
        return plan;
    }
    [[nodiscard]] std::uint64_t hash() { return check_files(disk, "store").state_hash; }
    [[nodiscard]] std::size_t kept_aside() {
        return static_cast<std::size_t>(std::ranges::count_if(
            disk.list("store"), [](const auto& name) { return name.starts_with("lost-"); }));
    }
};

bool has_step(const RepairPlan& plan, StepKind kind, const Path& path) {
    return std::ranges::any_of(plan.steps, [&](const RepairStep& step) {
        return step.kind == kind && step.file == path.filename();
    });
}

std::uint64_t known_units(const StateHashes& hashes, Lsn from, Lsn to) {
    std::uint64_t units = 0;
    for (Lsn lsn = from; lsn <= to; ++lsn) units += hashes.has(lsn) ? 1 : 0;
    return units;
}

/// Where the groups of a segment end, and the marks after them begin.
std::size_t end_of_groups(const std::vector<std::byte>& segment) {
    std::size_t end = sizeof(journal::SegmentHeader);
    for (std::size_t at = end; at + sizeof(journal::FrameHeader) <= segment.size();) {
        journal::FrameHeader frame{};
        std::memcpy(&frame, segment.data() + at, sizeof frame);
        if (frame.magic != journal::FrameHeader::magic_value) break;
        at += frame.bytes;
        if (frame.kind == journal::FrameKind::group) end = at;
    }
    return end;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_not_damaged)

BOOST_FIXTURE_TEST_CASE(when_a_repair_is_planned_then_there_is_nothing_to_do, Patient) {
    work(100, 30);
    BOOST_TEST((repair().outlook == Outlook::good));
    // A torn tail is no damage: the next start cuts it.
    const JournalTail tail = recover(disk, "store", {}).journal.tail;
    overwrite(segment(tail.segment), tail.offset, 30, std::byte{7});
    BOOST_TEST((repair().outlook == Outlook::good));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_flipped_bit)

BOOST_FIXTURE_TEST_CASE(when_a_checksum_proves_which_then_it_is_turned_back, Patient) {
    work(60, 0);
    const auto whole = disk.contents(segment(1));
    const std::size_t used = journal::used_bytes(whole);
    const std::size_t marks = end_of_groups(whole);
    int mended = 0;
    int harmless = 0;
    for (std::size_t at = 0; at < used; at += 7) {
        disk.put(segment(1), whole);
        flip(segment(1), at, static_cast<unsigned>(at % 8));
        const RepairPlan plan = plan_repair(disk, "store");
        if (plan.outlook == Outlook::good) {  // in the marks at the end: a torn tail
            BOOST_TEST(at >= marks);
            ++harmless;
            continue;
        }
        BOOST_TEST((plan.outlook == Outlook::repairable));
        BOOST_TEST(plan.loses_nothing());
        BOOST_REQUIRE(plan.steps.size() == 1U);
        apply_repair(disk, "store", plan);
        BOOST_REQUIRE((disk.contents(segment(1)) == whole));
        ++mended;
    }
    BOOST_TEST(mended > 300);
    BOOST_TEST(harmless > 0);
    BOOST_TEST(kept_aside() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_damage_in_the_middle_of_the_journal)

BOOST_FIXTURE_TEST_CASE(when_no_snapshot_holds_what_follows_then_it_says_what_is_lost, Patient) {
    work(500, 0);
    const auto whole = disk.after_kill();
    overwrite(segment(2), 2048, 512, std::byte{0});
    const RepairPlan plan = repair();
    BOOST_TEST((plan.outlook == Outlook::repairable));
    BOOST_TEST(plan.kept > 0U);
    BOOST_TEST(plan.kept < last);
    BOOST_TEST(plan.known == last);
    BOOST_TEST(plan.begins == 1U);
    // All but the frames that the zeros hit are whole in what is kept aside.
    const std::uint64_t lost = known_units(hashes, plan.kept + 1, last);
    BOOST_TEST(plan.lost_units < lost);
    BOOST_TEST(plan.lost_units + 10 > lost);
    BOOST_TEST(has_step(plan, StepKind::cut, segment(2)));
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(3)));
    // Every byte that was there is there.
    const auto cut = std::ranges::find(plan.steps, StepKind::cut, &RepairStep::kind);
    const auto kept = disk.contents("store/lost-2-" + std::to_string(cut->offset) + ".bin");
    BOOST_TEST(kept.size() == cut->bytes);
    BOOST_TEST(
        (disk.contents("store/lost-" + journal::segment_name(3)) == whole->contents(segment(3))));
}

BOOST_FIXTURE_TEST_CASE(when_a_snapshot_holds_what_was_damaged_then_nothing_is_lost, Patient) {
    work(400, 190);
    const auto numbers = segments();
    overwrite(segment(numbers.front()), 1024, 512, std::byte{0x5A});
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(plan.begins > 1U);
    BOOST_TEST(hash() == last_hash);
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(numbers.front())));
}

// As where replies do not wait for a sync: nothing vouches for the groups behind the broken one,
// the next start would cut them, and check is not content.
BOOST_FIXTURE_TEST_CASE(when_whole_groups_stand_behind_a_broken_one_then_they_are_cut, Patient) {
    work(30, 0);
    JournalWriter writer{disk, "store", recover(disk, "store", {}).journal.tail, tiny_segment,
                         Zeros::written};
    const std::size_t at = recover(disk, "store", {}).journal.tail.offset;
    for (int i = 0; i < 3; ++i) {
        GroupBuffer group;
        const std::vector<Fact> unit{OutOfStock{line("o" + std::to_string(i), "sku-1", 1)}};
        group.add(unit, 0);
        writer.write(group);
    }
    overwrite(segment(1), at + 80, 8, std::byte{0xFF});
    const RepairPlan plan = repair();
    BOOST_TEST((plan.outlook == Outlook::repairable));
    BOOST_TEST(plan.kept == last);
    BOOST_TEST(plan.known == last + 3);
    BOOST_TEST(plan.lost_units == 2U);
}

// Its checksums are right, and what it says cannot be.
BOOST_FIXTURE_TEST_CASE(when_a_fact_contradicts_those_before_it_then_it_is_cut_there, Patient) {
    work(30, 0);
    JournalTail tail = recover(disk, "store", {}).journal.tail;
    JournalWriter writer{disk, "store", tail, tiny_segment, Zeros::written};
    GroupBuffer group;
    const std::vector<Fact> nonsense{LineAllocated{line("o", "no-such-sku", 1), BatchRef{"none"}}};
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

BOOST_AUTO_TEST_SUITE(given_files_that_are_missing_or_anothers)

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_missing_then_what_is_before_it_is_kept, Patient) {
    work(300, 0);
    disk.remove(segment(2));
    const RepairPlan plan = repair();
    BOOST_TEST((plan.outlook == Outlook::repairable));
    BOOST_TEST(plan.known == last);
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(3)));
}

BOOST_FIXTURE_TEST_CASE(when_the_empty_next_segment_was_cut_off_then_nothing_is_lost, Patient) {
    work(500, 0);
    const Path next = segment(segments().back() + 1);
    for (const std::size_t bytes : {std::size_t{0}, sizeof(journal::SegmentHeader) - 1}) {
        disk.put(next, std::vector<std::byte>(bytes));
        const RepairPlan plan = repair();
        BOOST_TEST((plan.outlook == Outlook::repairable));
        BOOST_TEST(plan.loses_nothing());
        BOOST_TEST(has_step(plan, StepKind::set_aside, next));
        BOOST_TEST(hash() == last_hash);
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_missing_segment_is_in_a_snapshot_then_nothing_is_lost, Patient) {
    work(400, 190);
    const auto numbers = segments();
    BOOST_REQUIRE(numbers.size() > 2U);
    disk.remove(segment(numbers.at(1)));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_of_another_store_then_it_is_set_aside, Patient) {
    work(500, 0);
    Patient other;
    other.work(500, 0);
    disk.put(segment(2), other.disk.contents(segment(2)));
    const RepairPlan plan = repair();
    BOOST_TEST((plan.outlook == Outlook::repairable));
    BOOST_TEST(has_step(plan, StepKind::set_aside, segment(2)));
    BOOST_TEST(plan.known == last);
}

BOOST_FIXTURE_TEST_CASE(when_a_segment_was_renamed_then_it_gets_its_name_back, Patient) {
    work(500, 0);
    disk.rename(segment(1), segment(77));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(has_step(plan, StepKind::rename, segment(77)));
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_no_one_can_tell_whose_store_it_is_then_it_is_hopeless, Patient) {
    work(10, 0);
    Patient other;
    other.work(10, 0);
    disk.put(segment(9), other.disk.contents(segment(1)));
    BOOST_TEST((repair().outlook == Outlook::hopeless));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_damaged_snapshots)

BOOST_FIXTURE_TEST_CASE(when_an_older_one_is_good_then_nothing_is_lost, Patient) {
    work(400, 190);
    const Lsn newest = list_snapshots(disk, "store").back();
    flip(snapshot_at(newest), 300);
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_REQUIRE(plan.steps.size() == 1U);
    BOOST_TEST(has_step(plan, StepKind::set_aside, snapshot_at(newest)));
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_none_is_good_and_the_journal_begins_later_then_it_is_hopeless,
                        Patient) {
    work(400, 60);
    BOOST_REQUIRE(segments().front() > 1U);
    for (const Lsn start : list_snapshots(disk, "store")) flip(snapshot_at(start), 300);
    const auto before = disk.after_kill();
    const RepairPlan plan = repair();
    BOOST_TEST((plan.outlook == Outlook::hopeless));
    BOOST_TEST(plan.steps.empty());
    BOOST_TEST(plan.damage != "");
    BOOST_TEST(before->same_as(disk));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_ends_before_a_snapshot_does)

// While nothing happens, a snapshot is a whole state by itself.
BOOST_FIXTURE_TEST_CASE(when_that_snapshot_is_a_whole_state_then_nothing_is_lost, Patient) {
    work(300, 100);
    const Lsn newest = list_snapshots(disk, "store").back();
    BOOST_REQUIRE(newest == last);
    for (const std::uint64_t number : segments()) disk.remove(segment(number));
    const RepairPlan plan = repair();
    BOOST_TEST(plan.loses_nothing());
    BOOST_TEST(plan.begins == last + 1);
    BOOST_TEST(hash() == last_hash);
    const Lsn before = last;
    work(20, 0);
    BOOST_TEST(last > before);
    BOOST_TEST(check_files(disk, "store").ok);
    BOOST_TEST(hash() == last_hash);
}

BOOST_FIXTURE_TEST_CASE(when_it_is_not_then_the_older_state_is_kept, Patient) {
    work(300, 100);
    const Lsn newest = list_snapshots(disk, "store").back();
    const auto numbers = segments();
    // A snapshot that took a while: it began earlier than it ended.
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
    BOOST_TEST((plan.outlook == Outlook::repairable));
    BOOST_TEST(plan.kept < newest);
    BOOST_TEST(plan.known == newest);
    BOOST_TEST(has_step(plan, StepKind::set_aside, snapshot_at(newest - 1)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_random_damage)

BOOST_FIXTURE_TEST_CASE(when_it_is_repaired_then_the_state_is_one_that_was, Patient) {
    work(350, 120);
    const auto whole = disk.after_kill();
    int repaired = 0;
    int nothing_lost = 0;
    int hopeless = 0;
    for (int round = 0; round < 120; ++round) {
        for (const std::string& name : disk.list("store")) disk.remove("store/" + name);
        for (const std::string& name : whole->list("store")) {
            disk.put("store/" + name, whole->contents("store/" + name));
        }
        for (auto blows = 1 + random() % 3; blows > 0; --blows) {
            auto names = disk.list("store");
            std::erase(names, "LOCK");
            const Path path = Path{"store"} / names.at(random() % names.size());
            const std::size_t size = disk.contents(path).size();
            const std::size_t at = random() % size;
            switch (random() % 4) {
                case 0:
                    overwrite(path, at / 512 * 512, 512, std::byte{0});
                    break;
                case 1:
                    overwrite(path, at, 100, std::byte{0xA5});
                    break;
                case 2:
                    if (names.size() > 2) disk.remove(path);
                    break;
                default:
                    flip(path, at, static_cast<unsigned>(at % 8));
            }
        }
        const RepairPlan plan = repair();
        repaired += plan.outlook == Outlook::repairable ? 1 : 0;
        nothing_lost += plan.outlook == Outlook::repairable && plan.kept == last ? 1 : 0;
        hopeless += plan.outlook == Outlook::hopeless ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(repaired << " repaired, " << nothing_lost << " of them whole; " << hopeless
                                << " hopeless");
    BOOST_TEST(repaired > 40);
    BOOST_TEST(nothing_lost > 20);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_repair_that_is_interrupted)

namespace {

/// Repairs copies of the disk, with a crash at each operation, and repairs what is found.
struct Interrupted : Patient {
    int crashes = 0;

    void repair_with_crashes() {
        const RepairPlan plan = plan_repair(disk, "store");
        BOOST_REQUIRE((plan.outlook == Outlook::repairable));
        std::vector<std::string> findings;
        disk.before = [&](DiskOperation) {
            for (int draw = 0; draw < 4; ++draw) {
                const auto found = disk.after_power_cut(random);
                const std::string wrong = outcome(*found, plan.kept);
                if (!wrong.empty()) findings.push_back(wrong);
                ++crashes;
            }
        };
        apply_repair(disk, "store", plan);
        disk.before = nullptr;
        BOOST_TEST((findings.empty() ? "" : findings.front()) == "");
        BOOST_TEST(check_files(disk, "store").ok);
    }
    std::string outcome(SimulatedDisk& found, Lsn kept) {
        const RepairPlan plan = plan_repair(found, "store");
        if (plan.outlook == Outlook::hopeless) return "hopeless: " + plan.damage;
        if (plan.kept != kept) return "it keeps LSN " + std::to_string(plan.kept);
        apply_repair(found, "store", plan);
        const CheckReport report = check_files(found, "store");
        if (!report.ok) return report.findings.front();
        return report.last == kept ? hashes.judge(kept, report.state_hash) : "it ends elsewhere";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(when_the_power_is_cut_while_cutting_then_it_can_be_repeated, Interrupted) {
    work(500, 0);
    overwrite(segment(2), 2048, 512, std::byte{0});
    repair_with_crashes();
    BOOST_TEST(crashes > 20);
}

BOOST_FIXTURE_TEST_CASE(when_it_is_cut_while_setting_aside_then_it_can_be_repeated, Interrupted) {
    work(400, 190);
    const auto numbers = segments();
    overwrite(segment(numbers.at(1)), 0, tiny_segment, std::byte{0x5A});
    flip(segment(numbers.back()), 80);
    repair_with_crashes();
    BOOST_TEST(crashes > 20);
}

BOOST_FIXTURE_TEST_CASE(when_it_is_cut_while_beginning_anew_then_it_can_be_repeated, Interrupted) {
    work(300, 100);
    const auto numbers = segments();
    overwrite(segment(numbers.back()), 64, 1024, std::byte{0x5A});
    disk.remove(segment(numbers.at(1)));
    repair_with_crashes();
    BOOST_TEST(crashes > 20);
}

BOOST_AUTO_TEST_SUITE_END()
