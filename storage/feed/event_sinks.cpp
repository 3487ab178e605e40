#include "storage/feed/event_sinks.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/format/sink_file.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using Warning = RunningSink::Warning;

constexpr std::chrono::seconds position_persisted_every{1};
constexpr std::chrono::minutes retention_warned_every{10};

/// The positions of the sinks of one store.
class Positions {
public:
    Positions(FileSystem& files, const fs::path& directory, const GroupJournal& journal,
              const Warning& warning)
        : files_{files}, directory_{directory}, journal_{journal}, warning_{warning} {}

    /// A sink that had received lost facts continues where the two histories diverge, even if it is
    /// registered only later.
    void rewind(const std::set<std::string>& registered) {
        for (const std::string& sink : sink_file::sinks_in(files_, directory_)) {
            try {
                if (const auto position = read(sink)) rewind(sink, *position);
            } catch (const CorruptStore&) {
                if (registered.contains(sink)) throw;
            }
        }
    }

    /// The last fact that the sink has acknowledged, or will never receive.
    Lsn of(const EventSink& sink) {
        const auto position = read(sink.name);
        const Lsn begins = sink.from == from_now ? journal_.last() : sink.from - 1;
        Lsn acked = position ? position->acked : std::min(begins, journal_.last());
        if (acked + 1 < journal_.oldest()) {
            warn(sink.name, "misses the facts from LSN " + std::to_string(acked + 1) + " to " +
                                std::to_string(journal_.oldest() - 1) +
                                ", which are not kept any more");
            acked = journal_.oldest() - 1;
        }
        if (!position || !position->history || position->acked != acked) keep(sink.name, acked);
        return acked;
    }

private:
    void rewind(const std::string& name, const sink_file::Position& position) {
        const Lsn agreed = position.last_common(journal_.histories(), journal_.last());
        if (agreed == position.acked) return;
        warn(name, "had received facts up to LSN " + std::to_string(position.acked) +
                       ", whose history agrees with the store's up to LSN " +
                       std::to_string(agreed) + "; it continues after that LSN");
        keep(name, agreed);
    }

    [[nodiscard]] std::optional<sink_file::Position> read(std::string_view name) const {
        return sink_file::read(files_, directory_, name, journal_.store_id());
    }
    void keep(std::string_view name, Lsn acked) {
        sink_file::write(files_, directory_, name, journal_.store_id(),
                         {journal_.histories().at(acked), acked});
    }
    void warn(const std::string& name, const std::string& text) const {
        if (warning_) warning_("event sink " + name + " " + text);
    }

    FileSystem& files_;
    const fs::path& directory_;
    const GroupJournal& journal_;
    const Warning& warning_;
};

std::set<std::string> checked_names(const std::vector<EventSink>& sinks) {
    std::set<std::string> names;
    for (const EventSink& sink : sinks) {
        if (!sink_file::is_name(sink.name)) {
            throw std::invalid_argument{"event sink '" + sink.name +
                                        "': a name has 1 to 32 of a-z, 0-9 and -"};
        }
        if (!names.insert(sink.name).second) {
            throw std::invalid_argument{"event sink '" + sink.name + "' is registered twice"};
        }
    }
    return names;
}

}  // namespace

RunningSink::RunningSink(FileSystem& files, fs::path directory, const GroupJournal& journal,
                         EventSink sink, Lsn acked, Warning warning)
    : files_{files},
      directory_{std::move(directory)},
      journal_{journal},
      sink_{std::move(sink)},
      warning_{std::move(warning)},
      acked_{acked},
      persisted_{acked} {}

void RunningSink::start(FactHistory& history, JournalThreads& journal) {
    thread_ = SubscriberThread::start(
        history, journal, acked_ + 1,
        {.name = "event sink " + sink_.name,
         .call = [this](const CommittedFact& fact) { call(fact); },
         .back_off = sink_.back_off,
         .interrupt = sink_.interrupt,
         .idle = [this] { return persist_late_position(); },
         .failed = [this](std::string_view why, auto rest) { note_failure(why, rest); }},
        warning_);
}

void RunningSink::stop() {
    if (!thread_) return;
    thread_->stop();
    if (acked_ > persisted_) persist_position();
}

