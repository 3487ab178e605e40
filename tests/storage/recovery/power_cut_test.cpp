// Durability on a disk that loses unsynced bytes and fails: at every operation of a running store,
// the state after a power cut is recovered and compared with what was acknowledged and read. A
// sample of the runs of crash_disk.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <thread>

#include "storage/store.hpp"
#include "tests/dst/disk/failure_matrix.hpp"
#include "tests/dst/disk/power_cuts.hpp"
#include "tests/dst/disk/small_pages.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

struct SmallPages {
    SmallPages() { use_small_pages(); }
};
BOOST_TEST_GLOBAL_FIXTURE(SmallPages);

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_disk_that_forgets)

BOOST_AUTO_TEST_CASE(when_the_power_is_cut_at_any_operation_then_all_acknowledged_or_read_is_there,
                     *one_thread) {
    const std::uint64_t seed = seed_of_run();
    PowerCuts cuts{seed, 20};
    while (cuts.counts().cuts < 600) cuts.live();
    BOOST_TEST_MESSAGE(cuts.counts().cuts << " power cuts, " << cuts.counts().nested << " nested");
    BOOST_TEST(cuts.counts().nested > 200U);
    BOOST_TEST(cuts.counts().snapshots > 0U);
    BOOST_TEST(cuts.counts().torn > 0U);
    report(cuts.findings(), seed);
}

// The same with the threads of a store, which the seed does not drive.
BOOST_AUTO_TEST_CASE(when_threads_read_meanwhile_then_all_that_they_saw_is_there) {
    const std::uint64_t seed = seed_of_run();
    Random random{seed};
    SimulatedDisk disk{random()};
    History history;
    Findings findings;
    std::atomic<Lsn> seen = 0;
    std::atomic<int> reads = 0;
    std::mutex mutex;  // of `damage`
    Random damage{random()};
    disk.before = [&](DiskOperation) {
        const std::scoped_lock lock{mutex};
        const Lsn floor = seen;
        const auto found = disk.after_power_cut(damage);
        const std::string wrong = judge_recovery(*found, history, floor).wrong;
        if (!wrong.empty()) findings.add(wrong);
    };
    {
        Store store = Store::open(disk, store_directory, tiny_options());
        std::atomic<bool> done = false;
        const auto see = [&](Lsn lsn) {
            for (Lsn before = seen; before < lsn && !seen.compare_exchange_weak(before, lsn);) {
            }
        };
        std::thread reader{[&] {
            while (!done) {
                see(history.seen(store.state_hash()));
                ++reads;
            }
        }};
        RandomCommands commands{random, 5};
        for (int i = 0; i < 150; ++i) {
            std::unique_lock lock{store.mutex()};
            const Lsn last = commands.command(store.bus(), history);
            lock.unlock();
            if (random() % 3 == 0) {
                store.wait(last);
                see(last);
            }
            if (random() % 40 == 0) (void)store.snapshot();
        }
        done = true;
        reader.join();
    }
    disk.before = nullptr;
    BOOST_TEST(reads > 0);
    BOOST_TEST(seen > 0U);
    report(findings, seed);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_fails)

BOOST_AUTO_TEST_CASE(
    when_any_operation_fails_then_no_more_is_acknowledged_and_all_acknowledged_is_there,
    *one_thread) {
    const std::uint64_t seed = seed_of_run();
    FailureMatrix matrix{seed};
    matrix.run(seed % (8 * one_in), 8 * one_in);
    const auto& counts = matrix.counts();
    BOOST_TEST_MESSAGE(counts.runs << " failures at " << counts.operations << " operations");
    BOOST_TEST(counts.latched > 50U / one_in);
    BOOST_TEST((counts.unopened > 0U || one_in > 1));
    report(matrix.findings(), seed);
}

BOOST_AUTO_TEST_SUITE_END()
