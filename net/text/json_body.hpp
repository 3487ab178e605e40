#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace allot {

/// The error of a body: a text that names the rule, and the field if there is one.
struct BadBody {
    std::string text;
    std::string field = {};
};

/// The limits of a body while it is read; a valid request stays below them.
struct JsonLimits {
    std::size_t depth = 4;
    std::size_t members = 16;  ///< of one object, at most json_members_max
};
inline constexpr std::size_t json_members_max = 256;
inline constexpr std::size_t json_values_max = 10'000;  ///< limit for any body

/// Reads a body that is one JSON object, and nothing besides (RFC 8259): well-formed UTF-8, no
/// field twice in an object, no comments, no trailing commas. Memory grows with the body, some
/// thirty bytes a value at most.
[[nodiscard]] std::variant<boost::json::object, BadBody> parse_object(
    std::string_view body, const JsonLimits& limits = {});

}  // namespace allot
