#include "storage/feed/event_handlers.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/format/handler_file.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using Warning = HandlerAtWork::Warning;

constexpr std::chrono::seconds place_kept_every{1};
constexpr std::chrono::minutes held_back_told_every{10};

/// Where the handlers of one store are in its history.
class Places {
public:
    Places(FileSystem& files, const fs::path& directory, const GroupJournal& journal,
           const Warning& warning)
        : files_{files}, directory_{directory}, journal_{journal}, warning_{warning} {}

    /// After a restore, a repair or a power cut in mode `os` other facts have the LSNs of those
    /// that are lost. Who had been told of these goes on where the two histories part, also when he
    /// is registered later only.
    void go_back(const std::set<std::string>& registered) {
        for (const std::string& file : files_.list(directory_)) {
            const auto name = handler_file::handler_of(file);
            if (!name) continue;
            try {
                if (const auto place = read(*name)) go_back(*name, *place);
            } catch (const CorruptStore&) {
                if (registered.contains(*name)) throw;
            }
        }
    }

    /// The last fact that the handler has dealt with, or will never be told of.
    Lsn of(const EventHandler& handler) {
        const auto place = read(handler.name);
        const Lsn begins = handler.from == from_now ? journal_.last() : handler.from - 1;
        Lsn done = place ? place->done : std::min(begins, journal_.last());
        if (done + 1 < journal_.oldest()) {
            warn(handler.name, "misses the facts from LSN " + std::to_string(done + 1) + " to " +
                                   std::to_string(journal_.oldest() - 1) +
                                   ", which are not kept any more");
            done = journal_.oldest() - 1;
        }
        if (!place || !place->history || place->done != done) keep(handler.name, done);
        return done;
    }

private:
    void go_back(const std::string& name, const handler_file::Place& place) {
        Lsn agreed = std::min(place.done, journal_.last());
        if (place.history) {
            agreed =
                journal_.histories().agreed_before({*place.history, place.done}).value_or(agreed);
        }
        if (agreed == place.done) return;
        warn(name, "was told up to LSN " + std::to_string(place.done) +
                       ", and the history of these facts agrees with the store's up to LSN " +
                       std::to_string(agreed) + ": it goes on after that");
        keep(name, agreed);
    }

    [[nodiscard]] std::optional<handler_file::Place> read(std::string_view name) const {
        return handler_file::read(files_, directory_, name, journal_.store_id());
    }
    void keep(std::string_view name, Lsn done) {
        handler_file::write(files_, directory_, name, journal_.store_id(),
                            {journal_.histories().at(done), done});
    }
    void warn(const std::string& name, const std::string& text) const {
        if (warning_) warning_("event handler " + name + " " + text);
    }

    FileSystem& files_;
    const fs::path& directory_;
    const GroupJournal& journal_;
    const Warning& warning_;
};

std::set<std::string> checked_names(const std::vector<EventHandler>& handlers) {
    std::set<std::string> names;
    for (const EventHandler& handler : handlers) {
        if (!handler_file::is_name(handler.name)) {
            throw std::invalid_argument{"event handler '" + handler.name +
                                        "': a name has 1 to 32 of a-z, 0-9 and -"};
        }
        if (!names.insert(handler.name).second) {
            throw std::invalid_argument{"event handler '" + handler.name + "' is registered twice"};
        }
    }
    return names;
}

}  // namespace

HandlerAtWork::HandlerAtWork(FileSystem& files, fs::path directory, const GroupJournal& journal,
                             EventHandler handler, Lsn done, Warning warning)
    : files_{files},
      directory_{std::move(directory)},
      journal_{journal},
      handler_{std::move(handler)},
      warning_{std::move(warning)},
      done_{done},
      kept_{done} {}

void HandlerAtWork::start(FactHistory& history, JournalThreads& journal) {
    follower_ = SubscriberThread::start(
        history, journal, done_ + 1,
        {.name = "event handler " + handler_.name,
         .call = [this](const CommittedFact& fact) { call(fact); },
         .back_off = handler_.back_off,
         .interrupt = handler_.interrupt,
         .idle = [this] { return keep_late_place(); },
         .failed = [this](std::string_view why, auto rest) { note_failure(why, rest); }},
        warning_);
}

