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

/// An event sink at work, and its offset. The offset is written at once after a call that acted,
/// and at most once a second after calls that passed a fact over, which could be repeated
/// unnoticed. An offset that could not be written is tried again each second.
class RunningSink {
public:
    using Warning = std::function<void(std::string_view)>;

    /// \param journal of the facts; outlives this.
    /// \param acked the offset that is kept in its file.
    RunningSink(FileSystem& files, std::filesystem::path directory, const GroupJournal& journal,
                EventSink sink, Lsn acked, Warning warning);

    void start(FactHistory& history, JournalThreads& journal);
    /// Ends its call, and keeps its offset.
    void stop();
    /// What is kept durably.
    [[nodiscard]] Lsn persisted() const noexcept { return persisted_; }
    [[nodiscard]] const std::string& name() const noexcept { return sink_.name; }
    [[nodiscard]] SinkStatus status(Lsn end) const;

private:
    using Steady = std::chrono::steady_clock;
    void call(const CommittedFact& fact);
    void note_failure(std::string_view why, std::chrono::milliseconds rest);
    void persist_offset() noexcept;
    Steady::time_point persist_late_offset() noexcept;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const GroupJournal& journal_;
    const EventSink sink_;
    const Warning warning_;
    std::atomic<Lsn> acked_;
    std::atomic<Lsn> persisted_;
    std::atomic<std::uint64_t> acted_ = 0;
    std::atomic<std::uint64_t> failures_ = 0;
    Steady::time_point persisted_at_{};  // of the subscriber's thread
    bool failure_warned_ = false;        // likewise
    mutable std::mutex mutex_;           // of what follows
    std::string last_error_;
    Steady::time_point retry_at_{};
    std::shared_ptr<SubscriberThread> thread_;
};

/// The event sinks of a store.
class EventSinks {
public:
    /// Finds out where each of them has to go on, and keeps that; calls none. Offsets of sinks
    /// that are not registered now stay as they are, but for those in a history that has left.
    /// \throws std::invalid_argument for a name that breaks its rule, or comes twice; CorruptStore
    /// where a offset is damaged: nobody can say then what the sink has missed.
    EventSinks(FileSystem& files, const std::filesystem::path& directory,
               const GroupJournal& journal, std::vector<EventSink> sinks,
               const RunningSink::Warning& warning);
    ~EventSinks() { stop(); }
    EventSinks(const EventSinks&) = delete;
    EventSinks& operator=(const EventSinks&) = delete;

    void start(FactHistory& history, JournalThreads& journal);
    /// All at once: each call may take a while to end.
    void stop();
    /// The first fact that one of them may still have to be called with, after whatever end of the
    /// process; the greatest number when there are none.
    [[nodiscard]] Lsn min_required() const noexcept;
    /// Warns that so many bytes of the journal before `first` are kept for them alone, and for
    /// whom; not more often than each ten minutes. One caller at a time.
    void warn_of_retention(Lsn first, std::uint64_t bytes);
    [[nodiscard]] std::vector<SinkStatus> status(Lsn end) const;

private:
    const RunningSink::Warning warning_;
    std::vector<std::unique_ptr<RunningSink>> at_work_;
    std::optional<std::chrono::steady_clock::time_point> retention_warned_at_;
};

}  // namespace allot
