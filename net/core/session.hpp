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
#include "net/core/server_context.hpp"
#include "net/limits.hpp"

namespace allot {

/// One client's side of a protocol, whichever it is: bytes in, requests executed, replies out, each
/// with the LSN that it waits for. Knows no socket and no clock; whoever drives it moves the bytes.
class Conversation {
public:
    /// \param peer where the client is.
    Conversation(ServerContext& context, std::string peer);
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    virtual ~Conversation() = default;  // the final class has called release()

    /// Where the next bytes of the client go, and how many went there.
    [[nodiscard]] virtual std::span<char> prepare() = 0;
    virtual void received(std::size_t bytes) = 0;

    enum class Turn : std::uint8_t {
        starved,    ///< all complete requests are executed: read
        over,       ///< more could be executed: after others had their turn
        backed_up,  ///< too much output is queued: once there is less
        held,       ///< gave a wrong password: at refusal_due()
        waiting,    ///< for facts: at wait_due(), or when the history reaches awaited_fact()
        ended,      ///< nothing is executed any more: close once the output is out
        dropped,    ///< close at once
    };
    /// Executes what has been received, within the bounds of one turn, and seals the replies. Takes
    /// the context's turn when it needs it, and leaves it for the round's others.
    virtual Turn execute() = 0;

    /// The client sends no more, or is heard no more: what has no end of its own ends.
    virtual void finish() {}
    /// What was executed took long: others have their turn before the next request.
    void end_turn() noexcept { ends_turn_ = true; }
    /// Nothing is executed any more.
    void end() noexcept { state_ = State::ended; }
    [[nodiscard]] bool ended() const noexcept { return state_ != State::open; }

    [[nodiscard]] OutputQueue& output() noexcept { return output_; }
    [[nodiscard]] const OutputQueue& output() const noexcept { return output_; }

    /// When a client that gave a wrong password is to be told so; the far future when there is
    /// nothing to tell.
    [[nodiscard]] ServerContext::Time refusal_due() const noexcept { return refusal_due_; }
    /// Since when it owes the password; the far future when it does not.
    [[nodiscard]] ServerContext::Time unknown_since() const noexcept { return unknown_since_; }

    [[nodiscard]] bool is_waiting() const noexcept { return wait_.has_value(); }
    /// The far future where it does not wait, or for ever.
    [[nodiscard]] ServerContext::Time wait_due() const noexcept {
        return wait_ ? wait_->due : ServerContext::Time::max();
    }
    /// \pre is_waiting()
    [[nodiscard]] Lsn awaited_fact() const noexcept { return wait_->from; }
    /// False when too much has come of a client that waits: it is kept, and no more is read.
    [[nodiscard]] bool hears_while_waiting() const noexcept {
        return input_capacity() < waiting_input_bytes_max;
    }

    /// It is told of what others do, and so is no idler.
    [[nodiscard]] bool is_listening() const noexcept { return listening_; }
    /// `call` is told when there is output although no turn was taken, or drops() is true.
    void on_output(std::function<void()> call) { has_output_ = std::move(call); }
    /// It has to be closed at once.
    [[nodiscard]] bool drops() const noexcept { return state_ == State::dropped; }

    [[nodiscard]] std::string_view peer() const noexcept { return peer_; }
    [[nodiscard]] ServerContext::Time entered() const noexcept { return entered_; }
    /// When the last request was executed; at first, when the client came.
    [[nodiscard]] ServerContext::Time last_command() const noexcept { return last_command_; }
    /// When the first byte of an incomplete request came; the far future when there is none.
    [[nodiscard]] ServerContext::Time request_began() const noexcept { return request_began_; }

    /// Memory held by its buffers, and by its bytes on their way.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return input_capacity() + output_.capacity() + underway_bytes_;
    }
    void set_underway_bytes(std::size_t bytes) noexcept { underway_bytes_ = bytes; }
    /// Tells the context how much that is now. execute() does.
    void account() noexcept { account(buffer_bytes()); }
    /// Gives up what is queued for the client, who has to be closed at once: see drops(). Not
    /// within its own turn. \return false, and nothing has happened, where nothing is queued.
    bool give_up(Drop cause) noexcept;
    /// Gives back its buffers. Nothing but the destructor is called afterwards.
    void release() noexcept;

protected:
    enum class State : std::uint8_t { open, ended, dropped };
    /// Nothing is executed before this fact is shown, or it is due.
    struct Wait {
        Lsn from;
        ServerContext::Time due;
    };

    /// Memory held for what was received.
    [[nodiscard]] virtual std::size_t input_capacity() const noexcept = 0;
    /// Gives it back.
    virtual void release_input() noexcept = 0;

    void account(std::size_t now) noexcept {
        context_.usage.buffer_bytes +=
            now - accounted_;  // may wrap on the way, and is right at the end
        accounted_ = now;
        context_.usage.output_bytes += output_.bytes() - accounted_output_;
        accounted_output_ = output_.bytes();
    }
    /// After a turn. \param is_incomplete bytes of a request are there, and not all of it.
    void note_request_began(bool is_incomplete) noexcept {
        if (!is_incomplete) {
            request_began_ = ServerContext::Time::max();
        } else if (request_began_ == ServerContext::Time::max()) {
            request_began_ = context_.clock.now;
        }
    }
    /// The client gave a wrong password: it is told so at refusal_due(), and nothing is executed
    /// until then.
    void refuse_later() noexcept;
    /// Counts the refusal that is told now. The last one that is allowed ends the connection.
    void count_refusal() noexcept;
    void drop(Drop cause) noexcept;
    /// Puts what took long into the slow log. \param name that the client has given itself.
    void note_slow(std::chrono::nanoseconds took, std::vector<std::string> args,
                   std::string name = {});

    ServerContext& context_;
    OutputQueue output_;
    ServerContext::Time last_command_;
    ServerContext::Time request_began_ = ServerContext::Time::max();
    ServerContext::Time unknown_since_ = ServerContext::Time::max();
    ServerContext::Time refusal_due_ = ServerContext::Time::max();
    std::optional<Wait> wait_;
    std::size_t thrown_away_bytes_ = 0;  // of replies in this turn that were too large to be sent
    std::size_t wrong_passwords_ = 0;    // since it last gave the right one
    State state_ = State::open;
    bool listening_ = false;
    bool ends_turn_ = false;  // after this request
    std::function<void()> has_output_ = [] {};

private:
    std::string peer_;
    ServerContext::Time entered_;
    std::size_t underway_bytes_ = 0;
    std::size_t accounted_ = 0;  // bytes of buffers that the context knows of
    std::size_t accounted_output_ = 0;
};

}  // namespace allot
