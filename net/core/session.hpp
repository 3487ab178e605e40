#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/core/output_queue.hpp"
#include "net/core/rule_text.hpp"
#include "net/core/server_context.hpp"
#include "net/limits.hpp"

namespace allot {

/// The base of both protocols' sessions, one for each client: bytes in, requests executed, replies
/// out, each with the LSN that it waits for. Knows no socket and no clock: its connection moves the
/// bytes.
class Session {
public:
    /// \param peer address of the client.
    Session(ServerContext& context, std::string peer);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;  // the final class has called release()

    /// \return the buffer for the connection's next read.
    [[nodiscard]] virtual std::span<char> prepare() = 0;
    /// Takes the bytes that the connection has read into that buffer.
    virtual void received(std::size_t bytes) = 0;

    enum class ExecuteResult : std::uint8_t {
        need_input,    ///< all complete requests are executed: read
        yield,         ///< more could be executed: once other sessions have run
        backpressure,  ///< too much output is queued: once there is less
        delayed,       ///< a wrong password was given: at password_reply_due()
        blocked,       ///< waits for facts: at wait_due(), or once the history has awaited_fact()
        ended,         ///< nothing more is executed: close once the output is sent
        disconnected,  ///< close at once
    };
    /// Executes a slice of what has been received, at most SessionLimits::commands_per_slice
    /// requests, and seals the replies. Locks the store when a request needs it, and leaves it
    /// locked for the other sessions of the batch.
    ExecuteResult execute();

    /// Locks or unlocks the store as a request needs it, if the request is executed now, not
    /// queued. \return why it cannot be executed; then the lock is as it was.
    [[nodiscard]] std::optional<Unavailable> enter_store(StoreUse use, bool is_executed = true) {
        auto unavailable = context_.store.unavailable_for(use);
        if (is_executed && !unavailable) context_.store.enter(use);
        return unavailable;
    }

    /// Notes that no more input comes: a stream of events ends.
    virtual void finish() {}
    /// Ends the slice after the request that is being executed: it took long.
    void end_slice() noexcept { ends_slice_ = true; }
    /// Returns true if end_slice() was called, and resets it, so that the slice continues.
    [[nodiscard]] bool take_slice_end() noexcept { return std::exchange(ends_slice_, false); }
    /// Executes nothing from now on.
    void end() noexcept { state_ = State::ended; }
    [[nodiscard]] bool ended() const noexcept { return state_ != State::open; }

    [[nodiscard]] OutputQueue& output() noexcept { return output_; }
    [[nodiscard]] const OutputQueue& output() const noexcept { return output_; }

    /// The time at which a wrong password is refused; the far future if there is none.
    [[nodiscard]] ServerContext::Time password_reply_due() const noexcept {
        return password_reply_due_;
    }
    /// The time since which the password is missing; the far future if it is not.
    [[nodiscard]] ServerContext::Time unauthenticated_since() const noexcept {
        return unauthenticated_since_;
    }

    [[nodiscard]] bool is_waiting() const noexcept { return wait_.has_value(); }
    /// The end of the wait; the far future if there is none.
    [[nodiscard]] ServerContext::Time wait_due() const noexcept {
        return wait_ ? wait_->due : ServerContext::Time::max();
    }
    /// \pre is_waiting()
    [[nodiscard]] Lsn awaited_fact() const noexcept { return wait_->from; }
    /// False once a blocked client has sent too much: its input is kept, and no more is read.
    [[nodiscard]] bool reads_while_blocked() const noexcept {
        return input_capacity() < waiting_input_bytes_max;
    }

    /// True if it receives messages or events, and therefore never counts as idle.
    [[nodiscard]] virtual bool is_listening() const noexcept { return false; }
    /// Sets the function that is called when output was appended outside of execute(), or
    /// is_disconnected() has become true.
    void on_output(std::function<void()> call) { has_output_ = std::move(call); }
    /// True if the connection must be closed at once.
    [[nodiscard]] bool is_disconnected() const noexcept { return state_ == State::disconnected; }

