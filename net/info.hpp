#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/backend.hpp"
#include "net/hub.hpp"

namespace allot {

/// What INFO tells: figures as they are now, whether durable or not. Takes the backend's turn.
[[nodiscard]] std::vector<InfoSection> info_sections(const Hub& hub);

/// The sections asked for (upper or lower case; none, or `all`: every one) as
/// `# Name`, lines of `key:value`, and an empty line between two sections, with CRLF.
[[nodiscard]] std::string info_text(std::span<const InfoSection> sections,
                                    std::span<const std::string_view> wanted);

}  // namespace allot
