#include "storage/fact_follower.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace allot {

namespace {
constexpr std::size_t facts_at_once = 256;
constexpr std::chrono::milliseconds first_back_off{10};
constexpr std::chrono::milliseconds back_off_max{10'000};
}  // namespace

FactFollower::FactFollower(FactHistory& history, JournalThreads& journal, Lsn from,
                           Subscriber subscriber, std::function<void(std::string_view)> warning)
    : journal_{journal},
      cursor_{history.read(from)},
      subscriber_{std::move(subscriber)},
      warning_{std::move(warning)},
      told_{from - 1},
      thread_{[this] { run(); }} {}

void FactFollower::stop() {
    const std::scoped_lock lock{stopping_};  // the subscriber's owner and the store's may both ask
    if (!thread_.joinable()) return;
    stop_ = true;
    journal_.wake();
    thread_.join();
    cursor_.reset();
}

void FactFollower::run() {
    try {
        while (journal_.wait_readable(cursor_->next(), stop_)) {
            for (const CommittedFact& fact : cursor_->take(facts_at_once)) tell(fact);
        }
    } catch (const std::exception& error) {
        warn("a subscriber is told no more after LSN " + std::to_string(told_) + ": " +
             error.what());
    }
    ended_ = true;
}

void FactFollower::tell(const CommittedFact& fact) {
    for (auto back_off = first_back_off; !stop_; back_off = std::min(2 * back_off, back_off_max)) {
        try {
            subscriber_(fact);
            told_ = fact.lsn;
            return;
        } catch (const std::exception& error) {
            warn("a subscriber failed at LSN " + std::to_string(fact.lsn) +
                 " and is told again: " + error.what());
        }
        journal_.rest(back_off, stop_);
    }
}

void FactFollower::warn(const std::string& text) const {
    if (warning_) warning_(text);
}

}  // namespace allot
