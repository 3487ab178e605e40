#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine/history.hpp"
#include "engine/message_bus.hpp"
#include "storage/feed/event_sink.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/group_sizes.hpp"
#include "storage/options.hpp"

namespace allot {

struct Adapters;
class SubscriberThread;
struct RunningStore;

/// The state of a store, for a log or a monitor.
struct StoreStatus {
    Lsn last;     ///< of the last fact
    Lsn durable;  ///< the last fact that may be acknowledged
    Lsn oldest;   ///< the first fact that the journal still holds
    std::uint64_t products;
    std::uint64_t batches;
    std::uint64_t orders;              ///< the number of orders with an allocated line
    std::uint64_t lines;               ///< allocated lines
    std::uint64_t shortages;           ///< short lines
    std::uint64_t memory_bytes;        ///< held by products, batches, orders, lines, shortages
    std::uint64_t journal_bytes;       ///< written since the process began
    std::uint64_t journal_groups;      ///< written since the process began
    std::uint64_t journal_file_bytes;  ///< the size of the present files
    /// The part of these files that is kept only because an event sink has yet to read it, counted
    /// at the last snapshot or the start.
    std::uint64_t retained_bytes;
    std::uint64_t waiting_bytes;  ///< the size of the group that fills while another is written
    GroupSizes::Counts group_sizes;
    std::uint64_t written_facts;  ///< the facts in those groups
    Lsn snapshot;                 ///< a restart replays what follows this LSN; 0: no snapshot yet
    bool snapshot_running;
    std::uint64_t snapshots_taken;    ///< since the process began
    std::uint64_t snapshot_pause_us;  ///< the longest slice of the last one, which holds the mutex
    std::uint64_t snapshot_took_us;   ///< the duration of the last snapshot
    UnixMicros snapshot_at;          ///< the time when the last snapshot was completed; 0: none yet
    std::uint64_t snapshots_failed;  ///< since the process began
    std::uint64_t recovered_facts;   ///< replayed from the journal at the start
    bool failed;                     ///< the storage has failed; nothing more is accepted
    /// The store cannot create the next journal segment: it refuses changes that do not fit into
    /// the current one, and serves reads. It retries after 0.1 s, and then after up to 2 s.
    bool disk_full;
    /// Accepted changes are not written yet, because the disk has no space even for them.
    bool waits_for_space;
    std::uint64_t disk_free_bytes;    ///< the free bytes of the store's file system
    std::chrono::seconds disk_lasts;  ///< the time until it is full; at most 100 years
};

/// Calls a subscriber during its lifetime. The destructor waits for a running call, unless that
/// call itself runs the destructor; it is then the last call. Destroying the store also ends the
/// subscription; a subscription may outlive its store. A subscriber must not destroy the store.
class Subscription {
public:
    explicit Subscription(std::shared_ptr<SubscriberThread> thread) noexcept;
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();
    /// The last LSN for which a call of the subscriber has returned.
    [[nodiscard]] Lsn acked() const noexcept;
    /// True once the subscriber will not be called again.
    [[nodiscard]] bool ended() const noexcept;

private:
    std::shared_ptr<SubscriberThread> thread_;
};

/// A store of stock in a directory: everything that it acknowledges is there when it is opened
/// again. One process at a time may have a directory open.
///
/// Thread-safe. A change is durable, as the options define it, when its function returns; the
/// functions ending in `_async` return at once, with the LSN to wait() for. Threads that wait at
/// the same time share one write and one sync.
///
/// \throws StorageFull from a function that would change something while the disk has no space for
/// more of the journal; nothing has changed then.
/// \throws std::system_error from any function once the storage has failed. The store then accepts
/// and acknowledges nothing more until it is opened again.
class Store {
public:
    using Options = StoreOptions;

    /// Opens the store in `directory`, which is created if it does not exist, and recovers its
    /// state, as bootstrap() does without event sinks. \throws std::system_error when the file
    /// system fails; StoreInUse when the store is open elsewhere; CorruptStore when a file is
    /// damaged; std::invalid_argument when an option is out of its range.
    [[nodiscard]] static Store open(const std::filesystem::path& directory, Options options = {});

    /// Opens a store on another file system than the operating system's. `files` outlives the
    /// store.
    [[nodiscard]] static Store open(FileSystem& files, const std::filesystem::path& directory,
                                    Options options = {});

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    /// Syncs what was written and marks the journal as closed cleanly.
    ~Store();

    /// Adds a batch. Adding one that exists with the same contents changes nothing.
    Result<void> add_batch(const AddBatch& batch);
    /// \return the batch that holds the line, also when it was allocated before.
    Result<BatchRef> allocate(const LineView& line);
    /// Allocates each line by itself, and waits once for all.
    /// \throws std::invalid_argument when the spans are not of one size.
    void allocate(std::span<const LineView> lines, std::span<Result<BatchRef>> results);
    void allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results);
    /// Allocates all lines of the order, or none.
    OrderResult allocate(const AllocateOrder& order);
    Result<std::size_t> deallocate(const Deallocate& lines);
    Result<std::size_t> change_batch_quantity(const ChangeBatchQuantity& change);
    Result<void> reschedule(const Reschedule& change);

