#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <system_error>

#include "engine/repository.hpp"
#include "engine/state_hash.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/journal/journal_threads.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/snapshot/snapshot_file.hpp"
#include "storage/store_core.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// One segment holds everything, so on an idle store only the snapshot's thread uses the disk.
StoreOptions options() {
    StoreOptions options = small_options(Durability::Mode::os);
    options.segment_bytes = 32U << 20U;
    return options;
}

/// Names of the longest length: a snapshot is large after few lines.
std::string long_name(std::string name) { return name + std::string(64 - name.size(), '.'); }

/// A store whose snapshot has several chunks.
struct LargeStore {
    static constexpr int skus = 1'000, orders = 40'000;

    static std::unique_ptr<SimulatedDisk> filled() {
        auto filled = std::make_unique<SimulatedDisk>();
        SimulatedDisk& disk = *filled;
        Store store = Store::open(disk, directory, options());
        for (int i = 0; i < skus; ++i) {
            const std::string name = long_name(std::to_string(i));
            store.add_batch({BatchRef::of(name).value(), Sku::of(name).value(), 1'000}).value();
        }
        std::vector<OrderLine> lines;
        for (int i = 0; i < orders; ++i) lines.push_back(line_of(i));
        std::vector<Result<BatchRef>> results(lines.size(), Refusal::bad_name);
        store.allocate(lines, results);
        BOOST_REQUIRE(store.status().lines == std::uint64_t{orders});
        return filled;
    }
    static std::unique_ptr<SimulatedDisk> copy_of_filled() {
        static const auto once = filled();
        return once->after_kill();
    }

    static OrderLine line_of(int order) {
        return line(long_name(std::to_string(order)), long_name(std::to_string(order % skus)), 1);
    }
    /// Requires that all files, including the newest snapshot, give the store's state.
    void require_whole(std::uint64_t hash) {
        const CheckReport report = check_files(disk, directory);
        BOOST_TEST(report.ok, (report.findings.empty() ? "" : report.findings.front()));
        BOOST_TEST(report.state_hash == hash);
    }
    std::uint64_t snapshot_bytes(Lsn start) {
        return disk.contents(directory / snapshot::file_name(start)).size();
    }

    static inline const std::filesystem::path directory = "store";
    const std::unique_ptr<SimulatedDisk> owned = copy_of_filled();
    SimulatedDisk& disk = *owned;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_whose_snapshot_takes_some_chunks)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_at_rest_then_all_of_it_is_in_the_snapshot, LargeStore) {
    std::uint64_t hash = 0;
    {
        Store store = Store::open(disk, directory, options());
        hash = store.state_hash();
        BOOST_TEST(snapshot_bytes(store.snapshot()) > 3 * snapshot::chunk_bytes);
    }
    require_whole(hash);
    Store store = Store::open(disk, directory, options());
    BOOST_TEST(store.status().recovered_facts == 0U);
    BOOST_TEST(store.state_hash() == hash);
}

BOOST_FIXTURE_TEST_CASE(
    when_other_threads_work_then_the_snapshot_and_the_journal_after_it_give_the_state, LargeStore) {
    std::uint64_t hash = 0;
    {
        Store store = Store::open(disk, directory, options());
        BOOST_REQUIRE(store.start_snapshot());
        int order = orders;
        while (store.status().snapshot_running) {
            BOOST_TEST_REQUIRE(store.allocate(line_of(order++)).has_value());
            (void)store.deallocate({line_of(order - orders).order});
        }
        BOOST_TEST(store.status().snapshots_taken == 1U);
        hash = store.state_hash();
    }
    require_whole(hash);
}

BOOST_FIXTURE_TEST_CASE(
    when_one_of_its_writes_fails_then_there_is_a_warning_and_the_next_one_is_taken, LargeStore) {
    std::atomic<int> left = 0;
    disk.before = [&](DiskOperation operation) {
        if (operation != DiskOperation::write || --left != 0) return;
        throw std::system_error{std::make_error_code(std::errc::io_error)};
    };
    Store store = Store::open(disk, directory, options());
    const std::uint64_t hash = store.state_hash();
    for (int nth = 1; nth <= 4; ++nth) {
        left = nth;
        BOOST_CHECK_EXCEPTION((void)store.snapshot(), std::system_error, [](const auto& error) {
            return error.code() == std::errc::io_error;
        });
        BOOST_TEST(store.status().snapshot == 0U);
    }
    BOOST_TEST(snapshot_bytes(store.snapshot()) > 3 * snapshot::chunk_bytes);
    BOOST_TEST(store.state_hash() == hash);
}

BOOST_FIXTURE_TEST_CASE(when_nothing_is_written_then_callers_copy_two_chunks_and_lose_none,
                        LargeStore) {
    std::uint64_t hash = 0;
    {
        StoreCore core{disk, directory, options(), system_clock()};
        JournalThreads journal{core.journal};
        Snapshotter& snapshotter = core.snapshotter;
        hash = state_hash(core.repository);
        const auto copy_all_that_is_possible = [&] {
            for (int i = 0; i < orders; ++i) const std::scoped_lock lock{core.mutex};
        };
        BOOST_REQUIRE(snapshotter.begin());
        int chunks = 0;
        for (; !snapshotter.written(); ++chunks) {
            copy_all_that_is_possible();
            const std::scoped_lock lock{core.mutex};
            BOOST_TEST(snapshotter.copy(1) == 0U);
            BOOST_TEST_REQUIRE(snapshotter.filled());
            snapshotter.write();
        }
        BOOST_TEST(chunks > 3);
        BOOST_REQUIRE(journal.sync(snapshotter.end(), false));
        snapshotter.finish();
    }
    require_whole(hash);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_closed_meanwhile_then_no_part_of_a_snapshot_is_left,
                        LargeStore) {
    std::uint64_t hash = 0;
    {
        Store store = Store::open(disk, directory, options());
        BOOST_REQUIRE(store.start_snapshot());
        for (int order = orders; order < orders + 1'000; ++order) {
            BOOST_TEST_REQUIRE(store.allocate(line_of(order)).has_value());
        }
        hash = store.state_hash();
    }
    require_whole(hash);
    for (const std::string& name : disk.list(directory)) {
        BOOST_TEST(name != snapshot::temporary_name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_slices_of_a_snapshot)

BOOST_AUTO_TEST_CASE(when_each_may_have_one_row_then_a_product_is_copied_with_each_and_none_twice) {
    constexpr int skus = 5;
    Repository repository{1};
    Lsn lsn = 0;
    for (int i = 0; i < skus; ++i) {
        const std::string name = std::to_string(i);
        const BatchAdded batch{SkuView::of(name).value(), BatchRefView::of(name).value(),
                               Purchased::of(10).value(), Eta::warehouse()};
        Product& product = repository.add(batch.sku);
        BOOST_REQUIRE(product.apply(batch, ++lsn));
        BOOST_REQUIRE(product.apply(LineAllocated{line("order", name, 1), batch.batch}, ++lsn));
    }
    Repository copy{2};
    int slices = 0;
    for (snapshot::RowCopier copier{repository, skus}; !copier.ended(); ++slices) {
        snapshot::Chunk chunk;
        BOOST_TEST(copier.copy(chunk, 1) == 3U);
        BOOST_TEST(chunk.products.size() == 1U);
        BOOST_REQUIRE(snapshot::restore(chunk, copy));
    }
    BOOST_TEST(slices == skus);
    BOOST_TEST(state_hash(copy) == state_hash(repository));
}

BOOST_AUTO_TEST_SUITE_END()
