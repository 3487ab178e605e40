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

/// How a value is read from text, and the words for what is allowed.
template <class T>
struct Rule {
    std::optional<T> (*read)(std::string_view text);
    std::string_view text;
};

/// Something that can be set: as a flag, as a variable of the environment or as a key of a file.
struct Option {
    enum class From : std::uint8_t {
        anywhere,
        flag_only,         ///< applies to one call
        environment_only,  ///< a secret: every local user can read the command line
    };

    std::string_view name;      ///< `segment-bytes`: --segment-bytes, ALLOT_SEGMENT_BYTES
    std::string_view value;     ///< what stands for the value in a help text; empty: a switch
    std::string_view fallback;  ///< the value when nothing sets it
    std::string_view help;
    From from = From::anywhere;
    /// May be set several times where others may once: flags and keys again and again, a variable
    /// with a value a line. Values of a higher-ranked source replace those of lower ones.
    bool repeatable = false;
    std::string_view group = {};  ///< heads its part of the help; empty: `Options`

    [[nodiscard]] constexpr bool is_switch() const noexcept { return value.empty(); }
};

/// A command of the program, as its help shows it and its arguments are read.
struct Syntax {
    std::string_view name;
    std::string_view operands;  ///< of the command line, after the options: `DIR`
    std::string_view summary;   ///< one line
    std::string_view details;   ///< paragraphs for its help
    std::span<const Option> options;
    std::size_t operands_min = 0;
    std::size_t operands_max = 0;
    std::string_view examples = {};  ///< lines, each a call and what it does
};

/// The same options, in a group.
template <std::size_t size>
[[nodiscard]] constexpr std::array<Option, size> in_group(std::string_view group,
                                                          std::array<Option, size> options) {
    for (Option& option : options) option.group = group;
    return options;
}

/// One list after the other.
template <std::size_t... sizes>
[[nodiscard]] constexpr auto joined(const std::array<Option, sizes>&... lists) {
    std::array<Option, (sizes + ...)> all{};
    auto at = all.begin();
    ((at = std::ranges::copy(lists, at).out), ...);
    return all;
}

/// ALLOT_SEGMENT_BYTES for segment-bytes.
[[nodiscard]] std::string variable_of(std::string_view option);

/// \return null when there is none of that name.
[[nodiscard]] const Option* find_option(std::span<const Option> options, std::string_view name);

}  // namespace allot::program
