#include "net/process_figures.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>

namespace allot {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Newer kernels tell it as the directory's size; of older ones the names are counted.
std::uint64_t count_descriptors() {
    constexpr const char* directory = "/proc/self/fd";
    struct stat about {};
    if (::stat(directory, &about) == 0 && about.st_size > 0) {
        return static_cast<std::uint64_t>(about.st_size);
    }
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> names{::opendir(directory)};
    std::uint64_t count = 0;
    while (names && ::readdir(names.get()) != nullptr) ++count;
    return count < 3 ? 0 : count - 3;  // itself, `.` and `..`
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
        figures.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) == 0) figures.descriptors_max = most.rlim_cur;
    figures.open_descriptors = count_descriptors();
    return figures;
}

}  // namespace allot
