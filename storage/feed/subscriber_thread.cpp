#include "storage/feed/subscriber_thread.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace allot {

namespace {
constexpr std::size_t facts_at_once = 256;
}

SubscriberThread::SubscriberThread(FactHistory& history, JournalThreads& journal, Lsn from,
                                   FactSubscriber subscriber,
                                   std::function<void(std::string_view)> warning)
    : journal_{journal},
      cursor_{history.read(from)},
      subscriber_{std::move(subscriber)},
      warning_{std::move(warning)},
      acked_{from - 1} {}

std::shared_ptr<SubscriberThread> SubscriberThread::start(
    FactHistory& history, JournalThreads& journal, Lsn from, FactSubscriber subscriber,
    std::function<void(std::string_view)> warning) {
    std::shared_ptr<SubscriberThread> made{
        new SubscriberThread{history, journal, from, std::move(subscriber), std::move(warning)}};
    // The thread holds a reference, too: a call may end its own subscription, and drop the owner's.
    const std::scoped_lock lock{made->stopping_};
    made->thread_ = std::thread{[self = made] { self->run(); }};
    return made;
}

SubscriberThread::~SubscriberThread() {
    if (!thread_.joinable()) return;
    if (std::this_thread::get_id() == caller_) {
        thread_.detach();  // the thread dropped the last reference, and has nothing left to do
    } else {
        thread_.join();
    }
}

void SubscriberThread::stop() {
    if (std::this_thread::get_id() == caller_) {
        stop_ = true;
        return;
    }
    const std::scoped_lock lock{stopping_};  // the owners of subscription and store may both call
    if (!thread_.joinable()) return;
    stop_ = true;
    if (subscriber_.interrupt) subscriber_.interrupt();
    journal_.wake();
    thread_.join();
}

void SubscriberThread::run() {
    caller_ = std::this_thread::get_id();
    try {
        call_with_all();
    } catch (const std::exception& error) {
        const std::string end =
            "receives no facts after LSN " + std::to_string(acked_) + ": " + error.what();
        note_failure(end, {});
        warn(subscriber_.name + " " + end);
    }
    cursor_.reset();
    ended_ = true;
}

void SubscriberThread::call_with_all() {
    std::uint64_t failures = 0;  // of reading, in a row
    while (journal_.wait_readable(cursor_->next(), stop_, idle_until())) {
        FactRun facts;
        try {
            facts = cursor_->take(facts_at_once);
        } catch (const std::system_error& error) {  // may be temporary, unlike damage
            const std::string why = error.what();
            rest(" cannot read LSN " + std::to_string(cursor_->next()) + " and retries in ",
                 ++failures, why);
            continue;
        }
        failures = 0;
        for (const CommittedFact& fact : facts) {
            if (stop_) return;
            call_with(fact);
        }
    }
}

SubscriberThread::Time SubscriberThread::idle_until() const {
    return subscriber_.idle ? subscriber_.idle() : Time::max();
}

void SubscriberThread::call_with(const CommittedFact& fact) {
    for (std::uint64_t failures = 1; !stop_; ++failures) {
        std::string why;
        std::chrono::milliseconds at_least{0};
        try {
            subscriber_.call(fact);
            acked_.store(fact.lsn, std::memory_order_release);
            return;
        } catch (const RetryLater& later) {
            why = later.what();
            at_least = later.after();
        } catch (const std::exception& error) {
            why = error.what();
        } catch (...) {
            why = no_exception;
        }
        rest(" failed at LSN " + std::to_string(fact.lsn) + "; the store calls it again in ",
             failures, why, at_least);
    }
}

void SubscriberThread::rest(const std::string& what, std::uint64_t failures, const std::string& why,
                            std::chrono::milliseconds at_least) {
    const auto time = std::max(rest_after(failures), at_least);
    note_failure(why, time);
    if (stop_) return;
    warn(subscriber_.name + what + std::to_string(time.count()) + " ms: " + why);
    journal_.rest(time, stop_);
}

void SubscriberThread::note_failure(const std::string& why, std::chrono::milliseconds rest) const {
    if (subscriber_.failed) subscriber_.failed(why, rest);
}

std::chrono::milliseconds SubscriberThread::rest_after(std::uint64_t failures) {
    return subscriber_.back_off.after(failures, std::uniform_real_distribution<>{}(random_));
}

void SubscriberThread::warn(const std::string& text) const {
    if (warning_) warning_(text);
}

}  // namespace allot
