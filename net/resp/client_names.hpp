#pragma once

#include <string>
#include <string_view>

#include "net/schema/call.hpp"

namespace allot {

/// What a client has stated of itself. Printable ASCII without spaces, so that a list of clients
/// has one line each; empty: not stated.
struct ClientNames {
    std::string name;
    std::string library;
    std::string library_version;
};

/// At most client_name_bytes_max bytes from `!` to `~`. \return false when it has replied with
/// an error that calls the value `what`.
[[nodiscard]] bool check_client_name(Call& call, std::string_view name,
                                     std::string_view what = "Client names");

}  // namespace allot
