#include "net/core/session.hpp"

#include <utility>

namespace allot {

Session::Session(ServerContext& context, std::string peer)
    : context_{context},
      last_command_{context.clock.now},
      peer_{std::move(peer)},
      entered_{context.clock.now} {}

void Session::release() noexcept {
    context_.usage.buffer_bytes -= std::exchange(accounted_, 0);
    context_.usage.output_bytes -= std::exchange(accounted_output_, 0);
    release_input();
    output_.clear();
}

bool Session::discard_output(DisconnectReason cause) noexcept {
    if (is_disconnected() || output_.empty()) return false;
    disconnect(cause);
    output_.clear();
    account();
    return true;
}

void Session::refuse_later() noexcept {
    ++wrong_passwords_;
    refusal_due_ = context_.clock.now + context_.limits.wrong_password_delay;
}

void Session::count_refusal() noexcept {
    refusal_due_ = ServerContext::Time::max();
    context_.counters.count(ErrorCode::wrong_pass);
    if (wrong_passwords_ < context_.limits.wrong_passwords_max) return;
    context_.counters.count(DisconnectReason::wrong_passwords);
    end();
}

void Session::note_slow(std::chrono::nanoseconds took, std::vector<std::string> args,
                        std::string name) {
    context_.timings.slow.add({.id = 0,
                               .at = context_.clock.unix_time,
                               .took = std::chrono::floor<std::chrono::microseconds>(took),
                               .args = std::move(args),
                               .peer = peer_,
                               .name = std::move(name)});
}

void Session::disconnect(DisconnectReason cause) noexcept {
    context_.counters.count(cause);
    state_ = State::disconnected;
}

}  // namespace allot
