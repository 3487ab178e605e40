#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/io/console.hpp"
#include "net/cli/settings/option.hpp"
#include "net/cli/settings/usage_error.hpp"
#include "net/text/escape.hpp"

namespace allot::program {

/// The values of a command's options, each with its origin. A flag overrides the environment, the
/// environment overrides the configuration file, and that overrides the default.
class Settings {
public:
    struct Setting {
        std::string text;
        std::string origin;  ///< `flag --data`, `environment ALLOT_DATA`, `file a.ini:3`, `default`
    };
    using Values = std::map<std::string, std::vector<Setting>>;

    /// \param values every option of `options` is in it, set once or more.
    Settings(std::span<const Option> options, Values values, std::vector<std::string> operands)
        : options_{options}, values_{std::move(values)}, operands_{std::move(operands)} {}

    /// Returns the error of a value: `webhook (flag --webhook): value 'x': ` and why.
    [[nodiscard]] static UsageError refusal(std::string_view option, const Setting& setting,
                                            std::string_view why);
    /// \throws UsageError when the value breaks the rule.
    template <class T>
    [[nodiscard]] static T read(std::string_view option, const Setting& setting,
                                const Rule<T>& rule) {
        if (auto value = rule.read(setting.text)) return std::move(*value);
        throw refusal(option, setting, "expected " + std::string{rule.text});
    }
    template <class T>
    [[nodiscard]] T get(std::string_view option, const Rule<T>& rule) const {
        return read(option, at(option), rule);
    }
    [[nodiscard]] const std::string& text(std::string_view option) const { return at(option).text; }
    [[nodiscard]] bool is_on(std::string_view option) const;

    [[nodiscard]] const Setting& at(std::string_view option) const;
    /// Returns all values of an option; none if only an empty value is set.
    [[nodiscard]] std::span<const Setting> all(std::string_view option) const;
    [[nodiscard]] const std::vector<std::string>& operands() const noexcept { return operands_; }

    /// Prints a configuration file with the same values, each below its origin.
    /// \throws UsageError for a value that a file cannot hold.
    void print(std::ostream& to) const;

private:
    std::span<const Option> options_;
    Values values_;
    std::vector<std::string> operands_;
};

/// The sources of the settings of one call.
struct SettingSources {
    std::span<const std::string> arguments;  ///< after the command's name
    const Environment& environment;
    std::span<const Option> known;  ///< options of all commands: a file or a variable may set them
    /// Reads the file that --config or ALLOT_CONFIG names.
    std::function<std::string(const std::string& path)> read_file;
    /// Receives a warning for each variable ALLOT_… that is no option.
    std::function<void(const std::string&)> warning;
};

/// \throws UsageError for an option or key that does not exist, a missing or surplus value or
/// operand, or a line that is not `key = value`.
[[nodiscard]] Settings read_settings(const Syntax& syntax, const SettingSources& sources);

}  // namespace allot::program
