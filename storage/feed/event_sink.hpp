#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/fact.hpp"
#include "storage/io/back_off.hpp"

namespace allot {

/// What came of a call of an event sink.
enum class SinkResult : std::uint8_t {
    ignored,  ///< the fact did not concern it
    acted,    ///< something has happened outside, which should not happen twice
};

/// The value of EventSink::from for a handler that wants new facts only.
inline constexpr Lsn from_now = 0;

/// A function that the store calls with each fact, in order, at least once. The store keeps its
/// place in the history, also over restarts. Registered in bootstrap().
struct EventSink {
    /// What its place is kept under: 1..32 of a-z, 0-9 and -.
    std::string name;
    /// The first fact that it wants. This counts only while the store does not know the name yet;
    /// afterwards the handler goes on after the last fact for which its call returned.
    Lsn from = from_now;
    /// Called on a thread of its own; no command waits for it. When it throws, whatever that is,
    /// options.warning is told, and it is called with the same fact again after a rest: that of
    /// `back_off`, or, where it has thrown RetryLater, what that asks for if it is longer. A
    /// journal that could not be read is read again after a rest, too. Only damage in the journal
    /// ends the calls. \param store_id of the store: together with the fact's LSN and time, what
    /// tells a fact from any other.
    std::function<SinkResult(const CommittedFact& fact, std::uint64_t store_id)> call;
    BackOff back_off = {};
    /// Makes a call that is running return or throw soon. It is called from another thread when the
    /// store is being closed. May be empty.
    std::function<void()> interrupt = {};
};

/// How an event sink stands.
struct SinkStatus {
    std::string name;
    Lsn acked;               ///< the last fact for which its call returned
    Lsn persisted;           ///< after a crash it would go on with the fact after this one
    Lsn lag;                 ///< how many facts there are with which it was not called yet
    std::uint64_t acted;     ///< calls that acted, since the process began
    std::uint64_t failures;  ///< calls that threw and failed reads, since the process began
    std::string last_error;  ///< what the last of them said; empty: none
    std::chrono::milliseconds retry_in{0};  ///< until it is tried again; 0: it does not rest
};

}  // namespace allot
