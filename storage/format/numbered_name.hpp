#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/digits.hpp"

namespace allot {

/// The form of file names `<prefix><number, 16 hexadecimal digits><suffix>`, which sort as their
/// numbers do.
struct NumberedName {
    std::string_view prefix;
    std::string_view suffix;

    [[nodiscard]] std::string name_of(std::uint64_t number) const {
        return std::string{prefix}.append(hex(number)).append(suffix);
    }
    /// \return none for a name of another form.
    [[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view name) const {
        if (name.size() < prefix.size() + suffix.size()) return std::nullopt;
        const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        const auto number = integer_in(digits, 16);
        return number && name_of(*number) == name ? number : std::nullopt;
    }
};

}  // namespace allot
