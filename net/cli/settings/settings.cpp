#include "net/cli/settings/settings.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <ostream>
#include <system_error>

#include "net/cli/settings/ini.hpp"
#include "net/cli/settings/rules.hpp"

namespace allot::program {
namespace {

namespace po = boost::program_options;
using Values = Settings::Values;

constexpr std::string_view prefix = "ALLOT_";

po::options_description described(const Syntax& syntax) {
    po::options_description all;
    for (const Option& option : syntax.options) {
        if (option.from == Option::From::environment_only) continue;
        all.add_options()(std::string{option.name}.c_str(), po::value<std::string>());
    }
    all.add_options()("operand", po::value<std::vector<std::string>>());
    return all;
}

/// Returns a hint to the help of a command.
std::string see_help(const Syntax& syntax) {
    return "; see allot " + std::string{syntax.name} + " --help";
}

UsageError unknown_option(const Syntax& syntax, const std::string& option) {
    return UsageError{"unrecognised option '" + option + "'" + see_help(syntax)};
}

/// No option has a % in its name; and Boost.Program_options takes what stands between two in that
/// of an unknown one for a placeholder of its messages, which may then grow without end.
void refuse_placeholder(const Syntax& syntax, const std::string& argument) {
    const std::string_view name = std::string_view{argument}.substr(0, argument.find('='));
    if (!name.starts_with('-') || name.find('%') == std::string_view::npos) return;
    throw unknown_option(syntax, escaped_short(name));
}

/// Every switch with a value, `--json` as `--json=true`: it must not take the operand after it.
/// `-h` is `--help`.
std::vector<std::string> with_switches_spelled_out(const Syntax& syntax,
                                                   std::span<const std::string> arguments) {
    std::vector<std::string> spelled{arguments.begin(), arguments.end()};
    for (std::string& argument : spelled) {
        if (argument == "--") break;
        refuse_placeholder(syntax, argument);
        if (argument == "-h") argument = "--help";
        const bool flag = argument.starts_with("--");
        const Option* const option =
            flag ? find_option(syntax.options, std::string_view{argument}.substr(2)) : nullptr;
        if (option != nullptr && option->is_switch()) argument += "=true";
    }
    return spelled;
}

void refuse_secrets(const Syntax& syntax, std::span<const std::string> arguments) {
    for (const std::string_view argument : arguments) {
        if (argument == "--") return;
        if (!argument.starts_with("--")) continue;
        const auto name = argument.substr(2, argument.find('=') - 2);
        const Option* const option = find_option(syntax.options, name);
        if (option == nullptr || option->from != Option::From::environment_only) continue;
        throw UsageError{"--" + std::string{name} +
                         ": every user of this machine can read a command line; use a file, or " +
                         variable_of(name)};
    }
}

/// Boost's own message replaces its placeholders, such as %option%, until none is left: it never
/// ends when what it puts in their place holds one.
std::string message_of(const po::error_with_option_name& error,
                       std::span<const std::string> arguments) {
    const bool may_hold_one = std::ranges::any_of(
        arguments, [](const std::string& each) { return each.find('%') != std::string::npos; });
    if (!may_hold_one) return error.what();
    const std::string name = "'" + error.get_option_name() + "'";
    if (dynamic_cast<const po::unknown_option*>(&error) != nullptr) {
        return "unrecognised option " + name;
    }
    return name + ": invalid use of this option";
}

/// Reads the command line. \return the operands.
std::vector<std::string> take_flags(const Syntax& syntax, std::span<const std::string> arguments,
                                    Values& values) {
    refuse_secrets(syntax, arguments);
    const po::options_description description = described(syntax);
    po::positional_options_description operands;
    operands.add("operand", -1);
    std::vector<std::string> found;
    try {
        using po::command_line_style::allow_guessing;
        const auto parsed = po::command_line_parser{with_switches_spelled_out(syntax, arguments)}
                                .options(description)
                                .positional(operands)
                                .style(po::command_line_style::unix_style & ~allow_guessing)
                                .run();
        for (const auto& option : parsed.options) {
            if (option.position_key >= 0) {
                found.push_back(option.value.front());
                continue;
            }
            const std::string& name = option.string_key;
            const Option* const known = find_option(syntax.options, name);
            if (known == nullptr) {  // our own name for operands
                throw unknown_option(syntax, "--" + name);
            }
            auto& settings = values[name];
            if (!settings.empty() && !known->repeatable) {
                throw UsageError{"--" + name + ": is given twice"};
            }
            settings.push_back({option.value.front(), "flag --" + name});
        }
    } catch (const po::error_with_option_name& error) {
        throw UsageError{escaped(message_of(error, arguments)) + see_help(syntax)};
    } catch (const po::error& error) {
        throw UsageError{escaped(error.what()) + see_help(syntax)};
    }
    return found;
}

void check_operands(const Syntax& syntax, const std::vector<std::string>& operands) {
    if (operands.size() < syntax.operands_min) {
        throw UsageError{"needs " + std::string{syntax.operands} + see_help(syntax)};
    }
    if (operands.size() > syntax.operands_max) {
        const std::string taken{syntax.operands.empty() ? "options only" : syntax.operands};
        throw UsageError{"'" + escaped_short(operands[syntax.operands_max]) +
                         "': is one argument too many: the command takes " + taken +
                         see_help(syntax)};
    }
}

bool may_be_variable(const Option& option) { return option.from != Option::From::flag_only; }

bool may_be_key(const Option& option) {
    return option.from == Option::From::anywhere && option.name != "config";
}

/// Returns the settings that a variable holds.
std::vector<Settings::Setting> settings_in(const std::string& text, const std::string& origin,
                                           const Option& option) {
    std::vector<Settings::Setting> settings;
    for (std::string_view rest = text; option.repeatable && !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        if (!line.empty()) settings.push_back({std::string{line}, origin});
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    if (settings.empty()) settings.push_back({text, origin});
    return settings;
}

void take_environment(const SettingSources& sources, Values& values) {
    for (const auto& [variable, text] : sources.environment) {
        if (!variable.starts_with(prefix)) continue;
        const auto option = std::ranges::find_if(
            sources.known, [&](const Option& each) { return variable_of(each.name) == variable; });
        if (option == sources.known.end() || !may_be_variable(*option)) {
            // Not refused: a variable may be there for a script around the program.
            sources.warning("environment " + escaped(variable) + ": is no setting, and ignored");
            continue;
        }
        values.try_emplace(std::string{option->name},
                           settings_in(text, "environment " + variable, *option));
    }
}

std::string config_text(const SettingSources& sources, const std::string& file) {
    try {
        return sources.read_file(file);
    } catch (const std::system_error& error) {
        throw UsageError{std::string{"config: "} + error.what()};
    }
}

void take_file(const SettingSources& sources, Values& values) {
    const auto config = values.find("config");
    if (config == values.end() || config->second.front().text.empty()) return;
    const std::string& file = config->second.front().text;
    std::map<std::string, std::uint32_t> lines;
    Values read;
    for (const IniEntry& entry : read_ini(file, config_text(sources, file))) {
        const std::string where = escaped(file) + ':' + std::to_string(entry.line);
        const Option* const option = find_option(sources.known, entry.key);
        if (option == nullptr || !may_be_key(*option)) {
            throw UsageError{where + ": '" + escaped_short(entry.key) +
                             "': there is no such key; a key is the name of an option, without --"};
        }
        const auto [first, is_new] = lines.try_emplace(entry.key, entry.line);
        if (!is_new && !option->repeatable) {
            throw UsageError{where + ": '" + entry.key + "': is set in line " +
                             std::to_string(first->second) + " already"};
        }
        read[entry.key].push_back({entry.value, "file " + where});
    }
    values.merge(read);
}

void add_defaults(const Syntax& syntax, Values& values) {
    for (const Option& option : syntax.options) {
        const Settings::Setting fallback{
            option.is_switch() ? "false" : std::string{option.fallback}, "default"};
        values.try_emplace(std::string{option.name}, 1, fallback);
    }
}

}  // namespace

std::string variable_of(std::string_view option) {
    std::string variable{prefix};
    for (const char c : option) {
        variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return variable;
}

const Option* find_option(std::span<const Option> options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? nullptr : &*found;
}

Settings read_settings(const Syntax& syntax, const SettingSources& sources) {
    Values values;
    auto operands = take_flags(syntax, sources.arguments, values);
    const bool only_help = values.contains("help");
    if (!only_help) {
        check_operands(syntax, operands);
        take_environment(sources, values);
        take_file(sources, values);
    }
    add_defaults(syntax, values);
    return {syntax.options, std::move(values), std::move(operands)};
}

bool Settings::is_on(std::string_view option) const { return get(option, switch_rule); }

const Settings::Setting& Settings::at(std::string_view option) const {
    return values_.at(std::string{option}).front();
}

std::span<const Settings::Setting> Settings::all(std::string_view option) const {
    const auto& settings = values_.at(std::string{option});
    if (settings.size() == 1 && settings.front().text.empty()) return {};
    return settings;
}

UsageError Settings::refusal(std::string_view option, const Setting& setting,
                             std::string_view why) {
    return UsageError{std::string{option} + " (" + setting.origin + "): value '" +
                      escaped_short(setting.text) + "': " + std::string{why}};
}

void Settings::print(std::ostream& to) const {
    for (const Option& option : options_) {
        if (!may_be_key(option)) continue;
        for (const Setting& setting : values_.at(std::string{option.name})) {
            if (!is_ini_value(setting.text)) {
                throw refusal(option.name, setting,
                              "the value has a line break, or white space at its beginning or end, "
                              "which a configuration file cannot hold");
            }
            to << "# " << setting.origin << '\n' << option.name << " = " << setting.text << '\n';
        }
    }
}

}  // namespace allot::program
