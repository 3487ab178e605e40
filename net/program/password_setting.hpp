#pragma once

#include <optional>
#include <string>

#include "net/password.hpp"
#include "net/program/option.hpp"
#include "net/program/settings.hpp"

namespace allot::program {

inline constexpr Option password_file_option{
    "password-file", "FILE", "",
    "let in only who gives the password in FILE's first line; or set ALLOT_PASSWORD"};
inline constexpr Option password_option{"password", "SECRET", "", "",
                                        Option::From::environment_only};

struct PasswordSetting {
    std::optional<Password> password;  ///< none: everyone is let in
    std::string warning;               ///< empty: there is nothing to say
};

/// Reads the password where the settings say that it is. No message ever shows it.
/// \throws UsageError when it is given twice, or is empty or too long, or its file cannot be read.
[[nodiscard]] PasswordSetting read_password(const Settings& settings);

}  // namespace allot::program
