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
    "require of clients the password in FILE's first line; or set ALLOT_PASSWORD instead"};
inline constexpr Option password_option{"password", "SECRET", "",
                                        "the password, if --password-file is not set",
                                        Option::From::environment_only};

/// The options that set a secret, and its name in messages.
struct SecretOptions {
    std::string_view file;    ///< option that names a file, whose first line is the secret
    std::string_view secret;  ///< option, in the environment only, that is the secret
    std::string_view what;    ///< `password`
};

struct SecretSetting {
    std::optional<std::string> text;  ///< none: it is not set
    std::string warning;              ///< empty: there is nothing to say
};

/// Reads a secret from the file or variable that the settings name. No message shows it.
/// \throws UsageError if it is set twice, is empty or too long, or begins with a byte order mark,
/// or if its file cannot be read or is UTF-16.
[[nodiscard]] SecretSetting read_secret(const Settings& settings, const SecretOptions& options);
/// Reads a secret from the settings of its two options.
[[nodiscard]] SecretSetting read_secret(const Settings::Setting& file,
                                        const Settings::Setting& secret,
                                        const SecretOptions& options);

/// Returns a secret that is sent as a word of a line; empty if none is set.
/// \param warnings receives warnings for the operator.
/// \throws UsageError unless it is printable ASCII.
[[nodiscard]] std::string plain_secret(SecretSetting given, std::string_view what,
                                       std::vector<std::string>& warnings);

struct PasswordSetting {
    std::optional<Password> password;  ///< none: no client needs one
    std::string warning;               ///< empty: there is nothing to say
};

/// Reads the password for clients. \throws what read_secret() throws
[[nodiscard]] PasswordSetting read_password(const Settings& settings);

}  // namespace allot::program
