#include "storage/store.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <utility>

#include "engine/state_hash.hpp"
#include "storage/journal_threads.hpp"
#include "storage/snapshot_thread.hpp"
#include "storage/store_core.hpp"
#include "storage/system_clock.hpp"

namespace allot {

struct Store::Impl {
    Impl(FileSystem& files, const std::filesystem::path& directory, StoreOptions options)
        : core{files, directory, std::move(options), clock} {
        core.journal.on_durable([this](Lsn) {
            if (core.snapshot_is_due()) snapshots.start();
        });
    }

    ~Impl() {
        for (const auto& follower : followers) {
            if (const auto running = follower.lock()) running->stop();
        }
        // The journal's last groups are still told to the snapshot thread.
        snapshots.stop();
        journal.close();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    template <class Ask>
    auto ask(Ask&& question) {
        Lsn seen = 0;
        auto answer = [&] {
            const std::scoped_lock guard{core.turn};
            seen = core.journal.last();
            return question();
        }();
        journal.wait(seen);
        return answer;
    }

    SystemClock clock;
    StoreCore core;
    JournalThreads journal{core.journal};
    std::mutex followers_mutex;
    std::vector<std::weak_ptr<FactFollower>> followers;
    SnapshotThread snapshots{core.snapshotter, core.turn, journal, core.options.warning};
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
            const std::scoped_lock guard{impl_->core.turn};
            lsn = impl_->core.bus.allocate(lines.first(count), results.first(count));
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
    return impl_->ask([&] { return impl_->core.bus.explain(order); });
}

std::vector<Allocation> Store::allocations(const OrderId& order) {
    return impl_->ask([&] { return allot::allocations(order, impl_->core.repository); });
}

Result<std::vector<ShortLine>> Store::shortages(const std::optional<Sku>& sku) {
    return impl_->ask([&] { return allot::shortages({.sku = sku}, impl_->core.repository); });
}

Result<std::vector<BatchStock>> Store::stock(const Sku& sku) {
    return impl_->ask([&] { return allot::stock(sku, impl_->core.repository); });
}

Result<std::int64_t> Store::available(const Sku& sku, std::optional<Eta> day) {
    return impl_->ask([&] { return allot::available(sku, day, impl_->core.repository); });
}

Result<Version> Store::version(const Sku& sku) {
    return impl_->ask([&]() -> Result<Version> {
        const Product* const product = impl_->core.repository.find(sku);
        if (product == nullptr) return Refusal::unknown_sku;
        return product->version();
    });
}

std::uint64_t Store::state_hash() {
    return impl_->ask([&] { return allot::state_hash(impl_->core.repository); });
}

std::unique_ptr<FactCursor> Store::facts(Lsn from) { return impl_->core.history.read(from); }

Subscription Store::subscribe(Lsn from, FactFollower::Subscriber subscriber) {
    auto follower =
        std::make_shared<FactFollower>(impl_->core.history, impl_->journal, from,
                                       std::move(subscriber), impl_->core.options.warning);
    const std::scoped_lock lock{impl_->followers_mutex};
    std::erase_if(impl_->followers, [](const auto& each) { return each.expired(); });
    impl_->followers.push_back(follower);
    return Subscription{std::move(follower)};
}

Lsn Store::snapshot() { return impl_->snapshots.take(); }
bool Store::start_snapshot() { return impl_->snapshots.start(); }

StoreStatus Store::status() {
    const StoreCore& core = impl_->core;
    const SnapshotThread& snapshots = impl_->snapshots;
    const std::scoped_lock guard{impl_->core.turn};
    const Ledger& ledger = std::as_const(core.repository).ledger();
    return {.last = core.journal.last(),
            .durable = core.journal.durable(),
            .oldest = core.journal.oldest(),
            .products = core.repository.size(),
            .batches = ledger.batch_count(),
            .orders = ledger.order_count(),
            .lines = ledger.line_count(),
            .shortages = ledger.shortages().size(),
            .memory_bytes = core.repository.bytes(),
            .journal_bytes = core.journal.bytes_appended(),
            .journal_groups = core.journal.groups_written(),
            .snapshot = core.snapshotter.newest(),
            .snapshot_running = snapshots.running(),
            .snapshots_taken = snapshots.taken(),
            .snapshot_pause_us = snapshots.pause_us(),
            .recovered_facts = core.recovered.replayed,
            .failed = core.journal.failed()};
}

TurnMutex& Store::turn() noexcept { return impl_->core.turn; }
MessageBus& Store::bus() noexcept { return impl_->core.bus; }
Journal& Store::journal() noexcept { return impl_->core.journal; }
FactHistory& Store::history() noexcept { return impl_->core.history; }

}  // namespace allot