    [[nodiscard]] Answer<Result<BatchRef>> allocate_async(const LineView& line);
    /// Executes any command of commands.hpp without waiting.
    [[nodiscard]] auto handle_async(const HandledCommand auto& command) {
        wait_for_space();
        const std::scoped_lock lock{mutex()};
        return bus().handle(command);
    }
    /// Waits until the LSN of an Answer is durable.
    void wait(Lsn lsn);

    /// Executes `decide(UnitOfWork&)`, which returns a Result, as one unit of work: committed and
    /// durable on return, unless it is refused or throws; see MessageBus::transact(). It must not
    /// call the store.
    template <class Decide>
    auto transact(Decide&& decide) {
        using Decided = std::invoke_result_t<Decide, UnitOfWork&>;
        static_assert(!is_name_view<typename Decided::value_type>, "a view ends with the lock");
        auto answer = [&] {
            const std::scoped_lock lock{mutex()};
            return bus().transact(std::forward<Decide>(decide));
        }();
        wait(answer.lsn);
        return std::move(answer.result);
    }

    // Queries also wait until everything that they read is durable.
    [[nodiscard]] std::vector<ExplainedLine> explain(const AllocateOrder& order);
    [[nodiscard]] std::vector<Allocation> allocations(const OrderId& order);
    /// Lists short lines, oldest first. \return Refusal::unknown_sku when no batch of the SKU was
    /// ever added.
    [[nodiscard]] Result<std::vector<ShortLine>> shortages(const std::optional<Sku>& sku = {});
    [[nodiscard]] Result<std::vector<BatchStock>> stock(const Sku& sku);
    [[nodiscard]] Result<std::int64_t> available(const Sku& sku, std::optional<Eta> day = {});
    [[nodiscard]] Result<Version> version(const Sku& sku);
    /// A hash of the whole state: equal states have equal hashes.
    [[nodiscard]] std::uint64_t state_hash();

    // Readers of the history, in the journal. In mode `interval` facts become visible once they are
    // synced, in mode `os` once they are written.
    /// A cursor over the facts from an LSN on. The store outlives the cursor.
    /// \throws TrimmedHistory when the journal begins later: see StoreOptions::keep_journal_bytes;
    /// AheadOfHistory when there is no fact before `from`.
    [[nodiscard]] std::unique_ptr<FactCursor> facts(Lsn from);
    /// A cursor over the facts after the last one seen, which CommittedFact::cursor() identifies:
    /// so facts of another history, as after a restore, are not mistaken for those that followed
    /// it. \throws DivergedHistory when the store has lost the fact that the cursor names;
    /// TrimmedHistory; AheadOfHistory.
    [[nodiscard]] std::unique_ptr<FactCursor> facts(const HistoryCursor& after);
    /// Calls `subscriber` with every fact from an LSN on, in order, on a thread of its own, until
    /// the subscription ends. The call may use the store. When it throws, the store passes a
    /// warning to options.warning, and repeats the call later with the same fact; it repeats a
    /// failed read of the journal, too. A subscriber that stores the LSN of the last fact it has
    /// processed misses nothing, and may receive that fact once more. \throws as facts(). A
    /// subscription that falls behind the journal's beginning, or meets damage, ends with a
    /// warning.
    [[nodiscard]] Subscription subscribe(Lsn from,
                                         std::function<void(const CommittedFact&)> subscriber);
    /// Calls `subscriber` from the fact after the last one seen. \throws as facts(after)
    [[nodiscard]] Subscription subscribe(const HistoryCursor& after,
                                         std::function<void(const CommittedFact&)> subscriber);
    /// The cursor of the last visible fact: a reader that begins after it misses nothing from now
    /// on.
    [[nodiscard]] HistoryCursor cursor();

    /// The status of each event sink that bootstrap() was given, in that order.
    [[nodiscard]] std::vector<SinkStatus> sinks();

    /// Takes a snapshot; waits first for the end of a snapshot that is being taken. Other threads
    /// continue. \return the LSN after which a restart replays the journal.
    Lsn snapshot();
    /// Takes a snapshot before the caller closes the store: neither this snapshot nor one that is
    /// being taken pauses any more to let other threads work. \return as snapshot().
    Lsn closing_snapshot();
    /// Makes the snapshot thread take a snapshot, and does not wait for it.
    /// \return false when a snapshot is being taken already.
    bool start_snapshot();

    [[nodiscard]] StoreStatus status();

    // Functions for a server, which executes many commands while it holds the mutex, and delays
    // replies itself.
    /// The mutex that a thread locks while it uses bus().
    [[nodiscard]] StoreMutex& mutex() noexcept;
    [[nodiscard]] MessageBus& bus() noexcept;
    [[nodiscard]] Journal& journal() noexcept;
    [[nodiscard]] FactHistory& history() noexcept;

private:
    /// Waits while the backlog is too large.
    void wait_for_space();
    auto execute(const HandledCommand auto& command) {
        auto answer = handle_async(command);
        wait(answer.lsn);
        return std::move(answer.result);
    }

    friend Store bootstrap(const std::filesystem::path&, StoreOptions, Adapters);
    explicit Store(std::unique_ptr<RunningStore> running) noexcept;
    std::unique_ptr<RunningStore> running_;
};

}  // namespace allot
