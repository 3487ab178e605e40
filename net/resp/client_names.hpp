#pragma once

#include <string>
#include <string_view>

#include "net/schema/call.hpp"

namespace allot {

/// The names of a client and its library: printable ASCII without spaces, so that a list has one
/// line per client; empty: not given.
struct ClientNames {
    std::string name;
    std::string library;
    std::string library_version;
};

/// Checks that a name has at most client_name_bytes_max bytes from `!` to `~`. \return false after
/// replying with an error that calls the value `what`.
[[nodiscard]] bool check_client_name(Call& call, std::string_view name,
                                     std::string_view what = "Client names");

}  // namespace allot
