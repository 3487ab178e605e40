#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "net/cli/settings/option.hpp"
#include "net/cli/settings/settings.hpp"
#include "net/cli/settings/webhooks.hpp"
#include "net/notify/mail.hpp"
#include "storage/feed/event_sink.hpp"

namespace allot::program {

inline constexpr std::size_t recipients_max = 50;

/// The receivers of notifications.
struct Notifications {
    static constexpr std::chrono::milliseconds connect_max{10'000};
    static constexpr std::chrono::milliseconds retry_first{1'000};  ///< delay after one failure

    std::optional<notify::Mail::Settings> mail;
    std::vector<NamedWebhook> webhooks;
    std::chrono::milliseconds retry_most{};  ///< longest delay between two attempts

    /// \param warnings receives warnings for the operator.
    /// \throws UsageError
    [[nodiscard]] static Notifications from(const Settings& settings,
                                            std::vector<std::string>& warnings);
    /// Returns the number of receivers; each has a connection of its own.
    [[nodiscard]] std::size_t destinations() const noexcept {
        return webhooks.size() + (mail ? 1 : 0);
    }
    /// Returns the sinks for bootstrap(): `mail`, and each NamedWebhook::sink_name(), from the
    /// first new fact on.
    [[nodiscard]] std::vector<EventSink> sinks() const;
};

inline constexpr std::array mail_options = {
    Option{
        "smtp", "URL", "",
        "mail out_of_stock events through this server: smtp://HOST[:PORT], with TLS if the server "
        "offers it, and then only with a trusted certificate (--notify-ca), or "
        "smtps://HOST[:PORT]"},
    Option{"mail-to", "ADDRESS", "", "recipient of the mails", Option::From::anywhere, true},
    Option{"mail-from", "ADDRESS", "allocations@example.com", "sender of the mails"},
    Option{"smtp-user", "NAME", "", "name for the mail server; needs a password, and TLS"},
    Option{"smtp-password-file", "FILE", "",
           "its password, in FILE's first line; or set ALLOT_SMTP_PASSWORD"},
    Option{"smtp-password", "SECRET", "",
           "the password for the mail server, if --smtp-password-file is not set",
           Option::From::environment_only}};

inline constexpr std::array notify_options = {
    Option{"notify-ca", "FILE", "",
           "trust servers with a certificate of a CA in FILE, PEM, instead of the system's, when "
           "mailing and posting"},
    Option{"notify-timeout", "TIME", "30s", "time limit of an attempt to mail or post"},
    Option{"notify-retry-max", "TIME", "60s",
           "the longest delay between two attempts, unless a webhook's receiver asks for a longer "
           "one by Retry-After"}};

}  // namespace allot::program
