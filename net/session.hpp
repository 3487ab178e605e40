#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/call.hpp"
#include "net/client_names.hpp"
#include "net/hub.hpp"
#include "net/output_queue.hpp"
#include "net/reply_writer.hpp"
#include "net/request_parser.hpp"

namespace allot {

/// One client's side of the protocol: bytes in, commands executed, replies out, each with the LSN
/// that it waits for. Knows no socket and no clock; whoever drives it moves the bytes.
class Session {
public:
    /// \param peer where the client is, for CLIENT LIST.
    Session(Hub& hub, std::string peer);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Where the next bytes of the client go, and how many went there.
    [[nodiscard]] std::span<char> prepare() {
        const auto room = parser_.prepare();
        account();
        return room;
    }
    void received(std::size_t bytes);

    enum class Turn : std::uint8_t {
        starved,    ///< all complete commands are executed: read
        over,       ///< more could be executed: after others had their turn
        backed_up,  ///< too much output is queued: once there is less
        held,       ///< gave a wrong password: at refusal_due()
        ended,      ///< no command is executed any more: close once the output is out
        dropped,    ///< close at once
    };
    /// Executes what has been received, within the bounds of one turn, and seals the replies. Takes
    /// the hub's turn when it needs it, and leaves it for the round's others.
    Turn execute();

    /// No command is executed any more.
    void end() noexcept { state_ = State::ended; }
    [[nodiscard]] bool ended() const noexcept { return state_ != State::open; }

    [[nodiscard]] OutputQueue& output() noexcept { return output_; }
    [[nodiscard]] const OutputQueue& output() const noexcept { return output_; }

    // Who the client is. Where there is no password, everyone is known.
    /// The client has given the password.
    void welcome() noexcept;
    /// It has given a wrong one: it is told so at refusal_due(), and nothing is executed until
    /// then.
    void refuse_later() noexcept;
    /// When the client is to be told; the far future when there is nothing to tell.
    [[nodiscard]] Hub::Time refusal_due() const noexcept { return refusal_due_; }
    /// It has to say anew who it is.
    void forget() noexcept;
    [[nodiscard]] bool is_known() const noexcept { return unknown_since_ == Hub::Time::max(); }
    /// Since when it owes the password; the far future when it does not.
    [[nodiscard]] Hub::Time unknown_since() const noexcept { return unknown_since_; }

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] std::string_view peer() const noexcept { return peer_; }
    [[nodiscard]] int protocol() const noexcept { return reply_.version(); }
    void set_protocol(int version) noexcept { reply_.set_version(version); }
    [[nodiscard]] ClientNames& names() noexcept { return names_; }
    [[nodiscard]] const ClientNames& names() const noexcept { return names_; }
    [[nodiscard]] Hub::Time entered() const noexcept { return entered_; }
    /// When the last command was executed; at first, when the client came.
    [[nodiscard]] Hub::Time last_command() const noexcept { return last_command_; }
    /// When the first byte of an incomplete request came; the far future when there is none.
    [[nodiscard]] Hub::Time request_began() const noexcept { return request_began_; }
    [[nodiscard]] std::size_t input_bytes() const noexcept { return parser_.pending(); }
    /// Memory held by its buffers, and by its bytes on their way.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return parser_.capacity() + output_.capacity() + underway_bytes_;
    }
    void set_underway_bytes(std::size_t bytes) noexcept { underway_bytes_ = bytes; }
    /// Tells the hub how much that is now. execute() does.
    void account() noexcept {
        const std::size_t now = buffer_bytes();
        hub_.buffer_bytes += now - accounted_;  // may wrap on the way, and is right at the end
        accounted_ = now;
    }
    /// Gives back its buffers. Nothing but the destructor is called afterwards.
    void release() noexcept;

private:
    enum class State : std::uint8_t { open, ended, dropped };

    Turn run_turn(Lsn& saw);
    RequestParser::Outcome look_ahead(std::size_t requests_max);
    void prefetch() const;
    Lsn run(const Lookahead::Entry& entry);
    Lsn dispatch(Call& call, const CommandSpec* spec);
    Lsn unknown(Call& call);
    void protocol_error();
    void tell_refusal();
    void drop(Drop cause) noexcept;

    Hub& hub_;
    RequestParser parser_;
    OutputQueue output_;
    ReplyWriter reply_{output_.tail()};
    ClientNames names_;
    std::string peer_;
    Hub::Time entered_;
    Hub::Time last_command_;
    Hub::Time request_began_ = Hub::Time::max();
    Hub::Time unknown_since_ = Hub::Time::max();
    Hub::Time refusal_due_ = Hub::Time::max();
    std::size_t underway_bytes_ = 0;
    std::size_t accounted_ = 0;          // bytes of buffers that the hub knows of
    std::size_t thrown_away_bytes_ = 0;  // of replies in this turn that were too large to be sent
    std::size_t wrong_passwords_ = 0;    // since it last gave the right one
    std::uint64_t id_;
    State state_ = State::open;
};

}  // namespace allot
