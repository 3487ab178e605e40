#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace allot::program {

/// A function that reads a value from text, and the words for the allowed values.
template <class T>
struct Rule {
    std::optional<T> (*read)(std::string_view text);
    std::string_view text;
};

/// A setting: a flag, a variable of the environment or a key of a file.
struct Option {
    enum class From : std::uint8_t {
        anywhere,
        flag_only,         ///< applies to one call
        environment_only,  ///< a secret: every local user can read the command line
    };

    std::string_view name;      ///< `segment-size`: --segment-size, ALLOT_SEGMENT_SIZE
    std::string_view value;     ///< placeholder of the value in a help text; empty: a switch
    std::string_view fallback;  ///< the value when nothing sets it
    std::string_view help;
    From from = From::anywhere;
    /// May be set several times: by repeated flags and keys, or by a variable with one value per
    /// line. Values of a higher-ranked source replace those of lower ones.
    bool repeatable = false;
    std::string_view group = {};  ///< heading in the help; empty: `Options`

    [[nodiscard]] constexpr bool is_switch() const noexcept { return value.empty(); }
};

/// The syntax and the help of a command of the program.
struct Syntax {
    std::string_view name;
    std::string_view operands;  ///< arguments after the options: `DIR`
    std::string_view summary;   ///< one line
    std::string_view details;   ///< paragraphs for its help
    std::span<const Option> options;
    std::size_t operands_min = 0;
    std::size_t operands_max = 0;
    std::string_view examples = {};  ///< lines, each a call and what it does
};

/// Returns the same options, in a group.
template <std::size_t size>
[[nodiscard]] constexpr std::array<Option, size> in_group(std::string_view group,
                                                          std::array<Option, size> options) {
    for (Option& option : options) option.group = group;
    return options;
}

/// Concatenates lists of options.
template <std::size_t... sizes>
[[nodiscard]] constexpr auto joined(const std::array<Option, sizes>&... lists) {
    std::array<Option, (sizes + ...)> all{};
    auto at = all.begin();
    ((at = std::ranges::copy(lists, at).out), ...);
    return all;
}

/// Returns the variable of an option: ALLOT_SEGMENT_SIZE for segment-size.
[[nodiscard]] std::string variable_of(std::string_view option);

/// \return null if no option has that name.
[[nodiscard]] const Option* find_option(std::span<const Option> options, std::string_view name);

}  // namespace allot::program
