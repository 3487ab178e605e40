#include "net/redis_terms.hpp"

#include <cstdint>
#include <random>

namespace allot {

std::string random_id() {
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

InfoSection replication_section(const Hub& hub) {
    return {"Replication",
            {{"role", "master"},
             {"connected_slaves", "0"},
             {"master_replid", hub.run_id},
             {"master_repl_offset", std::to_string(hub.durable())}}};
}

InfoSection cluster_section() { return {"Cluster", {{"cluster_enabled", "0"}}}; }

}  // namespace allot
