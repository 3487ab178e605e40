#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/feed/event_sink.hpp"
#include "storage/feed/subscriber_thread.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/group_journal.hpp"

namespace allot {

/// An event sink and its position. It writes the position at once after a call that acted, and at
/// most once a second after calls that ignored a fact: receiving such a fact twice does no harm. It
/// repeats a failed write each second.
class RunningSink {
public:
    using Warning = std::function<void(std::string_view)>;

    /// \param journal holds the facts; outlives this.
    /// \param acked the position in its file.
    RunningSink(FileSystem& files, std::filesystem::path directory, const GroupJournal& journal,
                EventSink sink, Lsn acked, Warning warning);

    void start(FactHistory& history, JournalThreads& journal);
    /// Ends its calls, and writes its position.
    void stop();
    /// The last position that was written durably.
    [[nodiscard]] Lsn persisted() const noexcept { return persisted_; }
    [[nodiscard]] const std::string& name() const noexcept { return sink_.name; }
    [[nodiscard]] SinkStatus status(Lsn end) const;

private:
    using Steady = std::chrono::steady_clock;
    void call(const CommittedFact& fact);
    void note_failure(std::string_view why, std::chrono::milliseconds rest);
    void persist_position() noexcept;
    Steady::time_point persist_late_position() noexcept;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const GroupJournal& journal_;
    const EventSink sink_;
    const Warning warning_;
    std::atomic<Lsn> acked_;
    std::atomic<Lsn> persisted_;
    std::atomic<std::uint64_t> acted_ = 0;
    std::atomic<std::uint64_t> failures_ = 0;
    Steady::time_point persisted_at_{};  // used by the subscriber's thread
    bool failure_warned_ = false;        // likewise
    mutable std::mutex mutex_;           // protects the members below
    std::string last_error_;
    Steady::time_point retry_at_{};
    std::shared_ptr<SubscriberThread> thread_;
};

/// The event sinks of a store.
class EventSinks {
public:
    /// Determines where each sink continues, and writes the positions; calls no sink. Positions of
    /// unregistered sinks stay as they are, except those that name a lost fact.
    /// \throws std::invalid_argument for a name that breaks its rule, or occurs twice; CorruptStore
    /// when a position is damaged, because the facts that the sink has missed are unknown then.
    EventSinks(FileSystem& files, const std::filesystem::path& directory,
               const GroupJournal& journal, std::vector<EventSink> sinks,
               const RunningSink::Warning& warning);
    ~EventSinks() { stop(); }
    EventSinks(const EventSinks&) = delete;
    EventSinks& operator=(const EventSinks&) = delete;

    void start(FactHistory& history, JournalThreads& journal);
    /// Stops all sinks at the same time: each running call may take a while to end.
    void stop();
    /// The first fact that a sink may still have to receive, even after a crash now; the greatest
    /// number when there are no sinks.
    [[nodiscard]] Lsn min_required() const noexcept;
    /// Warns that so many bytes of the journal before `first` are kept only for sinks, and names
    /// the sinks; at most every ten minutes. One caller at a time.
    void warn_of_retention(Lsn first, std::uint64_t bytes);
    [[nodiscard]] std::vector<SinkStatus> status(Lsn end) const;

private:
    const RunningSink::Warning warning_;
    std::vector<std::unique_ptr<RunningSink>> running_;
    std::optional<std::chrono::steady_clock::time_point> retention_warned_at_;
};

}  // namespace allot
