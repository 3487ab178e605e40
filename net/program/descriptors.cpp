#include "net/program/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace allot::program {
namespace {
/// Kept free of clients: for the journal, snapshots, the lock and the standard streams, with room.
constexpr rlim_t own_descriptors = 64;
}  // namespace

std::size_t descriptors_for(std::size_t clients, Logger& log) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot read RLIMIT_NOFILE"};
    }
    const rlim_t wanted = clients + own_descriptors;
    if (limit.rlim_cur >= wanted) return clients;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot raise RLIMIT_NOFILE"};
    }
    if (limit.rlim_cur >= wanted) return clients;
    const rlim_t fit = limit.rlim_cur > 2 * own_descriptors ? limit.rlim_cur - own_descriptors
                                                            : limit.rlim_cur / 2;
    log.warning("the limit of open files allows fewer clients",
                {{"asked_for", clients}, {"allowed", fit}, {"hard_limit", limit.rlim_max}});
    return fit;
}

}  // namespace allot::program
