#include "net/core/redis_terms.hpp"

#include <cstdint>
#include <random>

namespace allot {

std::string random_run_id() {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t id_digits = 40;
    std::random_device random;
    std::string id;
    while (id.size() < id_digits) {
        for (std::uint32_t bits = random(), i = 0; i < 8; ++i, bits >>= 4U) {
            id.push_back(digits[bits & 15U]);
        }
    }
    return id;
}

void add_redis_terms(Figures& to, const ServerContext& context) {
    constexpr std::string_view redis_has_it = "a term of Redis, for its clients";
    to.begin("server");
    to.gauge("redis_version", not_shown(redis_has_it),
             "The version of Redis whose connection and channel commands Allot follows",
             std::string{redis_version});
    to.gauge("redis_mode", not_shown(redis_has_it), "Always `standalone`",
             std::string{"standalone"});
    to.gauge("run_id", not_shown("an identity, not a quantity"), "A random id, new at each start",
             context.identity.run_id);
    to.begin("replication");
    to.gauge("role", not_shown(redis_has_it), "Always `master`", std::string{"master"});
    to.gauge("connected_slaves", not_shown(redis_has_it), "Always 0", std::uint64_t{0});
    to.gauge("master_replid", not_shown("an identity, not a quantity"), "The `run_id`",
             context.identity.run_id);
    to.gauge("master_repl_offset", not_shown("allot_durable_lsn"),
             "LSN of the last fact that may be acknowledged", context.store.durable());
    to.begin("cluster");
    to.gauge("cluster_enabled", not_shown(redis_has_it), "Always 0", false);
}

}  // namespace allot