    [[nodiscard]] std::string_view peer() const noexcept { return peer_; }
    [[nodiscard]] ServerContext::Time entered() const noexcept { return entered_; }
    /// The time of the last request; at first, the time of the connection.
    [[nodiscard]] ServerContext::Time last_command() const noexcept { return last_command_; }
    /// The arrival of the first byte of an incomplete request; the far future if there is none.
    [[nodiscard]] ServerContext::Time request_began() const noexcept { return request_began_; }

    /// The memory of the buffers, and of the bytes underway in the connection.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return input_capacity() + output_.capacity() + underway_bytes_;
    }
    void set_underway_bytes(std::size_t bytes) noexcept { underway_bytes_ = bytes; }
    /// Reports buffer_bytes() to the context, as execute() does.
    void account() noexcept {
        const std::size_t now = buffer_bytes();
        context_.usage.buffer_bytes +=
            now - accounted_;  // may wrap on the way, and is right at the end
        accounted_ = now;
        context_.usage.output_bytes += output_.bytes() - accounted_output_;
        accounted_output_ = output_.bytes();
    }
    /// Discards the queued output and disconnects the client: see is_disconnected(). Not within its
    /// own execute(). \return false, without effect, when nothing is queued.
    bool discard_output(DisconnectReason cause) noexcept;
    /// Frees the buffers. Only the destructor may be called afterwards.
    void release() noexcept;

protected:
    enum class State : std::uint8_t { open, ended, disconnected };
    /// A wait for facts: the client's requests are not executed before fact `from` is shown or the
    /// time `due`.
    struct Wait {
        Lsn from;
        ServerContext::Time due;
    };

    /// Resumes a pending wait or event stream.
    /// \return the slice's result if it does not end; empty: requests may be executed.
    virtual std::optional<ExecuteResult> resume() = 0;
    /// Reads requests, executes them and appends a reply for each.
    /// \param saw raised to the LSN that their replies wait for. \return their number, at most
    /// `most`; 0 if more input is needed.
    virtual std::size_t execute_requests(std::size_t most, Lsn& saw) = 0;
    /// Replies that the password was wrong.
    virtual void reply_wrong_password() = 0;
    /// True if a part of a request has been received.
    [[nodiscard]] virtual bool has_incomplete_request() const noexcept = 0;
    /// The memory of the received bytes.
    [[nodiscard]] virtual std::size_t input_capacity() const noexcept = 0;
    /// Frees that memory.
    virtual void release_input() noexcept = 0;

    /// Disconnects a client that has too much output.
    void check_output() noexcept {
        if (output_.bytes() > context_.limits.output_bytes_max)
            disconnect(DisconnectReason::output_limit);
    }
    /// After a slice. \param is_incomplete a part of a request is there.
    void note_request_began(bool is_incomplete) noexcept {
        if (!is_incomplete) {
            request_began_ = ServerContext::Time::max();
        } else if (request_began_ == ServerContext::Time::max()) {
            request_began_ = context_.clock.now;
        }
    }
    /// Refuses a wrong password at password_reply_due(); nothing is executed until then.
    void delay_wrong_password() noexcept;
    /// Counts the refusal that is answered now. The last one that is allowed ends the connection.
    void count_wrong_password() noexcept;
    void disconnect(DisconnectReason cause) noexcept;
    /// Adds a slow command to the slow log. \param name the client's name for itself.
    void note_slow(std::chrono::nanoseconds took, std::vector<std::string> args,
                   std::string name = {});

    ServerContext& context_;
    OutputQueue output_;
    ServerContext::Time last_command_;
    ServerContext::Time request_began_ = ServerContext::Time::max();
    ServerContext::Time unauthenticated_since_ = ServerContext::Time::max();
    ServerContext::Time password_reply_due_ = ServerContext::Time::max();
    std::optional<Wait> wait_;
    std::size_t wrong_passwords_ = 0;  // since it last gave the right one
    State state_ = State::open;
    bool executing_ = false;   // a slice, whose replies are not sealed yet
    bool ends_slice_ = false;  // after this request
    std::function<void()> has_output_ = [] {};

private:
    ExecuteResult run_slice(Lsn& saw);

    std::string peer_;
    ServerContext::Time entered_;
    std::size_t underway_bytes_ = 0;
    std::size_t accounted_ = 0;  // bytes of buffers that the context knows of
    std::size_t accounted_output_ = 0;
};

}  // namespace allot
