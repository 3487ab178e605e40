#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allot::http {

/// A request's target, taken apart and only then decoded, so that what is encoded separates
/// nothing:
/// `/v1/orders/a%2Fb/allocations?sku=X` has four segments, the third of which is `a/b`.
struct Target {
    std::vector<std::string> segments;                       ///< of the path, without the slashes
    std::vector<std::pair<std::string, std::string>> query;  ///< name and value

    /// \return nothing where it is no path of ours: one that does not begin with `/`, is badly
    /// encoded, or has `.` or `..` for a segment, however they are written.
    [[nodiscard]] static std::optional<Target> parse(std::string_view text);
};

/// Of a segment, or (`+` being a space) of a part of a query. \return nothing where a `%` is not
/// followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> decode(std::string_view text, bool plus_is_space);

}  // namespace allot::http