void RunningSink::call(const CommittedFact& fact) {
    const SinkResult handled = sink_.call(fact, journal_.store_id());
    acked_ = fact.lsn;
    if (handled == SinkResult::acted) ++acted_;
    if (handled == SinkResult::acted || Steady::now() >= persisted_at_ + position_persisted_every)
        persist_position();
}

/// Writes the position when no fact comes, if it is not written yet because a write failed or facts
/// were ignored. \return when to call it again.
RunningSink::Steady::time_point RunningSink::persist_late_position() noexcept {
    if (acked_ > persisted_ && Steady::now() >= persisted_at_ + position_persisted_every)
        persist_position();
    return acked_ > persisted_ ? persisted_at_ + position_persisted_every
                               : Steady::time_point::max();
}

void RunningSink::note_failure(std::string_view why, std::chrono::milliseconds rest) {
    ++failures_;
    const std::scoped_lock lock{mutex_};
    last_error_ = why;
    retry_at_ = Steady::now() + rest;
}

/// Writes the position. A failure stops nothing: after a restart the sink would receive the facts
/// since the last written position again. Each attempt writes a new file, so that no failed sync is
/// repeated. Only the first of several failures in a row causes a warning.
void RunningSink::persist_position() noexcept {
    persisted_at_ = Steady::now();
    try {
        const Lsn acked = acked_;
        sink_file::write(files_, directory_, sink_.name, journal_.store_id(),
                         {journal_.histories().at(acked), acked});
        persisted_ = acked;
        failure_warned_ = false;
    } catch (const std::exception& error) {
        if (warning_ && !std::exchange(failure_warned_, true)) {
            warning_("the position of event sink " + sink_.name +
                     " could not be written: " + error.what());
        }
    }
}

SinkStatus RunningSink::status(Lsn end) const {
    const Lsn acked = acked_;
    const std::scoped_lock lock{mutex_};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - Steady::now());
    return {.name = sink_.name,
            .acked = acked,
            .persisted = persisted_,
            .lag = end - std::min(acked, end),
            .acted = acted_,
            .failures = failures_,
            .last_error = last_error_,
            .retry_in = std::max(rest, std::chrono::milliseconds{0})};
}

EventSinks::EventSinks(FileSystem& files, const fs::path& directory, const GroupJournal& journal,
                       std::vector<EventSink> sinks, const Warning& warning)
    : warning_{warning} {
    Positions positions{files, directory, journal, warning};
    positions.rewind(checked_names(sinks));
    for (EventSink& sink : sinks) {
        const Lsn acked = positions.of(sink);
        running_.push_back(std::make_unique<RunningSink>(files, directory, journal, std::move(sink),
                                                         acked, warning));
    }
}

void EventSinks::start(FactHistory& history, JournalThreads& journal) {
    for (const auto& each : running_) each->start(history, journal);
}

void EventSinks::stop() {
    std::vector<std::jthread> stopping;
    for (const auto& each : running_) {
        try {
            stopping.emplace_back([&each] { each->stop(); });
        } catch (const std::system_error&) {
            each->stop();
        }
    }
}

Lsn EventSinks::min_required() const noexcept {
    Lsn min_required = std::numeric_limits<Lsn>::max();
    for (const auto& each : running_) min_required = std::min(min_required, each->persisted() + 1);
    return min_required;
}

void EventSinks::warn_of_retention(Lsn first, std::uint64_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (!warning_ ||
        (retention_warned_at_ && now < *retention_warned_at_ + retention_warned_every)) {
        return;
    }
    std::string behind;
    for (const auto& each : running_) {
        const Lsn next = each->persisted() + 1;
        if (next >= first) continue;
        behind += (behind.empty() ? ": " : ", ") + each->name() + " continues at LSN " +
                  std::to_string(next);
    }
    if (behind.empty()) return;  // they have advanced in the meantime
    retention_warned_at_ = now;
    warning_(std::to_string(bytes) + " bytes of the journal are kept for event sinks alone" +
             behind);
}

std::vector<SinkStatus> EventSinks::status(Lsn end) const {
    std::vector<SinkStatus> all;
    all.reserve(running_.size());
    for (const auto& each : running_) all.push_back(each->status(end));
    return all;
}

}  // namespace allot
