#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allot::http {

/// A request's target. It is split before it is decoded, so an encoded `/` is no separator:
/// `/v1/orders/a%2Fb/allocations?sku=X` has four segments, the third of which is `a/b`.
struct Target {
    std::vector<std::string> segments;                       ///< of the path, without the slashes
    std::vector<std::pair<std::string, std::string>> query;  ///< name and value

    /// \return nothing if the path does not begin with `/`, is badly encoded, or has a segment `.`
    /// or `..`, encoded or not.
    [[nodiscard]] static std::optional<Target> parse(std::string_view text);
};

/// Decodes percent-encoding; with `plus_is_space` as in a query. \return nothing if a `%` is not
/// followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> decode(std::string_view text, bool plus_is_space);

}  // namespace allot::http
