#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "benchmarks/workload.hpp"

namespace allot::bench {

// Calls of a Store, or a type with the same functions, as an application makes them: from names as
// text to the batch that each line got. A refused line ends the benchmark.

inline constexpr std::size_t lines_a_call = 1024;

template <class Store>
void allocate_one_by_one(Store& store, std::span<const LineText> lines) {
    for (const LineText& line : lines) {
        require(store.allocate(checked(line)).has_value(), "line is allocated");
    }
}

template <class Store>
void allocate_in_batches(Store& store, std::span<const LineText> lines,
                         std::size_t a_call = lines_a_call) {
    std::vector<LineView> asked;
    asked.reserve(a_call);
    std::vector<Result<BatchRef>> answers(a_call, Refusal::unknown_sku);
    for (std::size_t begin = 0; begin < lines.size(); begin += a_call) {
        const auto texts = lines.subspan(begin, std::min(a_call, lines.size() - begin));
        asked.clear();
        for (const LineText& line : texts) asked.push_back(checked(line));
        const std::span results = std::span{answers}.first(texts.size());
        store.allocate(asked, results);
        for (const auto& answer : results) require(answer.has_value(), "line is allocated");
    }
}

template <class Store>
void release(Store& store, std::span<const LineText> lines) {
    for (const LineText& line : lines) {
        const auto order = OrderId::of(line.order.view()).value();
        require(store.deallocate(Deallocate{order}).value() == 1, "line is released");
    }
}

}  // namespace allot::bench
