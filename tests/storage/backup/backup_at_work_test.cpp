// Backups of a store in use: each holds everything that was durable when it began.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/backup/backup.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/backup_fixture.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_store_at_work)

// The store's threads stop at each of their operations while a backup is taken.
BOOST_FIXTURE_TEST_CASE(when_the_backup_begins_at_any_operation_then_it_has_all_that_was_durable,
                        BackupFixture) {
    std::vector<std::string> findings;
    std::mutex one_at_a_time;
    std::atomic<const Journal*> journal = nullptr;
    int backups = 0;
    int kept = 0;
    source.before = [&](DiskOperation operation) {
        const Journal* const running = journal;
        // The backup's own sync of the source is an operation, too.
        const std::unique_lock lock{one_at_a_time, std::try_to_lock};
        if (running == nullptr || !lock || operation == DiskOperation::open) return;
        const Lsn durable = running->durable();
        const CopyReport report = backup_store(source, "store", disk, "backup", {});
        ++backups;
        kept += report.bytes_copied < report.bytes ? 1 : 0;
        if (const auto wrong = judge(disk, "backup", hashes, durable); !wrong.empty()) {
            findings.push_back(wrong);
        }
    };
    {
        Store store = Store::open(source, "store", backup_options());
        hashes.happened(0, store.state_hash());
        journal = &store.journal();
        for (int i = 1; i <= 250; ++i) {
            const Lsn last = execute_random_unit(store, random, hashes);
            if (random() % 3 == 0) store.wait(last);
            if (i % 50 == 0) (void)store.snapshot();
        }
        store.wait(store.journal().last());
        journal = nullptr;
    }
    source.before = nullptr;
    BOOST_TEST_MESSAGE(backups << " backups");
    BOOST_TEST(backups > 100);
    BOOST_TEST(kept > 50);
    BOOST_TEST(first_of(findings) == "");
}

// And while they run, on the operating system's files.
BOOST_FIXTURE_TEST_CASE(when_the_store_is_backed_up_under_load_then_each_backup_is_good, Scratch) {
    StoreOptions options = small_options();
    options.snapshot_every_bytes = 48U << 10U;
    History hashes;
    std::vector<std::string> findings;
    {
        Store store = Store::open(path / "store", options);
        hashes.happened(0, store.state_hash());
        std::atomic<bool> stop = false;
        std::thread writer{[&] {
            Random random{3};
            while (!stop) {
                const Lsn last = execute_random_unit(store, random, hashes);
                if (random() % 4 == 0) store.wait(last);
            }
        }};
        std::uint64_t snapshots = 0;
        for (int i = 0; i < 25 || snapshots < 4; ++i) {
            const Lsn durable = store.journal().durable();
            backup_store(posix_file_system(), path / "store", posix_file_system(), path / "backup",
                         {});
            const auto wrong = judge(posix_file_system(), path / "backup", hashes, durable);
            if (!wrong.empty()) findings.push_back(wrong);
            snapshots = store.status().snapshots_taken;
        }
        stop = true;
        writer.join();
    }
    BOOST_TEST(first_of(findings) == "");
}

BOOST_AUTO_TEST_SUITE_END()
