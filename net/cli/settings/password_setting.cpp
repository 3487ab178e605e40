#include "net/cli/settings/password_setting.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include "engine/name.hpp"
#include "net/cli/io/encoding.hpp"
#include "net/cli/io/files.hpp"

namespace allot::program {
namespace {

/// Refuses what an editor adds to a text unasked: it would be part of the secret, unseen.
void check_encoding(std::string_view text, const std::string& where) {
    if (is_wide_text(text)) {
        throw UsageError{where + ": is UTF-16, or has a zero byte; it has to be saved as UTF-8"};
    }
    if (text.starts_with(byte_order_mark)) {
        throw UsageError{where +
                         ": begins with a byte order mark (U+FEFF); it has to be saved without"};
    }
}

/// Refuses what a copy and paste may bring along, and what nothing shows: U+200B, U+00A0 and such.
/// Bytes that are not UTF-8, and ASCII, are the user's choice.
void check_visible(std::string_view secret, const std::string& where) {
    for (std::string_view rest = secret; !rest.empty();) {
        const std::string_view from = rest;
        const std::int32_t point = detail::take_code_point(rest);
        if (point < 0) {
            rest.remove_prefix(1);
        } else if (point >= 0x80 && detail::is_invisible(static_cast<char32_t>(point))) {
            throw UsageError{where + ": has the invisible character " +
                             escaped(from.substr(0, from.size() - rest.size())) + " at byte " +
                             std::to_string(secret.size() - from.size() + 1)};
        }
    }
}

/// \param where for the message, should it be no secret.
std::string checked(std::string_view secret, const std::string& where) {
    check_encoding(secret, where);
    check_visible(secret, where);
    if (secret.empty() || secret.size() > Password::bytes_max) {
        throw UsageError{where + ": must have 1.." + std::to_string(Password::bytes_max) +
                         " bytes"};
    }
    return std::string{secret};
}

std::string_view first_line(std::string_view text) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string warning_of(const std::string& file, std::string_view what) {
    if (!is_readable_by_all(file)) return {};
    return "every user of this machine can read the " + std::string{what} + " in " + file;
}

std::string origin_of(std::string_view option, const Settings::Setting& setting) {
    return std::string{option} + " (" + setting.origin + ")";
}

}  // namespace

SecretSetting read_secret(const Settings& settings, const SecretOptions& options) {
    return read_secret(settings.at(options.file), settings.at(options.secret), options);
}

SecretSetting read_secret(const Settings::Setting& file, const Settings::Setting& secret,
                          const SecretOptions& options) {
    const bool is_in_environment = secret.origin != "default";
    if (file.text.empty()) {
        if (!is_in_environment) return {};
        return {checked(secret.text, origin_of(options.secret, secret)), {}};
    }
    const std::string where = origin_of(options.file, file);
    if (is_in_environment) {
        throw UsageError{where + ": there is a " + std::string{options.what} + " in the " +
                         secret.origin + ", too"};
    }
    try {
        const std::string text = read_file(file.text);
        check_encoding(text, where + ": " + escaped(file.text));
        return {checked(first_line(text), where + ": the first line of " + escaped(file.text)),
                warning_of(file.text, options.what)};
    } catch (const std::system_error& error) {
        throw UsageError{where + ": " + error.what()};
    }
}

std::string plain_secret(SecretSetting given, std::string_view what,
                         std::vector<std::string>& warnings) {
    if (!given.warning.empty()) warnings.push_back(std::move(given.warning));
    if (!given.text) return {};
    const bool plain =
        std::ranges::all_of(*given.text, [](char c) { return c >= ' ' && c < 0x7F; });
    if (plain) return *given.text;
    throw UsageError{std::string{what} + ": must be printable ASCII"};
}

PasswordSetting read_password(const Settings& settings) {
    auto given = read_secret(
        settings,
        {.file = password_file_option.name, .secret = password_option.name, .what = "password"});
    PasswordSetting password{{}, std::move(given.warning)};
    if (given.text) password.password.emplace(*given.text);
    return password;
}

}  // namespace allot::program
