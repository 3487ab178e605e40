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
inline constexpr int failed = 1;  ///< the environment or the input prevented success
inline constexpr int usage = 2;   ///< wrong call or configuration; `check`, `repair`: no verdict
}  // namespace exit_code

/// A subcommand. The program reports its exceptions.
struct Command {
    Syntax syntax;
    int (*run)(const Settings& settings, Console& console);
    /// Throws UsageError if a setting breaks its rule. Null: run() checks the settings.
    void (*check)(const Settings& settings) = nullptr;
    /// Returns the store directory that the command reads. Null: none.
    std::string (*store)(const Settings& settings) = nullptr;
    /// The advice if another process has the store open.
    std::string_view when_in_use = "end that process first";
    /// The advice if the store is damaged; empty: that of explained().
    std::string_view when_damaged = {};
};

// Each command has a file of its own.
extern const Command serve_command;
extern const Command allocate_command;
extern const Command import_command;
extern const Command export_command;
extern const Command check_command;
extern const Command repair_command;
extern const Command dump_command;
extern const Command backup_command;
extern const Command restore_command;

/// All commands, in the order of the help.
[[nodiscard]] std::span<const Command* const> all_commands() noexcept;

// Options that several commands have.
inline constexpr Option help_option{"help", "", "", "show this help and do nothing",
                                    Option::From::flag_only};
inline constexpr Option print_config_option{
    "print-config", "", "",
    "show the effective settings and their origins, as a configuration file, and do nothing",
    Option::From::flag_only};
inline constexpr Option config_option{"config", "FILE", "",
                                      "read settings from FILE: lines of 'key = value'"};
/// The options of every command.
inline constexpr std::array general_options = {help_option, print_config_option, config_option};
[[nodiscard]] constexpr bool is_general(const Option& option) noexcept {
    return std::ranges::find(general_options, option.name, &Option::name) != general_options.end();
}
inline constexpr Option data_option{"data", "DIR", "stock", "the store's directory"};
inline constexpr Option segment_size_option{"segment-size", "SIZE", "64MiB",
                                            "size of a new journal file"};

}  // namespace allot::program
