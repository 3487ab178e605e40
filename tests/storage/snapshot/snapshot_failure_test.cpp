#include <boost/test/unit_test.hpp>
#include <system_error>

#include "engine/state_hash.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

void allocate_some(SteppedStore& store, int round) {
    constexpr int lines = 900;  // some segments
    store.with_bus([&](MessageBus& bus) {
        bus.handle(AddBatch{BatchRef::of("batch-" + std::to_string(round)).value(), "sku", 1000});
        for (int i = 0; i < lines; ++i) {
            bus.handle(Allocate{line("order-" + std::to_string(round * lines + i), "sku", 1)});
        }
    });
    store.settle();
}

/// Takes snapshots, after which the journal is pruned; the `nth` operation of a kind fails, once.
/// The result must be a good store.
void fail_one(DiskOperation kind, int nth) {
    SimulatedDisk disk;
    Random random{static_cast<std::uint64_t>(nth)};
    std::uint64_t hash = 0;
    int left = nth;
    {
        SteppedStore store{disk, tiny_options(), random};
        disk.before = [&](DiskOperation operation) {
            if (store.work() != SteppedStore::Work::snapshot || operation != kind) return;
            if (--left == 0) throw std::system_error{std::make_error_code(std::errc::io_error)};
        };
        for (int round = 0; round < 6; ++round) {
            allocate_some(store, round);
            store.begin_snapshot();
            store.settle();
        }
        hash = state_hash(store.core().repository);
        store.close();
        disk.before = nullptr;
    }
    BOOST_TEST(left <= 0);
    BOOST_TEST_CONTEXT("time " << nth) {
        const CheckReport report = check_files(disk, store_directory);
        BOOST_TEST(report.ok, (report.findings.empty() ? "" : report.findings.front()));
        BOOST_TEST(report.state_hash == hash);
        BOOST_TEST(Store::open(disk, store_directory, tiny_options()).state_hash() == hash);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_snapshots_that_a_disk_disturbs, *one_thread)

BOOST_AUTO_TEST_CASE(when_a_file_cannot_be_removed_once_then_the_journal_has_no_gap) {
    for (int nth = 1; nth <= 6; ++nth) fail_one(DiskOperation::remove, nth);
}

BOOST_AUTO_TEST_CASE(when_a_directory_cannot_be_synced_once_then_no_snapshot_outlives_its_journal) {
    for (int nth = 1; nth <= 12; ++nth) fail_one(DiskOperation::sync_directory, nth);
}

BOOST_AUTO_TEST_SUITE_END()
