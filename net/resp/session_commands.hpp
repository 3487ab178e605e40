#pragma once

#include <array>

#include "net/schema/spec.hpp"

namespace allot::commands {

namespace specs {
extern const CommandSpec feed, multi, exec, discard, watch, unwatch, subscribe, unsubscribe,
    psubscribe, punsubscribe, publish, pubsub, ping, echo, hello, auth, client, select, reset, quit;
}  // namespace specs

/// The commands that need a session of RESP, in the order of HELP.
inline constexpr std::array of_sessions{
    &specs::feed,       &specs::multi,        &specs::exec,      &specs::discard,
    &specs::watch,      &specs::unwatch,      &specs::subscribe, &specs::unsubscribe,
    &specs::psubscribe, &specs::punsubscribe, &specs::publish,   &specs::pubsub,
    &specs::ping,       &specs::echo,         &specs::hello,     &specs::auth,
    &specs::client,     &specs::select,       &specs::reset,     &specs::quit};

}  // namespace allot::commands
