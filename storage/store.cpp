#include "storage/store.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/state_hash.hpp"
#include "storage/bootstrap.hpp"
#include "storage/running_store.hpp"

namespace allot {

namespace {

/// Executes a query with the mutex locked. \return its result, once everything that it read is
/// durable.
template <class Ask>
auto ask(RunningStore& store, Ask&& question) {
    Lsn seen = 0;
    auto answer = [&] {
        const std::scoped_lock guard{store.core.mutex};
        seen = store.core.journal.last();
        return question();
    }();
    store.journal.wait(seen);
    return answer;
}

/// Allocates a line without waiting until it is durable.
/// \param lsn is set to the answer's LSN. Beside the result, so that the name is copied once.
Result<BatchRef> allocate_soon(RunningStore& store, const LineView& line, Lsn& lsn) {
    store.journal.wait_for_space();
    const std::scoped_lock guard{store.core.mutex};
    const auto answer = store.core.bus.allocate(line);
    lsn = answer.lsn;
    return owned(answer.result);
}

/// \throws AheadOfHistory when there is no fact before `from`: the reader knows another history, as
/// after a restore.
void refuse_ahead(RunningStore& store, Lsn from) {
    const std::scoped_lock guard{store.core.mutex};
    const Lsn last = store.core.journal.last();
    if (from > last + 1) throw AheadOfHistory{last};
}

}  // namespace

Subscription::Subscription(std::shared_ptr<SubscriberThread> thread) noexcept
    : thread_{std::move(thread)} {}
Subscription::Subscription(Subscription&&) noexcept = default;
Subscription& Subscription::operator=(Subscription&& other) noexcept {
    if (thread_) thread_->stop();
    thread_ = std::move(other.thread_);
    return *this;
}
Subscription::~Subscription() {
    if (thread_) thread_->stop();
}
Lsn Subscription::acked() const noexcept { return thread_->acked(); }
bool Subscription::ended() const noexcept { return thread_->ended(); }

Store Store::open(const std::filesystem::path& directory, Options options) {
    return bootstrap(directory, std::move(options));
}

Store Store::open(FileSystem& files, const std::filesystem::path& directory, Options options) {
    return bootstrap(directory, std::move(options), {.files = files});
}

Store::Store(std::unique_ptr<RunningStore> running) noexcept : running_{std::move(running)} {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<void> Store::add_batch(const AddBatch& batch) { return execute(batch); }
Result<BatchRef> Store::allocate(const LineView& line) {
    Lsn lsn = 0;
    Result<BatchRef> result = allocate_soon(*running_, line, lsn);
    wait(lsn);
    return result;
}
OrderResult Store::allocate(const AllocateOrder& order) { return execute(order); }
Result<std::size_t> Store::deallocate(const Deallocate& lines) { return execute(lines); }
Result<std::size_t> Store::change_batch_quantity(const ChangeBatchQuantity& change) {
    return execute(change);
}
Result<void> Store::reschedule(const Reschedule& change) { return execute(change); }

void Store::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    allocate(std::vector<LineView>(lines.begin(), lines.end()), results);
}

void Store::allocate(std::span<const LineView> lines, std::span<Result<BatchRef>> results) {
    if (lines.size() != results.size()) {
        throw std::invalid_argument{std::to_string(lines.size()) + " lines, but " +
                                    std::to_string(results.size()) + " results"};
    }
    constexpr std::size_t lines_at_once = 256;  // then other threads, and a snapshot, get the mutex
    Lsn lsn = 0;
    while (!lines.empty()) {
        const std::size_t count = std::min(lines.size(), lines_at_once);
        wait_for_space();
        {
            const std::scoped_lock guard{running_->core.mutex};
            lsn = running_->core.bus.allocate(lines.first(count), results.first(count));
        }
        lines = lines.subspan(count);
        results = results.subspan(count);
    }
    wait(lsn);
}

Answer<Result<BatchRef>> Store::allocate_async(const LineView& line) {
    Lsn lsn = 0;
    return {.result = allocate_soon(*running_, line, lsn), .lsn = lsn};  // evaluated in this order
}

void Store::wait_for_space() { running_->journal.wait_for_space(); }
void Store::wait(Lsn lsn) { running_->journal.wait(lsn); }

std::vector<ExplainedLine> Store::explain(const AllocateOrder& order) {
    return ask(*running_, [&] { return running_->core.bus.explain(order); });
}

std::vector<Allocation> Store::allocations(const OrderId& order) {
    return ask(*running_, [&] { return allot::allocations(order, running_->core.repository); });
}

Result<std::vector<ShortLine>> Store::shortages(const std::optional<Sku>& sku) {
    return ask(*running_,
               [&] { return allot::shortages({.sku = sku}, running_->core.repository); });
}

Result<std::vector<BatchStock>> Store::stock(const Sku& sku) {
    return ask(*running_, [&] { return allot::stock(sku, running_->core.repository); });
}

Result<std::int64_t> Store::available(const Sku& sku, std::optional<Eta> day) {
    return ask(*running_, [&] { return allot::available(sku, day, running_->core.repository); });
}

Result<Version> Store::version(const Sku& sku) {
    return ask(*running_, [&]() -> Result<Version> {
        const Product* const product = running_->core.repository.find(sku);
        if (product == nullptr) return Refusal::unknown_sku;
        return product->version();
    });
}

std::uint64_t Store::state_hash() {
    return ask(*running_, [&] { return allot::state_hash(running_->core.repository); });
}

std::unique_ptr<FactCursor> Store::facts(Lsn from) {
    refuse_ahead(*running_, from);
    return running_->core.history.read(from);
}

std::unique_ptr<FactCursor> Store::facts(const HistoryCursor& after) {
    return facts(running_->core.history.next_after(after));
}

Subscription Store::subscribe(const HistoryCursor& after,
                              std::function<void(const CommittedFact&)> subscriber) {
    return subscribe(running_->core.history.next_after(after), std::move(subscriber));
}

HistoryCursor Store::cursor() {
    const FactHistory& history = running_->core.history;
    return history.cursor_at(history.end());
}

Subscription Store::subscribe(Lsn from, std::function<void(const CommittedFact&)> subscriber) {
    refuse_ahead(*running_, from);
    auto thread =
        SubscriberThread::start(running_->core.history, running_->journal, from,
                                {.call = std::move(subscriber)}, running_->core.options.warning);
    const std::scoped_lock lock{running_->subscribers_mutex};
    std::erase_if(running_->subscribers, [](const auto& each) { return each.expired(); });
    running_->subscribers.push_back(thread);
    return Subscription{std::move(thread)};
}

std::vector<SinkStatus> Store::sinks() {
    return running_->sinks.status(running_->core.history.end());
}

Lsn Store::snapshot() { return running_->snapshots.take(); }
Lsn Store::closing_snapshot() {
    running_->snapshots.hurry();
    return running_->snapshots.take();
}
bool Store::start_snapshot() { return running_->snapshots.start(); }

StoreStatus Store::status() {
    StoreCore& core = running_->core;
    const SnapshotThread& snapshots = running_->snapshots;
    const DiskWatch& disk = core.journal.disk();
    const std::uint64_t free_bytes = disk.free_bytes_now();
    const auto lasts =
        disk.lasts(std::chrono::steady_clock::now(), core.journal.bytes_appended(), free_bytes);
    const std::scoped_lock guard{running_->core.mutex};
    const Ledger& ledger = core.repository.ledger();
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
            .journal_groups = core.journal.group_sizes().groups(),
            .journal_file_bytes = core.journal.segments().bytes(),
            .retained_bytes = core.journal.segments().retained_bytes(),
            .waiting_bytes = core.journal.waiting_bytes(),
            .group_sizes = core.journal.group_sizes().counts(),
            .written_facts = core.journal.group_sizes().facts(),
            .snapshot = core.snapshotter.newest(),
            .snapshot_running = snapshots.running(),
            .snapshots_taken = snapshots.taken(),
            .snapshot_pause_us = core.snapshotter.pause_us(),
            .snapshot_took_us = snapshots.took_us(),
            .snapshot_at = snapshots.taken_at(),
            .snapshots_failed = snapshots.failed(),
            .recovered_facts = core.recovered.replayed,
            .failed = core.journal.failed(),
            .disk_full = core.journal.disk_full(),
            .waits_for_space = core.journal.waits_for_space(),
            .disk_free_bytes = free_bytes,
            .disk_lasts = lasts};
}

StoreMutex& Store::mutex() noexcept { return running_->core.mutex; }
MessageBus& Store::bus() noexcept { return running_->core.bus; }
Journal& Store::journal() noexcept { return running_->core.journal; }
FactHistory& Store::history() noexcept { return running_->core.history; }

}  // namespace allot
