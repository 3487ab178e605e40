#include "net/cli/settings/notifications.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "net/cli/settings/password_setting.hpp"
#include "net/cli/settings/rules.hpp"

namespace allot::program {
namespace {

using std::chrono::milliseconds;

std::optional<std::string> read_mail_server(std::string_view text) {
    std::string url{text};
    if (notify::server_of(url, notify::Mail::schemes).empty()) return std::nullopt;
    return url;
}

std::optional<std::string> read_mail_address(std::string_view text) {
    if (!notify::is_mail_address(text)) return std::nullopt;
    return std::string{text};
}

std::optional<milliseconds> read_timeout(std::string_view text) {
    const auto time = read_duration(text);
    return time == milliseconds{0} ? std::nullopt : time;
}

constexpr Rule<std::string> smtp_rule{
    read_mail_server, "smtp://HOST[:PORT] or smtps://HOST[:PORT], without user and password"};
constexpr Rule<std::string> mail_address_rule{read_mail_address,
                                              "an ASCII address such as stock@example.com"};
constexpr Rule<milliseconds> timeout_rule{
    read_timeout, "a time such as 500ms, 30s, 5min or 2h, at most 24h, and not 0"};

/// Returns the settings for connections to all receivers.
notify::Peer peer(const Settings& settings) {
    const auto whole_max = settings.get("notify-timeout", timeout_rule);
    return {.url = {},
            .ca_file = settings.text("notify-ca"),
            .connect_max = std::min(Notifications::connect_max, whole_max),
            .whole_max = whole_max};
}

std::vector<std::string> recipients(const Settings& settings) {
    constexpr std::string_view option = "mail-to";
    std::vector<std::string> all;
    for (const Settings::Setting& setting : settings.all(option)) {
        std::string address = Settings::read(option, setting, mail_address_rule);
        if (std::ranges::find(all, address) != all.end()) {
            throw Settings::refusal(option, setting, "is there already");
        }
        all.push_back(std::move(address));
    }
    if (all.size() > recipients_max) {
        throw UsageError{std::string{option} + ": " + std::to_string(all.size()) +
                         " are set: at most " + std::to_string(recipients_max) + " may be"};
    }
    // States the rule.
    if (all.empty()) all.push_back(settings.get(option, mail_address_rule));
    return all;
}

notify::Mail::Settings mail_settings(const Settings& settings, notify::Peer server,
                                     std::vector<std::string>& warnings) {
    constexpr SecretOptions password{.file = "smtp-password-file",
                                     .secret = "smtp-password",
                                     .what = "password of the mail server"};
    server.url = settings.get("smtp", smtp_rule);
    notify::Mail::Settings mail{
        .server = std::move(server),
        .envelope = {.from = settings.get("mail-from", mail_address_rule),
                     .to = recipients(settings)},
        .user = settings.text("smtp-user"),
        .password = plain_secret(read_secret(settings, password), password.what, warnings)};
    if (mail.user.empty() != mail.password.empty()) {
        throw UsageError{"smtp-user: a name and a password are needed together"};
    }
    return mail;
}

template <class Destination>
EventSink sink_for(std::string_view name, const typename Destination::Settings& settings,
                   milliseconds retry_most) {
    const auto destination = std::make_shared<Destination>(settings);
    return {.name = std::string{name},
            .from = from_now,
            .call =
                [destination](const CommittedFact& fact, std::uint64_t store_id) {
                    try {
                        return destination->notify(fact, store_id) ? SinkResult::acted
                                                                   : SinkResult::ignored;
                    } catch (const notify::RetryAfterError& later) {
                        throw RetryLater{later.what(), later.after()};
                    }
                },
            .back_off = {.first = Notifications::retry_first,
                         .most = retry_most,
                         .jitter = BackOff::Jitter::full},
            .interrupt = [destination] { destination->interrupt(); }};
}

}  // namespace

Notifications Notifications::from(const Settings& settings, std::vector<std::string>& warnings) {
    Notifications notifications;
    notifications.retry_most = settings.get("notify-retry-max", timeout_rule);
    const notify::Peer like = peer(settings);
    if (!settings.text("smtp").empty()) {
        notifications.mail = mail_settings(settings, like, warnings);
    }
    notifications.webhooks = read_webhooks(settings, like, warnings);
    if (!notifications.mail && !settings.all("mail-to").empty()) {
        throw UsageError{"mail-to: needs --smtp, too"};
    }
    return notifications;
}

std::vector<EventSink> Notifications::sinks() const {
    std::vector<EventSink> sinks;
    if (mail) sinks.push_back(sink_for<notify::Mail>("mail", *mail, retry_most));
    for (const NamedWebhook& webhook : webhooks) {
        sinks.push_back(
            sink_for<notify::Webhook>(webhook.sink_name(), webhook.settings, retry_most));
    }
    return sinks;
}

}  // namespace allot::program
