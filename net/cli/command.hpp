#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "net/cli/io/console.hpp"
#include "net/cli/settings/option.hpp"
#include "net/cli/settings/settings.hpp"

namespace allot::program {

/// Exit codes of the process.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failed = 1;  ///< the environment or the input prevented it
inline constexpr int usage = 2;   ///< called or configured wrongly; `check`, `repair`: no verdict
}  // namespace exit_code

/// A subcommand. The program reports its exceptions.
struct Command {
    Syntax syntax;
    int (*run)(const Settings& settings, Console& console);
    /// Throws UsageError where a setting breaks its rule. Null: run() finds it early enough.
    void (*check)(const Settings& settings) = nullptr;
    /// The directory of the store that it reads. Null: none.
    std::string (*store)(const Settings& settings) = nullptr;
    /// What to do when a store is open elsewhere, for a message.
    std::string_view when_in_use = "end that process first";
    /// What to do when the store is damaged, if not as in explained().
    std::string_view when_damaged = {};
};

// Each in a file of its own.
extern const Command serve_command;
extern const Command allocate_command;
extern const Command import_command;
extern const Command export_command;
extern const Command check_command;
extern const Command repair_command;
extern const Command dump_command;
extern const Command backup_command;
extern const Command restore_command;

/// All of them, in the order of the help.
[[nodiscard]] std::span<const Command* const> all_commands() noexcept;

// Options that several commands have.
inline constexpr Option help_option{"help", "", "", "show this help and do nothing",
                                    Option::From::flag_only};
inline constexpr Option print_config_option{
    "print-config", "", "",
    "show the settings that are in force, as a configuration file that says where each comes "
    "from, and do nothing",
    Option::From::flag_only};
inline constexpr Option config_option{"config", "FILE", "",
                                      "read settings from FILE: lines of 'key = value'"};
/// The options of every command.
inline constexpr std::array general_options = {help_option, print_config_option, config_option};
[[nodiscard]] constexpr bool is_general(const Option& option) noexcept {
    return std::ranges::find(general_options, option.name, &Option::name) != general_options.end();
}
inline constexpr Option data_option{"data", "DIR", "stock", "the store's directory"};
inline constexpr Option segment_bytes_option{"segment-bytes", "SIZE", "64MiB",
                                             "size of a new journal file"};

}  // namespace allot::program
