#include "net/program/password_setting.hpp"

#include <system_error>

#include "net/program/files.hpp"

namespace allot::program {
namespace {

/// \param where for the message, should it be no password.
Password checked(std::string_view secret, const std::string& where) {
    if (secret.empty() || secret.size() > Password::bytes_max) {
        throw UsageError{where + ": must have 1.." + std::to_string(Password::bytes_max) +
                         " bytes"};
    }
    return Password{secret};
}

std::string_view first_line(std::string_view text) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string warning_of(const std::string& file) {
    if (!is_readable_by_all(file)) return {};
    return "every user of this machine can read the password in " + file;
}

}  // namespace

PasswordSetting read_password(const Settings& settings) {
    const auto& secret = settings.at(password_option.name);
    const auto& file = settings.at(password_file_option.name);
    const bool is_in_environment = secret.origin != "default";
    if (file.text.empty()) {
        if (!is_in_environment) return {};
        return {checked(secret.text, "password (" + secret.origin + ")"), {}};
    }
    const std::string where = "password-file (" + file.origin + ")";
    if (is_in_environment) {
        throw UsageError{where + ": there is a password in the " + secret.origin + ", too"};
    }
    try {
        return {checked(first_line(read_file(file.text)),
                        where + ": the first line of " + escaped(file.text)),
                warning_of(file.text)};
    } catch (const std::system_error& error) {
        throw UsageError{where + ": " + error.what()};
    }
}

}  // namespace allot::program
