#include "storage/fact_follower.hpp"

#include <chrono>
#include <utility>

namespace allot {

namespace {
constexpr std::size_t facts_at_once = 256;
}

FactFollower::FactFollower(FactHistory& history, JournalThreads& journal, Lsn from,
                           Follower follower, std::function<void(std::string_view)> warning)
    : journal_{journal},
      cursor_{history.read(from)},
      follower_{std::move(follower)},
      warning_{std::move(warning)},
      told_{from - 1} {}

std::shared_ptr<FactFollower> FactFollower::start(FactHistory& history, JournalThreads& journal,
                                                  Lsn from, Follower follower,
                                                  std::function<void(std::string_view)> warning) {
    std::shared_ptr<FactFollower> made{
        new FactFollower{history, journal, from, std::move(follower), std::move(warning)}};
    // The thread holds it, too: whoever ends his own subscription may be the last who had it.
    const std::scoped_lock lock{made->stopping_};
    made->thread_ = std::thread{[self = made] { self->run(); }};
    return made;
}

FactFollower::~FactFollower() {
    if (!thread_.joinable()) return;
    if (std::this_thread::get_id() == caller_) {
        thread_.detach();  // it is the last who had it, and has nothing left to do
    } else {
        thread_.join();
    }
}

void FactFollower::stop() {
    if (std::this_thread::get_id() == caller_) {
        stop_ = true;
        return;
    }
    const std::scoped_lock lock{stopping_};  // the subscriber's owner and the store's may both ask
    if (!thread_.joinable()) return;
    stop_ = true;
    if (follower_.interrupt) follower_.interrupt();
    journal_.wake();
    thread_.join();
}

void FactFollower::run() {
    caller_ = std::this_thread::get_id();
    try {
        tell_all();
    } catch (const std::exception& error) {
        warn(follower_.name + " is told no more after LSN " + std::to_string(told_) + ": " +
             error.what());
    }
    cursor_.reset();
    ended_ = true;
}

void FactFollower::tell_all() {
    while (journal_.wait_readable(cursor_->next(), stop_)) {
        for (const CommittedFact& fact : cursor_->take(facts_at_once)) {
            if (stop_) return;
            tell(fact);
        }
    }
}

void FactFollower::tell(const CommittedFact& fact) {
    for (std::uint64_t failures = 1; !stop_; ++failures) {
        std::string why;
        try {
            follower_.call(fact);
            told_.store(fact.lsn, std::memory_order_release);
            return;
        } catch (const std::exception& error) {
            why = error.what();
        } catch (...) {
            why = no_exception;
        }
        if (stop_) return;
        const auto rest = rest_after(failures);
        warn(follower_.name + " failed at LSN " + std::to_string(fact.lsn) +
             " and is told again in " + std::to_string(rest.count()) + " ms: " + why);
        journal_.rest(rest, stop_);
    }
}

std::chrono::milliseconds FactFollower::rest_after(std::uint64_t failures) {
    return follower_.back_off.after(failures, std::uniform_real_distribution<>{}(random_));
}

void FactFollower::warn(const std::string& text) const {
    if (warning_) warning_(text);
}

}  // namespace allot
