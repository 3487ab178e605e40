#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/fact.hpp"
#include "storage/back_off.hpp"

namespace allot {

/// What a call of an event handler has come to.
enum class Handled : std::uint8_t {
    passed_over,  ///< the fact did not concern it
    acted,        ///< something has happened outside, which should not happen twice
};

/// EventHandler::from of one that wants new facts only.
inline constexpr Lsn from_now = 0;

/// Somebody who is called with what has happened, and whose place in the history the store keeps,
/// also over restarts: at least once with each fact, in order. Registered in bootstrap().
struct EventHandler {
    /// What its place is kept under: 1..32 of a-z, 0-9 and -.
    std::string name;
    /// The first fact that it wants, when the store does not know the name yet. Afterwards it goes
    /// on after the last one of which the call returned.
    Lsn from = from_now;
    /// Comes on a thread of its own; no command waits for it. When it throws, whatever that is,
    /// which is told to options.warning, it comes again with the same fact, after a rest; so does
    /// the next one when the journal could not be read. Only damage in the journal is the end.
    /// \param store_id of the store: together with the fact's LSN and time, what tells a fact from
    /// any other.
    std::function<Handled(const CommittedFact& fact, std::uint64_t store_id)> call;
    BackOff back_off = {};
    /// Has a call that is under way return or throw soon, because the store is being closed. Comes
    /// from another thread. Perhaps empty.
    std::function<void()> interrupt = {};
};

/// How an event handler stands.
struct HandlerStatus {
    std::string name;
    Lsn done;                ///< the last fact of which its call returned
    Lsn kept;                ///< where it would go on after a crash, less one
    Lsn lag;                 ///< facts that it could have been called with, and was not yet
    std::uint64_t acted;     ///< calls that acted, since the process began
    std::uint64_t failures;  ///< calls that threw and failed reads, since the process began
    std::string last_error;  ///< what the last of them said; empty: none
};

}  // namespace allot
