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

/// How a store stands, for a log or a monitor.
struct StoreStatus {
    Lsn last;     ///< of the last fact
    Lsn durable;  ///< the last fact that may be acknowledged
    Lsn oldest;   ///< the first fact that the journal still holds
    std::uint64_t products;
    std::uint64_t batches;
    std::uint64_t orders;          ///< with a line allocated
    std::uint64_t lines;           ///< allocated
    std::uint64_t shortages;       ///< lines that were asked for, and neither served nor withdrawn
    std::uint64_t memory_bytes;    ///< of products, batches, orders, lines and shortages
    std::uint64_t journal_bytes;   ///< since the process began
    std::uint64_t journal_groups;  ///< written since the process began
    std::uint64_t journal_file_bytes;  ///< of the files that are there now
    /// The part of these that is kept only because an event sink has yet to read it, as of the
    /// last snapshot, or of the start.
    std::uint64_t held_back_bytes;
    std::uint64_t waiting_bytes;  ///< of the group that fills while another is written
    GroupSizes::Counts group_sizes;
    std::uint64_t written_facts;  ///< in those groups
    Lsn snapshot;                 ///< a restart replays what follows this LSN; 0: no snapshot yet
    bool snapshot_running;
    std::uint64_t snapshots_taken;    ///< since the process began
    std::uint64_t snapshot_pause_us;  ///< the longest time that the last one held the stock
    std::uint64_t snapshot_took_us;   ///< the last one, in all
    UnixMicros snapshot_at;           ///< when the last one was put in place; 0: none was yet
    std::uint64_t snapshots_failed;   ///< since the process began
    std::uint64_t recovered_facts;    ///< replayed from the journal at the start
    bool failed;                      ///< the storage has failed; nothing more is accepted
    /// The next journal segment cannot be made: what the present one has no room for is refused,
    /// and reads go on. It is tried again, every two seconds or so.
    bool disk_full;
    /// Changes that were accepted are not written, because even they have no room.
    bool waits_for_room;
    std::uint64_t disk_free_bytes;    ///< of the store's file system
    std::chrono::seconds disk_lasts;  ///< at the present rate; 100 years at the most
};

/// The subscriber is called until this is destroyed. The destructor waits for a call that is
/// running, unless it is called from within it; that call is the last one then. Destroying the
/// store ends the subscription, too, which may outlive it. A subscriber must not destroy the store.
class Subscription {
public:
    explicit Subscription(std::shared_ptr<SubscriberThread> thread) noexcept;
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();
    /// The last LSN for which the subscriber was called and has returned.
    [[nodiscard]] Lsn told() const noexcept;
    /// True once the subscriber will not be called any more.
    [[nodiscard]] bool ended() const noexcept;

private:
    std::shared_ptr<SubscriberThread> thread_;
};

/// A store of stock in a directory: everything it acknowledges is there again when it is opened
/// the next time. One process at a time may have a directory open.
///
/// Every member function may be called from any thread. A change is durable, as the options
/// define it, when its function returns; the functions ending in `_async` return at once, with the
/// LSN to wait() for. Threads that wait at the same time share one write and one sync.
///
/// \throws StorageFull from a function that would change something while the disk has no room for
/// more of the journal; nothing has changed then.
/// \throws std::system_error from any function once the storage has failed. The store is then
/// latched: nothing more is accepted or acknowledged until it is opened anew.
class Store {
public:
    using Options = StoreOptions;

    /// Opens the store in `directory`, which is made if it is not there, and recovers its state: as
    /// bootstrap() does, without event sinks.
    /// \throws std::system_error when the file system fails; StoreInUse when it is open elsewhere.
    /// \throws CorruptStore when a file is not what was written.
    /// \throws std::invalid_argument when an option is out of its range.
    [[nodiscard]] static Store open(const std::filesystem::path& directory, Options options = {});

    /// The same on another file system than the operating system's. `files` outlives the store.
    [[nodiscard]] static Store open(FileSystem& files, const std::filesystem::path& directory,
                                    Options options = {});

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    /// Syncs what was written and marks the journal as closed cleanly.
    ~Store();

