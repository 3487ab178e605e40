#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace allot {

/// A store's directory is locked: another process, or another Store of this process, has it open.
/// The code is errc::resource_unavailable_try_again, as of FileSystem::lock().
class StoreInUse : public std::system_error {
public:
    explicit StoreInUse(const std::filesystem::path& directory)
        : std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)},
          directory_{directory.string()},
          text_{directory_ + " is open in another process or store"} {}

    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

private:
    std::string directory_;
    std::string text_;
};

}  // namespace allot
