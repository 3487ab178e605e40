#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "net/notify/messages.hpp"
#include "net/notify/retry_after.hpp"
#include "net/notify/transfer.hpp"

namespace allot::notify {

/// Posts facts of some kinds as JSON to a URL, one after the other. `Idempotency-Key` is key_of(),
/// by which the receiver can detect repetitions.
class Webhook {
public:
    struct Settings {
        Peer receiver;                    ///< `http://…` or `https://…`
        std::vector<std::string> events;  ///< of fact_events
        /// Sent as `Authorization: Bearer`; empty: none. Printable ASCII.
        std::string token = {};
    };
    static constexpr std::array<std::string_view, 2> schemes{"http", "https"};
    /// The receiver may already have closed a connection that has been idle for longer.
    static constexpr std::chrono::seconds connection_idle_max{30};

    explicit Webhook(Settings settings);
    /// \return false for facts of other kinds.
    /// \throws std::runtime_error unless the receiver answers 2xx; RetryAfterError if any other
    /// status has `Retry-After`. Every other status may be temporary, so the caller has to retry
    /// the fact, before any later one.
    bool notify(const CommittedFact& fact, std::uint64_t store_id);
    void interrupt() noexcept { transfer_.interrupt(); }

private:
    const Settings settings_;
    Transfer transfer_;
};

}  // namespace allot::notify