    /// A batch that is there already with the same contents may be added again: nothing changes.
    Result<void> add_batch(const AddBatch& batch);
    /// \return the batch that holds the line: a line is allocated once, however often it is asked.
    Result<BatchRef> allocate(const OrderLine& line);
    /// Each line on its own; one wait for all.
    /// \throws std::invalid_argument when the spans are not of one size.
    void allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results);
    /// All or nothing.
    OrderResult allocate(const AllocateOrder& order);
    Result<std::size_t> deallocate(const Deallocate& lines);
    Result<std::size_t> change_batch_quantity(const ChangeBatchQuantity& change);
    Result<void> reschedule(const Reschedule& change);

    [[nodiscard]] Answer<Result<BatchRef>> allocate_async(const OrderLine& line);
    /// Executes any command of commands.hpp without waiting.
    [[nodiscard]] auto handle_async(const HandledCommand auto& command) {
        wait_for_room();
        const std::scoped_lock lock{mutex()};
        return bus().handle(command);
    }
    /// Waits until an LSN that an answer gave is durable.
    void wait(Lsn lsn);

    /// Executes `decide(UnitOfWork&)`, which gives a Result, as one unit of work: committed and
    /// durable on return, unless it is refused or throws; see MessageBus::transact(). It must not
    /// call the store.
    template <class Decide>
    auto transact(Decide&& decide) {
        auto answer = [&] {
            const std::scoped_lock lock{mutex()};
            return bus().transact(std::forward<Decide>(decide));
        }();
        wait(answer.lsn);
        return std::move(answer.result);
    }

    // Queries wait, too, until what they saw is durable.
    [[nodiscard]] std::vector<ExplainedLine> explain(const AllocateOrder& order);
    [[nodiscard]] std::vector<Allocation> allocations(const OrderId& order);
    /// Oldest first. \return Refusal::unknown_sku when no batch of the SKU was ever added.
    [[nodiscard]] Result<std::vector<ShortLine>> shortages(const std::optional<Sku>& sku = {});
    [[nodiscard]] Result<std::vector<BatchStock>> stock(const Sku& sku);
    [[nodiscard]] Result<std::int64_t> available(const Sku& sku, std::optional<Eta> day = {});
    [[nodiscard]] Result<Version> version(const Sku& sku);
    /// A hash of the whole state: equal states have equal hashes.
    [[nodiscard]] std::uint64_t state_hash();

    // What has happened, from the journal. In mode `interval` facts are shown once they are synced,
    // in mode `os` once they are written.
    /// The facts from an LSN on, to be taken as one likes. The store outlives the cursor.
    /// \throws TrimmedHistory when the journal begins later: see StoreOptions::keep_journal_bytes;
    /// AheadOfHistory when there is none before `from`.
    [[nodiscard]] std::unique_ptr<FactCursor> facts(Lsn from);
    /// The facts after the last one seen, which CommittedFact::cursor() names: so that no other
    /// facts are taken for those that followed on it, as after a restore. \throws DivergedHistory
    /// when the cursor's history has gone another way before it, then and ever after;
    /// TrimmedHistory; AheadOfHistory.
    [[nodiscard]] std::unique_ptr<FactCursor> facts(const HistoryCursor& after);
    /// Calls with every fact from an LSN on, in order, on a thread of its own, until the
    /// subscription ends. The call may use the store. When it throws, which is told to
    /// options.warning, it is called again with the same fact, later; and a journal that could not
    /// be read is read again. A subscriber that keeps the LSN of the last fact that it has dealt
    /// with misses nothing, and may be told that fact once more. \throws as facts(); one
    /// that falls behind what is kept, or meets damage, is ended, with a warning.
    [[nodiscard]] Subscription subscribe(Lsn from,
                                         std::function<void(const CommittedFact&)> subscriber);
    /// From the fact after the last one seen on. \throws as facts(after)
    [[nodiscard]] Subscription subscribe(const HistoryCursor& after,
                                         std::function<void(const CommittedFact&)> subscriber);
    /// Names the last fact that is shown: a reader that begins after it misses nothing from now on.
    [[nodiscard]] HistoryCursor cursor();

    /// How each event sink that bootstrap() was given stands, in that order.
    [[nodiscard]] std::vector<SinkStatus> sinks();

    /// Takes a snapshot now, or waits for the end of the one that is being taken and then does.
    /// Others go on working. \return the LSN from which a restart replays the journal.
    Lsn snapshot();
    /// As snapshot(), for a caller that is about to close the store: neither this snapshot nor one
    /// that is being taken still pauses to let others work.
    Lsn closing_snapshot();
    /// Has the snapshot thread take a snapshot, and does not wait for it.
    /// \return false when one is being taken already.
    bool start_snapshot();

    [[nodiscard]] StoreStatus status();

    // For a server, which executes many commands a turn and holds back replies by itself.
    /// Hold it while using bus().
    [[nodiscard]] StoreMutex& mutex() noexcept;
    [[nodiscard]] MessageBus& bus() noexcept;
    [[nodiscard]] Journal& journal() noexcept;
    [[nodiscard]] FactHistory& history() noexcept;

private:
    /// Waits while the journal is too far behind.
    void wait_for_room();
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
