#include "net/cli/lock_holder.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace allot::program {
namespace {

/// The file as /proc/locks names it: `08:01:5678`, device numbers in hex.
std::optional<std::string> name_in_locks(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    std::array<char, 64> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%02x:%02x:%ju", major(status.st_dev),
                      minor(status.st_dev), static_cast<std::uintmax_t>(status.st_ino));
    return std::string{text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::optional<pid_t> lock_holder(const std::filesystem::path& directory) {
    const auto wanted = name_in_locks(directory);
    if (!wanted) return std::nullopt;
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);) {
        // `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`
        std::istringstream fields{line};
        std::string number;
        std::string kind;
        std::string mode;
        std::string access;
        std::string file;
        pid_t process = 0;
        fields >> number >> kind >> mode >> access >> process >> file;
        if (fields && kind == "FLOCK" && file == *wanted && process > 0) return process;
    }
    return std::nullopt;
}

}  // namespace allot::program
