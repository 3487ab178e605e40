#include <atomic>
#include <boost/test/unit_test.hpp>
#include <system_error>

#include "storage/inspect.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/storage/little_work.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// Takes snapshots, and the journal lets go of what they hold. The `nth` operation of a kind that
/// they need fails, once. What is left has to be a store like any other.
void fail_one(DiskOperation kind, int nth) {
    const std::filesystem::path directory = "store";
    SimulatedDisk disk;
    std::uint64_t hash = 0;
    std::atomic<int> left = nth;
    std::atomic<bool> taking = false;
    disk.before = [&](DiskOperation operation) {
        if (!taking || operation != kind || --left != 0) return;
        throw std::system_error{std::make_error_code(std::errc::io_error)};
    };
    {
        Store store = Store::open(disk, directory, small_options());
        for (int i = 0; i < 6; ++i) {
            work_a_little(store, i * 900, (i + 1) * 900);
            taking = true;
            try {
                store.snapshot();
            } catch (const std::system_error&) {  // the next one will do
            }
            taking = false;
        }
        hash = store.state_hash();
    }
    BOOST_TEST(left <= 0);
    BOOST_TEST_CONTEXT("time " << nth) {
        const CheckReport report = check_files(disk, directory);
        BOOST_TEST(report.ok, (report.findings.empty() ? "" : report.findings.front()));
        BOOST_TEST(report.state_hash == hash);
        BOOST_TEST(Store::open(disk, directory, small_options()).state_hash() == hash);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_snapshots_that_a_disk_disturbs)

BOOST_AUTO_TEST_CASE(when_a_file_cannot_be_removed_once_then_the_journal_has_no_gap) {
    for (int nth = 1; nth <= 6; ++nth) fail_one(DiskOperation::remove, nth);
}

BOOST_AUTO_TEST_CASE(when_a_directory_cannot_be_synced_once_then_no_snapshot_outlives_its_journal) {
    for (int nth = 1; nth <= 12; ++nth) fail_one(DiskOperation::sync_directory, nth);
}

BOOST_AUTO_TEST_SUITE_END()
