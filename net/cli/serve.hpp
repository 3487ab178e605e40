#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/cli/command.hpp"
#include "net/cli/settings/notifications.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/transport/server.hpp"
#include "storage/options.hpp"

namespace allot::program {

/// The settings of `allot serve`.
struct ServeSettings {
    std::string directory;
    Endpoint listen;
    std::optional<Endpoint> http;  ///< none: no HTTP
    StoreOptions store;
    ServerOptions server;  ///< includes all limits
    Notifications notifications;
    bool sample_stock;
    std::vector<std::string> warnings;  ///< logged at the start

    /// \throws UsageError, also if the address is not a loopback one and neither a password, a
    /// client CA nor --listen-without-password is set.
    [[nodiscard]] static ServeSettings from(const Settings& settings);
};

/// Replies that take longer than this after a signal to end are cut off.
inline constexpr std::chrono::milliseconds drain_max{3000};

/// Listens at once, opens the store while clients are answered that it is loading, and serves it
/// until SIGTERM or SIGINT: then executes what was read, sends the replies, takes a snapshot and
/// closes the store. While it loads, such a signal ends it soon, and no file has changed. A second
/// signal ends the process at once. \return the exit code. \pre console.log is set. \throws
/// std::system_error when the store cannot be opened or the address is not free.
int serve(const ServeSettings& settings, Console& console);

}  // namespace allot::program
