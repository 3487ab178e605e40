#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace allot::http {

/// The password in the value of an Authorization field: `Bearer PASSWORD`, or `Basic` with any user
/// (RFC 7617). \return nothing for another scheme or broken Base64.
[[nodiscard]] std::optional<std::string> password_in(std::string_view authorization);

}  // namespace allot::http
