#include "storage/store.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <random>
#include <system_error>
#include <utility>

#include "engine/state_hash.hpp"
#include "storage/group_journal.hpp"
#include "storage/recovery.hpp"
#include "storage/snapshotter.hpp"
#include "storage/store_mutex.hpp"
#include "storage/system_clock.hpp"

namespace allot {

namespace {

std::unique_ptr<FileLock> lock_store(FileSystem& files, const std::filesystem::path& directory) {
    refuse_foreign_directory(files, directory);
    files.create_directories(directory);
    try {
        return files.lock(directory / "LOCK");
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        throw std::system_error{error.code(),
                                directory.string() + " is open in another process or store"};
    }
}

/// Recovers, and makes the files fit to be written on.
Recovered prepare_store(FileSystem& files, const std::filesystem::path& directory,
                        const StoreOptions& options) {
    Recovered recovered = recover(files, directory, options);
    if (const auto& torn = recovered.journal.torn) {
        if (options.warning) {
            options.warning("a torn tail is cut off: " + std::to_string(torn->bytes) +
                            " bytes after LSN " + std::to_string(recovered.journal.tail.last) +
                            " in " + journal::segment_name(torn->segment) +
                            "; a copy is kept beside it");
        }
        cut_torn_tail(files, directory, *torn);
    }
    JournalTail& tail = recovered.journal.tail;
    if (tail.segment == 0) {
        std::random_device source;
        tail.store_id = std::uint64_t{source()} << 32U | source();
    }
    ++tail.epoch;
    return recovered;
}

}  // namespace

struct Store::Impl {
    Impl(FileSystem& file_system, const std::filesystem::path& path, StoreOptions given)
        : options{std::move(given)},
          lock{lock_store(file_system, path)},
          recovered{prepare_store(file_system, path, options)},
          repository{*recovered.repository},
          journal{file_system, path, recovered.journal.tail, recovered.journal.segments, options},
          bus{repository, journal, clock},
          snapshotter{file_system,         path,           recovered.journal.tail.store_id,
                      repository,          turn,           journal,
                      recovered.snapshots, options.warning} {
        if (options.snapshot_every_bytes == 0) return;
        journal.on_durable([this](Lsn) {
            const std::uint64_t bytes = journal.bytes_appended();
            if (bytes - snapshot_at_bytes < options.snapshot_every_bytes) return;
            snapshot_at_bytes = bytes;
            snapshotter.start();
        });
    }

