#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/settings/option.hpp"
#include "net/cli/settings/settings.hpp"
#include "net/core/password.hpp"

namespace allot::program {

inline constexpr Option password_file_option{
    "password-file", "FILE", "",
    "ask clients for the password in FILE's first line; or set ALLOT_PASSWORD"};
inline constexpr Option password_option{"password", "SECRET", "",
                                        "the password, where --password-file is not set",
                                        Option::From::environment_only};

/// Where a secret may be, and what it is called in messages.
struct SecretOptions {
    std::string_view file;    ///< names an option: of the file whose first line it is
    std::string_view secret;  ///< likewise, of the environment only: all of it
    std::string_view what;    ///< `password`
    std::size_t bytes_max;
};

struct SecretSetting {
    std::optional<std::string> text;  ///< none: it is not set
    std::string warning;              ///< empty: there is nothing to say
};

/// Reads a secret where the settings say that it is. No message ever shows it.
/// \throws UsageError when it is given twice, or is empty or too long, or its file cannot be read;
/// likewise when it begins with a byte order mark, or its file is UTF-16.
[[nodiscard]] SecretSetting read_secret(const Settings& settings, const SecretOptions& options);
/// Likewise, where these are the settings of its two options.
[[nodiscard]] SecretSetting read_secret(const Settings::Setting& file,
                                        const Settings::Setting& secret,
                                        const SecretOptions& options);

/// A secret that becomes a word of a protocol's line; empty where none is set.
/// \param warnings what there is to say is added.
/// \throws UsageError unless it is printable ASCII.
[[nodiscard]] std::string plain_secret(SecretSetting given, std::string_view what,
                                       std::vector<std::string>& warnings);

struct PasswordSetting {
    std::optional<Password> password;  ///< none: no client needs one
    std::string warning;               ///< empty: there is nothing to say
};

/// The password that clients have to give. \throws as read_secret()
[[nodiscard]] PasswordSetting read_password(const Settings& settings);

}  // namespace allot::program
