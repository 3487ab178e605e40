#include "net/core/session.hpp"

#include <utility>

namespace allot {

Conversation::Conversation(Hub& hub, std::string peer)
    : hub_{hub}, last_command_{hub.now}, peer_{std::move(peer)}, entered_{hub.now} {}

void Conversation::release() noexcept {
    hub_.buffer_bytes -= std::exchange(accounted_, 0);
    hub_.output_bytes -= std::exchange(accounted_output_, 0);
    release_input();
    output_.clear();
}

bool Conversation::give_up(Drop cause) noexcept {
    if (drops() || output_.empty()) return false;
    drop(cause);
    output_.clear();
    account();
    return true;
}

void Conversation::refuse_later() noexcept {
    ++wrong_passwords_;
    refusal_due_ = hub_.now + hub_.limits.wrong_password_delay;
}

void Conversation::count_refusal() noexcept {
    refusal_due_ = Hub::Time::max();
    hub_.counters.count(ErrorCode::wrong_pass);
    if (wrong_passwords_ < hub_.limits.wrong_passwords_max) return;
    hub_.counters.count(Drop::wrong_passwords);
    end();
}

void Conversation::note_slow(std::chrono::nanoseconds took, std::vector<std::string> args,
                             std::string name) {
    hub_.timings.slow.add({.id = 0,
                           .at = hub_.unix_time,
                           .took = std::chrono::floor<std::chrono::microseconds>(took),
                           .args = std::move(args),
                           .peer = peer_,
                           .name = std::move(name)});
}

void Conversation::drop(Drop cause) noexcept {
    hub_.counters.count(cause);
    state_ = State::dropped;
}

}  // namespace allot
