// The threads that use a store copy its snapshot, in proportion to their changes and no more than
// is written. The snapshot's own thread copies without a pause when the store is closed.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <new>
#include <thread>

#include "storage/io/system_clock.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/snapshot/snapshot_thread.hpp"
#include "storage/store_core.hpp"
#include "tests/eventually.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/scarce_memory.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

/// A store of 200 products.
struct StoreOfProducts : Scratch {
    StoreOfProducts() {
        const std::scoped_lock lock{core.mutex};
        while (batches < products) add_batch();
    }
    void add_batch() {
        const std::string name = std::to_string(batches++);
        (void)core.bus.handle(
            AddBatch{BatchRef::of("b" + name).value(), Sku::of("s" + name).value(), 1'000'000});
    }
    /// Allocates a line of each product in turn.
    void allocate() {
        const std::string sku = "s" + std::to_string(lines % products);
        const std::scoped_lock lock{core.mutex};
        (void)core.bus.handle(Allocate{line("o" + std::to_string(lines++), sku, 1)});
    }
    /// Allocates a line with an order id of the greatest length.
    void allocate_long(const std::string& sku) {
        const std::string order = std::to_string(lines++);
        const std::string name = std::string(64 - order.size(), '.') + order;
        const std::scoped_lock lock{core.mutex};
        BOOST_REQUIRE(core.bus.handle(Allocate{line(name, sku, 1)}).result.has_value());
    }

    static constexpr std::uint64_t products = 200;
    std::uint64_t batches = 0;
    std::uint64_t lines = 0;
    StoreCore core{posix_file_system(), path, small_options(Durability::Mode::os), system_clock()};
};

/// The thread that takes its snapshots copies one slice, and then pauses for longer than any test
/// lasts.
struct GivenASnapshotThatPauses : StoreOfProducts {
    /// Begins a snapshot, and waits until its first slice is copied.
    void begin_and_pause() {
        BOOST_REQUIRE(snapshots.start());
        while (core.snapshotter.pause_us() == 0) std::this_thread::yield();
    }
    [[nodiscard]] bool ends() const {
        return eventually([&] { return !snapshots.running(); });
    }

    JournalThreads journal{core.journal};
    SnapshotThread snapshots{core.snapshotter, core.mutex, journal, {}, 1h, 0};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_snapshot_that_only_callers_copy, StoreOfProducts, *one_thread)

BOOST_AUTO_TEST_CASE(when_each_fact_is_a_line_more_then_it_ends_before_the_store_has_doubled) {
    while (lines < 10 * products) allocate();
    const std::uint64_t rows = products + batches + lines;
    BOOST_REQUIRE(core.snapshotter.begin());
    std::uint64_t facts = 0;
    for (; !core.snapshotter.written() && facts <= 2 * rows; ++facts) {
        allocate();
        if (core.snapshotter.filled()) core.snapshotter.write();
    }
    BOOST_TEST(core.snapshotter.written());
    BOOST_TEST(facts <= rows);
    BOOST_TEST(facts > rows / 4);  // no call copies much
}

BOOST_AUTO_TEST_CASE(when_many_facts_come_at_once_after_few_then_their_caller_copies_few_rows) {
    while (lines < 100 * products) allocate_long("s" + std::to_string(lines % products));
    BOOST_REQUIRE(core.snapshotter.begin());
    for (int seldom = 0; seldom < 40; ++seldom) {
        core.mutex.lock();
        core.mutex.unlock();
        core.snapshotter.pace(1'000);  // each call copies more rows from now on
    }
    core.mutex.lock();
    for (int facts = 0; facts < 500; ++facts) {
        (void)core.bus.handle(Allocate{line("o" + std::to_string(facts), "s0", 1)});
    }
    core.mutex.unlock();
    // 500 times as many rows as after a single fact would fill more than a chunk.
    BOOST_TEST(500 * Snapshotter::rows_a_use_max * 64 > snapshot::chunk_bytes / 10 * 9);
    BOOST_TEST(!core.snapshotter.filled());
}

BOOST_AUTO_TEST_CASE(when_the_store_is_only_read_then_it_ends) {
    BOOST_REQUIRE(core.snapshotter.begin());
    const auto end = core.snapshotter.end();
    for (std::uint64_t uses = 0; uses < products + batches; ++uses) {
        const std::scoped_lock lock{core.mutex};
    }
    BOOST_REQUIRE(core.snapshotter.filled());
    core.snapshotter.write();
    BOOST_TEST(core.snapshotter.written());
    BOOST_TEST(core.snapshotter.end() == end);
}

BOOST_AUTO_TEST_CASE(
    when_a_caller_has_no_memory_for_a_copy_then_the_snapshot_fails_and_not_the_call) {
    while (lines * 64 <= snapshot::chunk_bytes) allocate_long("s0");  // more than a chunk's memory
    BOOST_REQUIRE(core.snapshotter.begin());
    const ScarceMemory scarce{snapshot::chunk_bytes};
    for (std::uint64_t calls = 0; calls < products; ++calls) allocate_long("s0");
    BOOST_REQUIRE(core.snapshotter.written());  // no thread copies any more
    BOOST_CHECK_THROW(core.snapshotter.finish(), std::bad_alloc);
    core.snapshotter.abandon();
    BOOST_TEST(list_snapshots(posix_file_system(), path).empty());
}

BOOST_AUTO_TEST_CASE(when_the_snapshot_is_abandoned_then_callers_copy_no_more) {
    BOOST_REQUIRE(core.snapshotter.begin());
    allocate();
    core.snapshotter.abandon();
    BOOST_TEST(core.snapshotter.written());
    const Lsn end = core.snapshotter.end();
    allocate();
    BOOST_TEST(core.snapshotter.end() == end);
    BOOST_TEST(list_snapshots(posix_file_system(), path).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_snapshot_that_pauses, GivenASnapshotThatPauses)

BOOST_AUTO_TEST_CASE(when_no_other_thread_works_any_more_then_it_is_taken_at_once) {
    begin_and_pause();
    BOOST_TEST(snapshots.running());
    snapshots.hurry();
    BOOST_TEST(ends());
    BOOST_TEST(snapshots.taken() == 1U);
    allocate();
    BOOST_REQUIRE(snapshots.start());  // the next one does not pause, either
    BOOST_TEST(ends());
    BOOST_TEST(snapshots.taken() == 2U);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_closed_then_it_is_abandoned_at_once) {
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
