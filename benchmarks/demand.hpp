#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "benchmarks/limits.hpp"
#include "benchmarks/zipf.hpp"

namespace allot::bench {

/// The SKU of each of some lines.
struct Demand {
    std::string name;
    std::vector<std::uint32_t> skus;

    static Demand uniform(std::size_t skus, std::size_t lines, std::uint64_t seed) {
        std::mt19937_64 random{seed};
        std::uniform_int_distribution<std::uint32_t> any{0, static_cast<std::uint32_t>(skus - 1)};
        Demand demand{"uniform", std::vector<std::uint32_t>(lines)};
        for (auto& sku : demand.skus) sku = any(random);
        return demand;
    }
    /// The popular SKUs are scattered among all SKUs.
    static Demand zipf(std::size_t skus, std::size_t lines, std::uint64_t seed) {
        constexpr double exponent = 0.99;
        constexpr std::uint64_t prime = 2'654'435'761;  // beyond all SKUs: no two ranks meet
        std::mt19937_64 random{seed};
        const Zipf rank{skus, exponent};
        Demand demand{"zipf", std::vector<std::uint32_t>(lines)};
        for (auto& sku : demand.skus) sku = static_cast<std::uint32_t>(rank(random) * prime % skus);
        return demand;
    }
    [[nodiscard]] std::vector<Touch> touches(std::uint64_t seed) const {
        std::mt19937_64 random{seed};
        std::vector<Touch> touches;
        touches.reserve(skus.size());
        for (const auto sku : skus) touches.push_back({sku, static_cast<std::uint32_t>(random())});
        return touches;
    }
};

}  // namespace allot::bench
