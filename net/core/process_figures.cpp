#include "net/core/process_figures.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace allot {
namespace {

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Newer kernels report it as the directory's size; with older ones the names are counted.
std::uint64_t count_descriptors() {
    constexpr const char* directory = "/proc/self/fd";
    struct stat about {};
    if (::stat(directory, &about) == 0 && about.st_size > 0) {
        return static_cast<std::uint64_t>(about.st_size);
    }
    std::error_code ignored;
    const auto names = std::filesystem::directory_iterator{directory, ignored};
    const auto count = std::distance(begin(names), end(names));
    return count == 0 ? 0 : static_cast<std::uint64_t>(count) - 1;  // that of the directory
}

}  // namespace

ProcessFigures ProcessFigures::now() {
    ProcessFigures figures;
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    if (std::ifstream{"/proc/self/statm"} >> all >> resident) {
        figures.virtual_bytes = all * page;
        figures.resident_bytes = resident * page;
    }
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        figures.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    }
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) == 0) figures.descriptors_max = most.rlim_cur;
    figures.open_descriptors = count_descriptors();
    return figures;
}

}  // namespace allot
