// Under load a snapshot pauses for long, but it ends, and it does not pause when the store is
// closed.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/io/system_clock.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/snapshot/snapshot_thread.hpp"
#include "storage/store_core.hpp"
#include "tests/eventually.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

/// A store whose snapshots pause so many times as long as they work.
struct PacedStore : Scratch {
    explicit PacedStore(int longest_pause)
        : snapshots{core.snapshotter, core.mutex, journal, {}, longest_pause} {
        const std::scoped_lock lock{core.mutex};
        while (batches < 200) add_batch();  // of as many SKUs, for many slices
    }
    void add_batch() {
        const std::string name = std::to_string(batches++);
        (void)core.bus.handle(
            AddBatch{BatchRef::of("b" + name).value(), Sku::of("s" + name).value(), 1});
    }
    /// Begins a snapshot, with other work between its beginning and its first slice.
    void begin() {
        const std::scoped_lock lock{core.mutex};
        BOOST_REQUIRE(snapshots.start());
        while (!core.mutex.wanted()) std::this_thread::yield();
        add_batch();
    }
    [[nodiscard]] bool ends() const {
        return eventually([&] { return !snapshots.running(); });
    }

    int batches = 0;
    StoreCore core{posix_file_system(), path, small_options(Durability::Mode::os), system_clock()};
    JournalThreads journal{core.journal};
    SnapshotThread snapshots;
};

/// Its snapshots pause for longer than any test lasts.
struct GivenASnapshotThatPauses : PacedStore {
    GivenASnapshotThatPauses() : PacedStore{1 << 28} {}
    /// Begins a snapshot, and waits until its first slice is copied, after which it pauses.
    void begin_and_pause() {
        begin();
        while (snapshots.pause_us() == 0) std::this_thread::yield();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_that_grows)

BOOST_AUTO_TEST_CASE(when_the_store_has_grown_five_times_as_large_then_a_snapshot_does_not_pause) {
    std::vector<int> ratios;
    for (const std::uint64_t growth : {0, 1, 2, 3, 4, 1000}) {
        ratios.push_back(SnapshotThread::pause_ratio(14, growth));
    }
    BOOST_TEST(ratios == std::vector({14, 7, 3, 1, 0, 0}), boost::test_tools::per_element());
}

// Even if the system interrupts a slice for long, which makes the next pause long.
BOOST_AUTO_TEST_CASE(when_a_snapshot_that_pauses_copies_no_faster_then_it_still_ends) {
    constexpr int most = 500'000;
    PacedStore store{1 << 8};  // some 8 ms for 32 products, in which hundreds are added
    store.begin();
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (store.snapshots.running() && std::chrono::steady_clock::now() < deadline) {
        while (store.core.mutex.wanted()) std::this_thread::yield();
        const std::scoped_lock lock{store.core.mutex};
        if (store.batches < most) store.add_batch();
    }
    BOOST_TEST(!store.snapshots.running());
    store.snapshots.hurry();
    BOOST_TEST(store.ends());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_snapshot_that_pauses, GivenASnapshotThatPauses)

BOOST_AUTO_TEST_CASE(when_no_other_thread_works_any_more_then_it_is_taken_at_once) {
    begin_and_pause();
    BOOST_TEST(snapshots.running());
    snapshots.hurry();
    BOOST_TEST(ends());
    BOOST_TEST(snapshots.taken() == 1U);
    begin();  // the next one does not pause, either
    BOOST_TEST(ends());
    BOOST_TEST(snapshots.taken() == 2U);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_closed_then_it_is_given_up_at_once) {
    begin_and_pause();
    auto stopped = std::async(std::launch::async, [this] { snapshots.stop(); });
    const bool at_once = stopped.wait_for(20s) == std::future_status::ready;
    BOOST_TEST(at_once);
    if (!at_once) snapshots.hurry();
    stopped.get();
    BOOST_TEST(snapshots.taken() == 0U);
    BOOST_TEST(snapshots.failed() == 0U);
    BOOST_TEST(list_snapshots(posix_file_system(), path).empty());
}

BOOST_AUTO_TEST_SUITE_END()
