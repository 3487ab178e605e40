#include "net/program/notifications.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "net/escape.hpp"
#include "net/fact_parts.hpp"
#include "net/program/password_setting.hpp"
#include "net/program/rules.hpp"

namespace allot::program {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds retry_first{1'000};
constexpr milliseconds connect_max{10'000};
constexpr std::size_t secret_bytes_max = 512;
constexpr std::size_t error_bytes_max = 200;  // of what INFO repeats

template <class Destination>
std::optional<std::string> read_url(std::string_view text) {
    std::string url{text};
    if (notify::server_of(url, Destination::schemes).empty()) return std::nullopt;
    return url;
}

std::optional<std::string> read_mail_address(std::string_view text) {
    if (!notify::is_mail_address(text)) return std::nullopt;
    return std::string{text};
}

std::optional<std::vector<std::string>> read_events(std::string_view text) {
    std::vector<std::string> events;
    while (!text.empty()) {
        const std::string_view event = text.substr(0, text.find(','));
        if (std::ranges::find(fact_events, event) == fact_events.end()) return std::nullopt;
        events.emplace_back(event);
        text.remove_prefix(std::min(text.size(), event.size() + 1));
    }
    if (events.empty()) return std::nullopt;
    return events;
}

std::optional<milliseconds> read_patience(std::string_view text) {
    const auto time = read_duration(text);
    return time == milliseconds{0} ? std::nullopt : time;
}

constexpr Rule<std::string> smtp_rule{
    read_url<notify::Mail>, "smtp://HOST[:PORT] or smtps://HOST[:PORT], without user and password"};
constexpr Rule<std::string> webhook_rule{read_url<notify::Webhook>,
                                         "an http:// or https:// URL without user and password"};
constexpr Rule<std::string> mail_address_rule{read_mail_address,
                                              "an ASCII address such as stock@example.com"};
constexpr Rule<std::vector<std::string>> events_rule{
    read_events, "names of events such as out_of_stock,line_allocated"};
constexpr Rule<milliseconds> patience_rule{
    read_patience, "a time such as 500ms, 30s, 5min or 2h, at most 24h, and not 0"};

std::string secret_of(const Settings& settings, const SecretOptions& options,
                      std::vector<std::string>& warnings) {
    SecretSetting given = read_secret(settings, options);
    if (!given.warning.empty()) warnings.push_back(std::move(given.warning));
    if (!given.text) return {};
    // It becomes a word of a protocol's line.
    const bool plain =
        std::ranges::all_of(*given.text, [](char c) { return c >= ' ' && c < 0x7F; });
    if (plain) return *given.text;
    throw UsageError{std::string{options.what} + ": must be printable ASCII"};
}

notify::Peer peer_of(std::string url, const Settings& settings) {
    const auto whole_max = settings.get("notify-timeout", patience_rule);
    return {.url = std::move(url),
            .ca_file = settings.text("notify-ca"),
            .connect_max = std::min(connect_max, whole_max),
            .whole_max = whole_max};
}

notify::Mail::Settings mail_settings(const Settings& settings, std::vector<std::string>& warnings) {
    notify::Mail::Settings mail{.server = peer_of(settings.get("smtp", smtp_rule), settings),
                                .envelope = {.from = settings.get("mail-from", mail_address_rule),
                                             .to = settings.get("mail-to", mail_address_rule)},
                                .user = settings.text("smtp-user"),
                                .password = secret_of(settings,
                                                      {.file = "smtp-password-file",
                                                       .secret = "smtp-password",
                                                       .what = "password of the mail server",
                                                       .bytes_max = secret_bytes_max},
                                                      warnings)};
    if (mail.user.empty() != mail.password.empty()) {
        throw UsageError{"smtp-user: a name and a password are needed together"};
    }
    return mail;
}

notify::Webhook::Settings webhook_settings(const Settings& settings,
                                           std::vector<std::string>& warnings) {
    return {.receiver = peer_of(settings.get("webhook", webhook_rule), settings),
            .events = settings.get("webhook-events", events_rule),
            .token = secret_of(settings,
                               {.file = "webhook-token-file",
                                .secret = "webhook-token",
                                .what = "token of the webhook",
                                .bytes_max = secret_bytes_max},
                               warnings)};
}

template <class Destination>
EventHandler handler_for(std::string_view name, const typename Destination::Settings& settings,
                         milliseconds retry_most) {
    const auto destination = std::make_shared<Destination>(settings);
    return {.name = std::string{name},
            .from = from_now,
            .call =
                [destination](const CommittedFact& fact, std::uint64_t store_id) {
                    return destination->tell(fact, store_id) ? Handled::acted
                                                             : Handled::passed_over;
                },
            .back_off = {.first = retry_first, .most = retry_most, .jitter = BackOff::Jitter::full},
            .interrupt = [destination] { destination->interrupt(); }};
}

}  // namespace

Notifications Notifications::from(const Settings& settings, std::vector<std::string>& warnings) {
    Notifications notifications;
    notifications.retry_most = settings.get("notify-retry-max", patience_rule);
    if (!settings.text("smtp").empty()) notifications.mail = mail_settings(settings, warnings);
    if (!settings.text("webhook").empty()) {
        notifications.webhook = webhook_settings(settings, warnings);
    }
    if (!notifications.mail && !settings.text("mail-to").empty()) {
        throw UsageError{"mail-to: needs --smtp, too"};
    }
    return notifications;
}

std::vector<EventHandler> Notifications::handlers() const {
    std::vector<EventHandler> handlers;
    if (mail) handlers.push_back(handler_for<notify::Mail>("mail", *mail, retry_most));
    if (webhook) handlers.push_back(handler_for<notify::Webhook>("webhook", *webhook, retry_most));
    return handlers;
}

InfoSection handler_info(const std::vector<HandlerStatus>& handlers) {
    InfoSection section{"Handlers", {}};
    for (const HandlerStatus& handler : handlers) {
        const auto add = [&](std::string_view field, std::string value) {
            section.fields.emplace_back(handler.name + '_' + std::string{field}, std::move(value));
        };
        std::string error;
        append_escaped(error, handler.last_error, error_bytes_max);
        add("lsn", std::to_string(handler.done));
        add("lag", std::to_string(handler.lag));
        add("deliveries", std::to_string(handler.acted));
        add("failures", std::to_string(handler.failures));
        add("last_error", std::move(error));
    }
    return section;
}

}  // namespace allot::program
