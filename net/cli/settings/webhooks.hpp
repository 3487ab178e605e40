#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/settings/option.hpp"
#include "net/cli/settings/settings.hpp"
#include "net/notify/webhook.hpp"

namespace allot::program {

/// An address that facts are posted to. Each has a position, a back-off and figures of its own.
struct NamedWebhook {
    static constexpr std::size_t name_bytes_max = 24;
    std::string name;  ///< of a-z, 0-9 and -; empty: the one webhook without a name
    notify::Webhook::Settings settings;

    /// The sink's name, in files, `INFO` and `/metrics`: `webhook-` and the name, or `webhook`.
    /// Another URL under the same name continues at the same position.
    [[nodiscard]] std::string sink_name() const {
        return name.empty() ? "webhook" : "webhook-" + name;
    }
};

inline constexpr std::size_t webhooks_max = 16;
inline constexpr std::string_view default_events = "out_of_stock";

/// Reads the settings of all webhooks, in the order of their names. A token is sent only to the
/// webhook that it is set for.
/// \param like settings for all of them; its URL is ignored.
/// \param warnings receives warnings for the operator.
/// \throws UsageError
[[nodiscard]] std::vector<NamedWebhook> read_webhooks(const Settings& settings,
                                                      const notify::Peer& like,
                                                      std::vector<std::string>& warnings);

inline constexpr std::array webhook_options = {
    Option{
        "webhook", "[NAME=]URL", "",
        "post events as JSON to this URL, http:// or https://; one webhook may have no NAME; the "
        "position in the history is kept under the NAME",
        Option::From::anywhere, true},
    Option{"webhook-events", "[NAME=]EVENTS", default_events,
           "kinds of events to post, by their names in the feed, separated by commas; NAME selects "
           "the webhook",
           Option::From::anywhere, true},
    Option{
        "webhook-token-file", "[NAME=]FILE", "",
        "send the token in FILE's first line as Authorization: Bearer; NAME selects the webhook; "
        "for the webhook without a NAME, ALLOT_WEBHOOK_TOKEN may be set instead",
        Option::From::anywhere, true},
    Option{"webhook-token", "SECRET", "",
           "the token for the webhook without a NAME, if --webhook-token-file is not set",
           Option::From::environment_only}};

}  // namespace allot::program