    ~Impl() {
        // The journal's last groups are still told to the bus and the snapshotter.
        snapshotter.stop();
        journal.close();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    template <class Ask>
    auto ask(Ask&& question) {
        Lsn seen = 0;
        auto answer = [&] {
            const std::scoped_lock guard{turn};
            seen = journal.last();
            return question();
        }();
        journal.wait(seen);
        return answer;
    }

    const StoreOptions options;
    const std::unique_ptr<FileLock> lock;
    const Recovered recovered;
    MemoryRepository& repository;
    SystemClock clock;
    std::uint64_t snapshot_at_bytes = 0;  // of the journal's thread
    GroupJournal journal;
    StoreMutex turn{journal};
    MessageBus bus;
    Snapshotter snapshotter;
};

Store Store::open(const std::filesystem::path& directory, Options options) {
    return open(posix_file_system(), directory, std::move(options));
}

Store Store::open(FileSystem& files, const std::filesystem::path& directory, Options options) {
    return Store{std::make_unique<Impl>(files, directory, std::move(options))};
}

Store::Store(std::unique_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<void> Store::add_batch(const AddBatch& batch) { return execute(batch); }
Result<BatchRef> Store::allocate(const OrderLine& line) {
    Result<BatchRef> result = Refusal::out_of_stock;
    allocate({&line, 1}, {&result, 1});
    return result;
}
OrderResult Store::allocate(const AllocateOrder& order) { return execute(order); }
Result<std::size_t> Store::deallocate(const Deallocate& lines) { return execute(lines); }
Result<std::size_t> Store::change_batch_quantity(const ChangeBatchQuantity& change) {
    return execute(change);
}
Result<void> Store::reschedule(const Reschedule& change) { return execute(change); }

void Store::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    BOOST_ASSERT(lines.size() == results.size());
    constexpr std::size_t lines_a_turn = 256;  // then others, and a snapshot, have theirs
    Lsn lsn = 0;
    while (!lines.empty()) {
        const std::size_t count = std::min(lines.size(), lines_a_turn);
        wait_for_room();
        {
            const std::scoped_lock guard{impl_->turn};
            lsn = impl_->bus.allocate(lines.first(count), results.first(count));
        }
        lines = lines.subspan(count);
        results = results.subspan(count);
    }
    wait(lsn);
}

Answer<Result<BatchRef>> Store::allocate_async(const OrderLine& line) {
    return handle_async(Allocate{line});
}

void Store::wait_for_room() { impl_->journal.wait_for_room(); }
void Store::wait(Lsn lsn) { impl_->journal.wait(lsn); }

std::vector<ExplainedLine> Store::explain(const AllocateOrder& order) {
    return impl_->ask([&] { return impl_->bus.explain(order); });
}

std::vector<Allocation> Store::allocations(const OrderId& order) {
    return impl_->ask([&] { return allot::allocations(order, impl_->repository); });
}

Result<std::vector<BatchStock>> Store::stock(const Sku& sku) {
    return impl_->ask([&] { return allot::stock(sku, impl_->repository); });
}

Result<std::int64_t> Store::available(const Sku& sku, std::optional<Eta> day) {
    return impl_->ask([&] { return allot::available(sku, day, impl_->repository); });
}

Result<Version> Store::version(const Sku& sku) {
    return impl_->ask([&]() -> Result<Version> {
        const Product* const product = impl_->repository.find(sku);
        if (product == nullptr) return Refusal::unknown_sku;
        return product->version();
    });
}

std::uint64_t Store::state_hash() {
    return impl_->ask([&] { return allot::state_hash(impl_->repository); });
}

void Store::subscribe(MessageBus::Subscriber subscriber) {
    bool first = false;
    {
        const std::scoped_lock guard{impl_->turn};
        first = !impl_->bus.has_subscribers();
        impl_->bus.subscribe(std::move(subscriber));
    }
    if (!first) return;
    impl_->journal.on_durable([impl = impl_.get()](Lsn durable) {
        if (impl->journal.failed()) return;
        std::vector<CommittedFact> facts;
        {
            const std::scoped_lock lock{impl->turn};
            facts = impl->bus.take_durable(durable);
        }
        impl->bus.publish(facts);
    });
}

Lsn Store::snapshot() { return impl_->snapshotter.take(); }
bool Store::start_snapshot() { return impl_->snapshotter.start(); }

StoreStatus Store::status() {
    const std::scoped_lock guard{impl_->turn};
    const Ledger& ledger = std::as_const(impl_->repository).ledger();
    const GroupJournal& journal = impl_->journal;
    const Snapshotter& snapshotter = impl_->snapshotter;
    return {.last = journal.last(),
            .durable = journal.durable(),
            .products = impl_->repository.size(),
            .batches = ledger.batch_count(),
            .orders = ledger.order_count(),
            .lines = ledger.line_count(),
            .memory_bytes = impl_->repository.bytes(),
            .journal_bytes = journal.bytes_appended(),
            .journal_groups = journal.groups_written(),
            .snapshot = snapshotter.newest(),
            .snapshot_running = snapshotter.running(),
            .snapshots_taken = snapshotter.taken(),
            .snapshot_pause_us = snapshotter.pause_us(),
            .recovered_facts = impl_->recovered.replayed,
            .failed = journal.failed()};
}

TurnMutex& Store::turn() noexcept { return impl_->turn; }
MessageBus& Store::bus() noexcept { return impl_->bus; }
Journal& Store::journal() noexcept { return impl_->journal; }

}  // namespace allot
