#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/core/session.hpp"
#include "net/transport/stream.hpp"

namespace allot {

class ConnectionManager;
struct ServerOptions;

enum class Protocol : std::uint8_t { resp, http };

/// Transfers the bytes of one session over a socket. At most one read and one wait until the socket
/// is writable are pending. Released output is sent in one write, at once if the socket has space.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = Stream::Socket;

    Connection(Socket socket, std::shared_ptr<ConnectionManager> manager, Protocol protocol);

    void start() { read(); }
    /// Sends what has become durable. Not while a batch is executed.
    void flush();
    /// Sends what has become durable and frees unused memory, while another session executes.
    /// Closes nothing: flush() must follow. Does nothing while its own session executes.
    void send_early();
    /// Discards queued output, while another session executes; flush() then closes the connection.
    /// \return false, without effect, while its own session executes, or if nothing is queued.
    bool discard_output(DisconnectReason cause);
    /// Executes again if it is open: its wait may have ended.
    void resume();
    /// Executes the input read so far, and reads no more; closes once the replies are sent.
    void finish();
    /// Closes at once. Nothing is called on a closed connection.
    void close();
    /// Closes and counts the reason.
    void disconnect(DisconnectReason cause);
    /// Closes if a deadline has passed.
    void check_deadlines(const ServerOptions& options);

    [[nodiscard]] bool holds_beyond(Lsn durable) const noexcept {
        return session_->output().holds_beyond(durable);
    }

    /// \pre it is waiting
    [[nodiscard]] Lsn awaited_fact() const noexcept { return session_->awaited_fact(); }
    [[nodiscard]] bool is_waiting() const noexcept {
        return stage_ == Stage::open && session_->is_waiting();
    }

    [[nodiscard]] std::size_t buffer_bytes() const noexcept { return session_->buffer_bytes(); }

    // The manager's bookkeeping
    std::size_t index = 0;           ///< among its connections
    bool in_batch = false;           ///< has executed in the batch that is not committed yet
    bool awaits_durability = false;  ///< listed to be flushed
    bool awaits_facts = false;       ///< listed to be resumed
    std::size_t waiter_index = 0;    ///< in that list

private:
    enum class Stage : std::uint8_t { open, awaiting_close, closed };

    void read();
    void received(const boost::system::error_code& error, std::size_t bytes);
    void await_rest();
    boost::system::error_code send();
    void step();
    void step_later();
    void await_writable();
    void settle();
    void account() noexcept;
    void await_close();

    Stream stream_;
    std::shared_ptr<ConnectionManager> manager_;
    ServerContext& context_;
    std::unique_ptr<Session> session_;
    ServerContext::Time progress_;  // when the client last took output, or began to await its close
    std::size_t untaken_ = 0;       // bytes of output, at the last check
    Stage stage_ = Stage::open;
    bool reading_ = false;
    bool awaits_writable_ = false;
    bool step_posted_ = false;
    bool executing_ = false;
    bool is_full_ = false;  // send_early() found no space, and flush() has not run since
    bool has_backpressure_ = false;
    bool finishing_ = false;  // the client sends no more, or its input is no longer read
};

}  // namespace allot
