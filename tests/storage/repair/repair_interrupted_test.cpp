// Repairs that a crash interrupts, at each operation: another repair gives the same state.

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "storage/recovery/inspect.hpp"
#include "storage/repair/repair.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/repair/damaged_store.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_repair_that_is_interrupted, *one_thread)

namespace {

/// Repairs copies of the disk, with a crash at each operation, and repairs the result.
struct Interrupted : DamagedStore {
    int crashes = 0;

    void repair_with_crashes() {
        const RepairPlan plan = plan_repair(disk, "store");
        BOOST_REQUIRE((plan.verdict == Verdict::repairable));
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
        if (plan.verdict == Verdict::hopeless) return "hopeless: " + plan.damage;
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

BOOST_FIXTURE_TEST_CASE(
    when_the_repair_is_interrupted_while_it_renames_files_then_it_can_be_repeated, Interrupted) {
    work(400, 190);
    const auto numbers = segments();
    overwrite(segment(numbers.at(1)), 0, tiny_segment, std::byte{0x5A});
    flip(segment(numbers.back()), 80);
    repair_with_crashes();
    BOOST_TEST(crashes > 20);
}

BOOST_FIXTURE_TEST_CASE(when_the_repair_is_cut_while_beginning_anew_then_it_can_be_repeated,
                        Interrupted) {
    work(300, 100);
    const auto numbers = segments();
    overwrite(segment(numbers.back()), 64, 1024, std::byte{0x5A});
    disk.remove(segment(numbers.at(1)));
    repair_with_crashes();
    BOOST_TEST(crashes > 20);
}

BOOST_AUTO_TEST_SUITE_END()