void HandlerAtWork::stop() {
    if (!follower_) return;
    follower_->stop();
    if (done_ > kept_) keep_place();
}

void HandlerAtWork::call(const CommittedFact& fact) {
    const Handled handled = handler_.call(fact, journal_.store_id());
    done_ = fact.lsn;
    if (handled == Handled::acted) ++acted_;
    if (handled == Handled::acted || Steady::now() >= kept_at_ + place_kept_every) keep_place();
}

/// A place that is not kept, because it could not be or because it told of nothing, is kept a
/// little later although no fact comes. \return when that is.
HandlerAtWork::Steady::time_point HandlerAtWork::keep_late_place() noexcept {
    if (done_ > kept_ && Steady::now() >= kept_at_ + place_kept_every) keep_place();
    return done_ > kept_ ? kept_at_ + place_kept_every : Steady::time_point::max();
}

void HandlerAtWork::note_failure(std::string_view why, std::chrono::milliseconds rest) {
    ++failures_;
    const std::scoped_lock lock{mutex_};
    last_error_ = why;
    retry_at_ = Steady::now() + rest;
}

/// A place that cannot be kept stops nothing: after a restart the handler would be told again of
/// what it has dealt with since. Each attempt is a new file, so that no failed sync is repeated.
/// The first failure of several in a row is told.
void HandlerAtWork::keep_place() noexcept {
    kept_at_ = Steady::now();
    try {
        const Lsn done = done_;
        handler_file::write(files_, directory_, handler_.name, journal_.store_id(),
                            {journal_.histories().at(done), done});
        kept_ = done;
        failure_told_ = false;
    } catch (const std::exception& error) {
        if (warning_ && !std::exchange(failure_told_, true)) {
            warning_("the place of event handler " + handler_.name +
                     " could not be kept: " + error.what());
        }
    }
}

HandlerStatus HandlerAtWork::status(Lsn end) const {
    const Lsn done = done_;
    const std::scoped_lock lock{mutex_};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - Steady::now());
    return {.name = handler_.name,
            .done = done,
            .kept = kept_,
            .lag = end - std::min(done, end),
            .acted = acted_,
            .failures = failures_,
            .last_error = last_error_,
            .retry_in = std::max(rest, std::chrono::milliseconds{0})};
}

EventHandlers::EventHandlers(FileSystem& files, const fs::path& directory,
                             const GroupJournal& journal, std::vector<EventHandler> handlers,
                             const Warning& warning)
    : warning_{warning} {
    Places places{files, directory, journal, warning};
    places.go_back(checked_names(handlers));
    for (EventHandler& handler : handlers) {
        const Lsn done = places.of(handler);
        at_work_.push_back(std::make_unique<HandlerAtWork>(files, directory, journal,
                                                           std::move(handler), done, warning));
    }
}

void EventHandlers::start(FactHistory& history, JournalThreads& journal) {
    for (const auto& each : at_work_) each->start(history, journal);
}

void EventHandlers::stop() {
    std::vector<std::jthread> stopping;
    for (const auto& each : at_work_) {
        try {
            stopping.emplace_back([&each] { each->stop(); });
        } catch (const std::system_error&) {
            each->stop();
        }
    }
}

Lsn EventHandlers::needed() const noexcept {
    Lsn needed = std::numeric_limits<Lsn>::max();
    for (const auto& each : at_work_) needed = std::min(needed, each->kept() + 1);
    return needed;
}

void EventHandlers::tell_held_back(Lsn first, std::uint64_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (!warning_ || (held_back_told_at_ && now < *held_back_told_at_ + held_back_told_every)) {
        return;
    }
    std::string whom;
    for (const auto& each : at_work_) {
        const Lsn next = each->kept() + 1;
        if (next >= first) continue;
        whom += (whom.empty() ? ": " : ", ") + each->name() + " goes on from LSN " +
                std::to_string(next);
    }
    if (whom.empty()) return;  // they have come on meanwhile
    held_back_told_at_ = now;
    warning_(std::to_string(bytes) + " bytes of the journal are kept for event handlers alone" +
             whom);
}

std::vector<HandlerStatus> EventHandlers::status(Lsn end) const {
    std::vector<HandlerStatus> all;
    all.reserve(at_work_.size());
    for (const auto& each : at_work_) all.push_back(each->status(end));
    return all;
}

}  // namespace allot
