#include "net/core/session.hpp"

#include <utility>

namespace allot {

Session::Session(ServerContext& context, std::string peer)
    : context_{context},
      last_command_{context.clock.now},
      peer_{std::move(peer)},
      entered_{context.clock.now} {}

Session::ExecuteResult Session::execute() {
    Lsn saw = 0;
    executing_ = true;
    const ExecuteResult result = run_slice(saw);
    executing_ = false;
    output_.seal(saw, context_.timings.lap_end());
    note_request_began(result == ExecuteResult::need_input && has_incomplete_request());
    account();
    return result;
}

Session::ExecuteResult Session::run_slice(Lsn& saw) {
    ends_slice_ = false;
    context_.timings.begin(context_.clock.now);
    if (password_reply_due_ <= context_.clock.now && state_ == State::open) reply_wrong_password();
    for (std::size_t left = context_.limits.commands_per_slice; state_ == State::open;) {
        if (password_reply_due_ != ServerContext::Time::max()) return ExecuteResult::delayed;
        if (output_.bytes() >= context_.limits.output_pause_bytes)
            return ExecuteResult::backpressure;
        if (const auto result = resume()) return *result;
        if (left == 0 || ends_slice_) return ExecuteResult::yield;
        const std::size_t executed = execute_requests(left, saw);
        if (executed == 0 && state_ == State::open) return ExecuteResult::need_input;
        left -= executed;
    }
    return state_ == State::disconnected ? ExecuteResult::disconnected : ExecuteResult::ended;
}

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

void Session::delay_wrong_password() noexcept {
    ++wrong_passwords_;
    password_reply_due_ = context_.clock.now + context_.limits.wrong_password_delay;
}

void Session::count_wrong_password() noexcept {
    password_reply_due_ = ServerContext::Time::max();
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
