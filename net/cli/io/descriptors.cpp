#include "net/cli/io/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace allot::program {
namespace {
// Kept free of clients, for without these the storage fails:
constexpr rlim_t store_descriptors =
    64;  // journal, snapshots, lock, standard streams, and spare ones
constexpr rlim_t transfer_descriptors = 8;  // libcurl's for one: three were seen
}  // namespace

std::size_t descriptors_for(std::size_t clients, std::size_t notified, Logger& log) {
    const rlim_t own = store_descriptors + notified * transfer_descriptors;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot read RLIMIT_NOFILE"};
    }
    const rlim_t wanted = clients + own;
    if (limit.rlim_cur >= wanted) return clients;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot raise RLIMIT_NOFILE"};
    }
    if (limit.rlim_cur >= wanted) return clients;
    const rlim_t fit = limit.rlim_cur > 2 * own ? limit.rlim_cur - own : limit.rlim_cur / 2;
    log.warning("the limit of open files allows fewer clients",
                {{"asked_for", clients}, {"allowed", fit}, {"hard_limit", limit.rlim_max}});
    return fit;
}

}  // namespace allot::program
