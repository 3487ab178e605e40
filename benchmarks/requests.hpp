#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "benchmarks/workload.hpp"

namespace allot::bench {

/// Encoded requests, all of the same length.
class Requests {
public:
    /// \param verb `ping`, as redis-benchmark sends it, or `allocate`: one unit of a SKU at random
    ///     for an order of its own.
    /// \param run up to 4 bytes, unique among runs, with which the names of orders begin.
    Requests(std::string_view verb, std::string_view run, std::size_t skus)
        : run_{run}, skus_{skus}, random_{std::hash<std::string_view>{}(run)} {
        if (verb == "ping") {
            text_ = "*1\r\n$4\r\nPING\r\n";
            return;
        }
        require(verb == "allocate", "the verb is ping or allocate");
        text_ = "*4\r\n$8\r\nALLOCATE\r\n$16\r\n";
        order_at_ = text_.size();
        text_.append(name_bytes, '0').append("\r\n$16\r\n");
        sku_at_ = text_.size();
        text_.append(name_bytes, '0').append("\r\n$1\r\n1\r\n");
    }

    void append_next_to(std::string& output) {
        if (sku_at_ != 0) {
            put(order_at_, NumberedName{run_, next_++});
            put(sku_at_, sku_name(((random_() >> 32U) * skus_) >> 32U));
        }
        output += text_;
    }
    [[nodiscard]] std::size_t bytes() const noexcept { return text_.size(); }

private:
    void put(std::size_t at, const NumberedName& name) { name.view().copy(&text_[at], name_bytes); }

    std::string text_;
    std::string run_;
    std::size_t order_at_ = 0;
    std::size_t sku_at_ = 0;  // 0: all requests are equal
    std::uint64_t skus_;
    std::uint64_t next_ = 0;
    std::mt19937_64 random_;
};

}  // namespace allot::bench
