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

#include "storage/feed/event_handler.hpp"
#include "storage/feed/subscriber_thread.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/group_journal.hpp"

namespace allot {

/// An event handler at work, and its place. The place is written at once after a call that acted,
/// and at most once a second after calls that passed a fact over, which could be repeated
/// unnoticed. A place that could not be written is tried again each second.
class HandlerAtWork {
public:
    using Warning = std::function<void(std::string_view)>;

    /// \param journal of the facts; outlives this.
    /// \param done the place that is kept in its file.
    HandlerAtWork(FileSystem& files, std::filesystem::path directory, const GroupJournal& journal,
                  EventHandler handler, Lsn done, Warning warning);

    void start(FactHistory& history, JournalThreads& journal);
    /// Ends its call, and keeps its place.
    void stop();
    /// What is kept durably.
    [[nodiscard]] Lsn kept() const noexcept { return kept_; }
    [[nodiscard]] const std::string& name() const noexcept { return handler_.name; }
    [[nodiscard]] HandlerStatus status(Lsn end) const;

private:
    using Steady = std::chrono::steady_clock;
    void call(const CommittedFact& fact);
    void note_failure(std::string_view why, std::chrono::milliseconds rest);
    void keep_place() noexcept;
    Steady::time_point keep_late_place() noexcept;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const GroupJournal& journal_;
    const EventHandler handler_;
    const Warning warning_;
    std::atomic<Lsn> done_;
    std::atomic<Lsn> kept_;
    std::atomic<std::uint64_t> acted_ = 0;
    std::atomic<std::uint64_t> failures_ = 0;
    Steady::time_point kept_at_{};  // of the follower's thread
    bool failure_told_ = false;     // likewise
    mutable std::mutex mutex_;      // of what follows
    std::string last_error_;
    Steady::time_point retry_at_{};
    std::shared_ptr<SubscriberThread> follower_;
};

/// The event handlers of a store.
class EventHandlers {
public:
    /// Finds out where each of them has to go on, and keeps that; calls none. Places of handlers
    /// that are not registered now stay as they are, but for those in a history that has left.
    /// \throws std::invalid_argument for a name that breaks its rule, or comes twice; CorruptStore
    /// where a place is damaged: nobody can say then what the handler has missed.
    EventHandlers(FileSystem& files, const std::filesystem::path& directory,
                  const GroupJournal& journal, std::vector<EventHandler> handlers,
                  const HandlerAtWork::Warning& warning);
    ~EventHandlers() { stop(); }
    EventHandlers(const EventHandlers&) = delete;
    EventHandlers& operator=(const EventHandlers&) = delete;

    void start(FactHistory& history, JournalThreads& journal);
    /// All at once: each call may take a while to end.
    void stop();
    /// The first fact that one of them may still have to be called with, after whatever end of the
    /// process; the greatest number when there are none.
    [[nodiscard]] Lsn needed() const noexcept;
    /// Warns that so many bytes of the journal before `first` are kept for them alone, and for
    /// whom; not more often than each ten minutes. One caller at a time.
    void tell_held_back(Lsn first, std::uint64_t bytes);
    [[nodiscard]] std::vector<HandlerStatus> status(Lsn end) const;

private:
    const HandlerAtWork::Warning warning_;
    std::vector<std::unique_ptr<HandlerAtWork>> at_work_;
    std::optional<std::chrono::steady_clock::time_point> held_back_told_at_;
};

}  // namespace allot
