#include "net/cli/settings/webhooks.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "net/cli/settings/password_setting.hpp"
#include "net/core/fact_view.hpp"

namespace allot::program {
namespace {

using Events = std::vector<std::string>;
constexpr SecretOptions token_options{
    .file = "webhook-token-file", .secret = "webhook-token", .what = "token of the webhook"};

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= NamedWebhook::name_bytes_max &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

/// A value for one webhook.
template <class T>
struct Named {
    std::string name;
    T value;
};

/// `[NAME=]VALUE`. A URL has a `:` before any `=`, so that the two cannot be confused.
template <class T, std::optional<T> (*read)(std::string_view)>
std::optional<Named<T>> read_named(std::string_view text) {
    const std::size_t end = text.find('=');
    const bool has_name = end != std::string_view::npos && is_name(text.substr(0, end));
    auto value = read(has_name ? text.substr(end + 1) : text);
    if (!value) return std::nullopt;
    return Named<T>{std::string{has_name ? text.substr(0, end) : ""}, std::move(*value)};
}

std::optional<std::string> read_url(std::string_view text) {
    std::string url{text};
    if (notify::server_of(url, notify::Webhook::schemes).empty()) return std::nullopt;
    return url;
}

std::optional<Events> read_events(std::string_view text) {
    Events events;
    while (!text.empty()) {
        const std::string_view event = text.substr(0, text.find(','));
        if (std::ranges::find(fact_events, event) == fact_events.end()) return std::nullopt;
        events.emplace_back(event);
        text.remove_prefix(std::min(text.size(), event.size() + 1));
    }
    if (events.empty()) return std::nullopt;
    return events;
}

std::optional<std::string> read_file_name(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return std::string{text};
}

static_assert(NamedWebhook::name_bytes_max == 24);
constexpr Rule<Named<std::string>> url_rule{
    read_named<std::string, read_url>,
    "[NAME=]URL, an http:// or https:// URL without user and password, and a NAME of 1..24 of a-z, "
    "0-9 and -"};
constexpr Rule<Named<Events>> events_rule{
    read_named<Events, read_events>,
    "[NAME=]EVENTS, names of events such as out_of_stock,line_allocated"};
constexpr Rule<Named<std::string>> file_rule{read_named<std::string, read_file_name>,
                                             "[NAME=]FILE"};

template <class T>
struct Given {
    T value;
    const Settings::Setting* setting;
};
template <class T>
using ByName = std::map<std::string, Given<T>>;

/// The values of an option, by webhook.
template <class T>
ByName<T> by_name(const Settings& settings, std::string_view option, const Rule<Named<T>>& rule) {
    ByName<T> all;
    for (const Settings::Setting& setting : settings.all(option)) {
        Named<T> named = Settings::read(option, setting, rule);
        const auto [first, is_new] =
            all.try_emplace(named.name, Given<T>{std::move(named.value), &setting});
        if (is_new) continue;
        throw Settings::refusal(option, setting,
                                named.name.empty()
                                    ? "is the second one without a NAME= before it"
                                    : "the name '" + named.name + "' is there already");
    }
    return all;
}

/// Refuses a value for a webhook that does not exist. The default is allowed: a file of
/// --print-config has it.
template <class T>
void check_names(std::string_view option, const ByName<T>& given, const ByName<std::string>& urls) {
    for (const auto& [name, each] : given) {
        if (urls.contains(name) || each.setting->text == default_events) continue;
        throw Settings::refusal(option, *each.setting,
                                name.empty() ? "each webhook has a name: say NAME= before it"
                                             : "there is no webhook '" + name + "'");
    }
}

void check_urls(const ByName<std::string>& urls) {
    std::map<std::string, std::string> names;
    for (const auto& [name, each] : urls) {
        const auto [first, is_new] = names.try_emplace(notify::canonical_url(each.value), name);
        if (is_new) continue;
        const std::string other =
            first->second.empty() ? "the one without a name" : "'" + first->second + "'";
        throw Settings::refusal("webhook", *each.setting, "has the same URL as " + other);
    }
    if (urls.size() > webhooks_max) {
        throw UsageError{"webhook: " + std::to_string(urls.size()) + " are set: at most " +
                         std::to_string(webhooks_max) + " may be"};
    }
}

/// \param file null: none is set.
std::string token_of(const std::string& name, const Given<std::string>* file,
                     const Settings& settings, std::vector<std::string>& warnings) {
    static const Settings::Setting unset{"", "default"};
    const Settings::Setting in_file =
        file == nullptr ? unset : Settings::Setting{file->value, file->setting->origin};
    const Settings::Setting& secret = name.empty() ? settings.at(token_options.secret) : unset;
    return plain_secret(read_secret(in_file, secret, token_options), token_options.what, warnings);
}

}  // namespace

std::vector<NamedWebhook> read_webhooks(const Settings& settings, const notify::Peer& like,
                                        std::vector<std::string>& warnings) {
    const auto urls = by_name(settings, "webhook", url_rule);
    if (urls.empty()) return {};
    check_urls(urls);
    const auto events = by_name(settings, "webhook-events", events_rule);
    check_names("webhook-events", events, urls);
    const auto files = by_name(settings, token_options.file, file_rule);
    check_names(token_options.file, files, urls);
    const auto& secret = settings.at(token_options.secret);
    if (secret.origin != "default" && !urls.contains("")) {
        throw UsageError{std::string{token_options.secret} + " (" + secret.origin +
                         "): is for the webhook without a name, and each has one"};
    }
    std::vector<NamedWebhook> webhooks;
    for (const auto& [name, url] : urls) {
        const auto wanted = events.find(name);
        const auto file = files.find(name);
        notify::Peer receiver = like;
        receiver.url = url.value;
        webhooks.push_back({name,
                            {.receiver = std::move(receiver),
                             .events = wanted == events.end() ? read_events(default_events).value()
                                                              : wanted->second.value,
                             .token = token_of(name, file == files.end() ? nullptr : &file->second,
                                               settings, warnings)}});
    }
    return webhooks;
}

}  // namespace allot::program
