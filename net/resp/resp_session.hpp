#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/core/reply_writer.hpp"
#include "net/core/session.hpp"
#include "net/resp/client_names.hpp"
#include "net/resp/feed.hpp"
#include "net/resp/request_parser.hpp"
#include "net/resp/subscriptions.hpp"
#include "net/resp/transaction.hpp"
#include "net/schema/call.hpp"

namespace allot {

/// A connection of RESP.
class RespSession final : public Session, public Subscriber {
public:
    /// \param peer address of the client, for CLIENT LIST.
    RespSession(ServerContext& context, std::string peer);
    ~RespSession() override;

    [[nodiscard]] std::span<char> prepare() override {
        const std::size_t before = parser_.capacity();
        const auto buffer = parser_.prepare();
        if (parser_.capacity() != before) account();
        return buffer;
    }
    void received(std::size_t bytes) override;

    // Authentication. Without a password on the server, each client is authenticated.
    void authenticate() noexcept;
    using Session::delay_wrong_password;
    /// The client has to give the password again.
    void deauthenticate() noexcept;
    [[nodiscard]] bool is_authenticated() const noexcept {
        return unauthenticated_since_ == ServerContext::Time::max();
    }

    /// Answers a FEED once there is a fact, or it is due; nothing is executed until then.
    void wait_for_facts(const FeedRequest& request, ServerContext::Time due) noexcept {
        wait_ = {request.from, due};
        awaited_most_ = request.most;
    }

    [[nodiscard]] Transaction& transaction() noexcept { return transaction_; }
    [[nodiscard]] Subscriptions& subscriptions() noexcept { return subscriptions_; }
    [[nodiscard]] bool is_listening() const noexcept override { return subscriptions_.size() != 0; }

    void deliver(std::string_view frame, Lsn lsn) override;
    [[nodiscard]] bool enqueue(std::string_view frame) override;
    void flush_messages() override;
    void disconnect() override;

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] int protocol() const noexcept override { return reply_.version(); }
    void set_protocol(int version) noexcept { reply_.set_version(version); }
    [[nodiscard]] ClientNames& names() noexcept { return names_; }
    [[nodiscard]] const ClientNames& names() const noexcept { return names_; }
    [[nodiscard]] std::size_t input_bytes() const noexcept { return parser_.pending(); }

private:
    using Session::disconnect;
    [[nodiscard]] std::size_t input_capacity() const noexcept override {
        return parser_.capacity() + subscriptions_.bytes() + transaction_.capacity();
    }
    void release_input() noexcept override {
        parser_.clear();
        subscriptions_.clear();
        transaction_.discard();
    }

    [[nodiscard]] bool has_incomplete_request() const noexcept override {
        return parser_.pending() != 0;
    }
    std::optional<ExecuteResult> resume() override;
    std::size_t execute_requests(std::size_t most, Lsn& saw) override;
    void reply_wrong_password() override;
    bool end_wait();
    template <class Execute>
    Lsn answer(Call& call, Execute&& execute);
    RequestParser::Outcome read_window(std::size_t requests_max);
    void look_up(std::size_t lines) const;
    void run_all(std::span<const PrefetchWindow::Entry> entries, Lsn& saw);
    Lsn run(const PrefetchWindow::Entry& entry);
    void take_time(std::span<const PrefetchWindow::Entry> done, bool queued);
    [[nodiscard]] std::vector<std::string> shown_slow(
        std::span<const PrefetchWindow::Entry> done) const;
    Lsn dispatch(Call& call);
    // What keeps a command from being executed now: for admit() and look_up().
    [[nodiscard]] bool needs_authentication(const CommandSpec& spec) const noexcept {
        return !is_authenticated() && !spec.has(flag_no_auth);
    }
    [[nodiscard]] bool is_barred_by_listening(const CommandSpec& spec) const noexcept {
        return is_listening() && protocol() == 2 && !spec.has(flag_pubsub);
    }
    [[nodiscard]] bool queues(const CommandSpec& spec) const noexcept {
        return transaction_.is_queueing() && !spec.has(flag_at_once);
    }
    bool admit(Call& call);
    bool refuse_unknown(Call& call);
    void protocol_error();

    RequestParser parser_;
    ReplyWriter reply_{output_.tail()};
    ClientNames names_;
    std::size_t awaited_most_ = 0;   // facts that a FEED that waits has asked for
    bool needs_flush_ = false;       // messages that are not flushed yet
    std::size_t message_bytes_ = 0;  // that the present command sent to its own client
    std::uint64_t id_;
    Transaction transaction_;
    Subscriptions subscriptions_{context_.pub_sub, *this};
};

/// Returns the session of a call of RESP: no other session makes calls.
[[nodiscard]] inline RespSession& session_of(const Call& call) noexcept {
    return static_cast<RespSession&>(call.session);
}

}  // namespace allot
