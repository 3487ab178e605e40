#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/notify/messages.hpp"
#include "net/notify/retry_after.hpp"
#include "net/notify/transfer.hpp"

namespace allot::notify {

/// Posts facts of some kinds as JSON to a URL, one after the other. `Idempotency-Key` is key_of():
/// a receiver that keeps it knows what it has seen.
class Webhook {
public:
    struct Settings {
        Peer receiver;                    ///< `http://…` or `https://…`
        std::vector<std::string> events;  ///< of fact_events
        /// Sent as `Authorization: Bearer`; empty: none. Printable ASCII.
        std::string token = {};
    };
    static constexpr std::array<std::string_view, 2> schemes{"http", "https"};

    explicit Webhook(Settings settings);
    /// \return false of a fact of another kind.
    /// \throws std::runtime_error unless the receiver has answered 2xx; ComeBackLater where it asks
    /// for that by `Retry-After`, with whatever status. Any other status than 2xx may be mended: a
    /// fact is not given up, and none comes before it.
    bool notify(const CommittedFact& fact, std::uint64_t store_id);
    /// As Transfer::interrupt().
    void interrupt() noexcept { transfer_.interrupt(); }

private:
    const Settings settings_;
    Transfer transfer_;
};

}  // namespace allot::notify
