#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/fact.hpp"
#include "storage/io/back_off.hpp"

namespace allot {

/// The result of a call of an event sink.
enum class SinkResult : std::uint8_t {
    ignored,  ///< the fact did not concern it
    acted,    ///< the call had an effect outside, which should not be repeated
};

/// The value of EventSink::from for a sink that wants new facts only.
inline constexpr Lsn from_now = 0;

/// A function that the store calls with each fact, in order, at least once. The store keeps the
/// sink's position in the history across restarts. bootstrap() registers it.
struct EventSink {
    /// The name under which the store keeps its position: 1..32 of a-z, 0-9 and -.
    std::string name;
    /// The first fact to receive when the store does not know the name yet; otherwise the sink
    /// continues after the last fact for which its call returned.
    Lsn from = from_now;
    /// The function, which the store calls on a thread of its own; no command waits for it. When it
    /// throws, the store passes a warning to options.warning, and repeats the call with the same
    /// fact after a delay: that of `back_off`, or that of RetryLater if it is longer. The store
    /// also repeats a failed read of the journal after a delay. Only damage in the journal ends the
    /// calls.
    /// \param store_id together with the fact's LSN and time it identifies the fact.
    std::function<SinkResult(const CommittedFact& fact, std::uint64_t store_id)> call;
    BackOff back_off = {};
    /// Makes a running call return or throw soon. A store that is being closed calls it from
    /// another thread. May be empty.
    std::function<void()> interrupt = {};
};

/// The status of an event sink.
struct SinkStatus {
    std::string name;
    Lsn acked;               ///< the last fact for which its call returned
    Lsn persisted;           ///< after a crash it continues after this fact
    Lsn lag;                 ///< the number of facts that it has yet to receive
    std::uint64_t acted;     ///< calls that acted, since the process began
    std::uint64_t failures;  ///< calls that threw and failed reads, since the process began
    std::string last_error;  ///< the text of the last failure; empty: none
    std::chrono::milliseconds retry_in{0};  ///< the time until the next try; 0: none is pending
};

}  // namespace allot
