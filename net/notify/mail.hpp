#pragma once

#include <string>

#include "net/notify/messages.hpp"
#include "net/notify/transfer.hpp"

namespace allot::notify {

/// Sends a mail for each OutOfStock over SMTP: one connection a mail, to all recipients.
class Mail {
public:
    struct Settings {
        Peer server;  ///< `smtp://host:port` or `smtps://host:port`
        Envelope envelope;
        /// Both empty: no authentication. A password is sent only over TLS.
        std::string user = {};
        std::string password = {};
    };
    static constexpr std::array<std::string_view, 2> schemes{"smtp", "smtps"};

    explicit Mail(const Settings& settings);
    /// \return false for other facts.
    /// \throws std::runtime_error unless the server has accepted the mail for every recipient.
    bool notify(const CommittedFact& fact, std::uint64_t store_id);
    void interrupt() noexcept { transfer_.interrupt(); }

private:
    const Envelope envelope_;
    StringList to_;
    Transfer transfer_;
};

}  // namespace allot::notify
