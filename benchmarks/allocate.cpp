// allocate scalar|batch DIRECTORY SKUS LINES ascending|scattered
//
// Allocates LINES random lines in a new store in DIRECTORY, mode `os`, on one thread. Timed: from
// the names as text to the batch that each line got.

#include <cstdlib>
#include <string_view>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;
using bench::LineText;

constexpr std::size_t lines_a_call = 1024;

void allocate_one_by_one(Store& store, const std::vector<LineText>& lines) {
    for (const LineText& line : lines) {
        bench::require(store.allocate(bench::checked(line)).has_value(), "line is allocated");
    }
}

void allocate_in_batches(Store& store, const std::vector<LineText>& lines) {
    std::vector<OrderLine> asked;
    asked.reserve(lines_a_call);
    std::vector<Result<BatchRef>> answers(lines_a_call, Refusal::unknown_sku);
    for (std::size_t begin = 0; begin < lines.size(); begin += lines_a_call) {
        const std::size_t end = std::min(lines.size(), begin + lines_a_call);
        asked.clear();
        for (std::size_t i = begin; i < end; ++i) asked.push_back(bench::checked(lines[i]));
        const std::span results = std::span{answers}.first(end - begin);
        store.allocate(asked, results);
        for (const auto& answer : results) bench::require(answer.has_value(), "line is allocated");
    }
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 6, "allocate scalar|batch DIRECTORY SKUS LINES ascending|scattered");
    const std::string_view mode = argv[1];
    const std::size_t skus = std::strtoull(argv[3], nullptr, 10);
    const std::size_t count = std::strtoull(argv[4], nullptr, 10);
    const auto ids = bench::order_ids(argv[5]);

    Store store = Store::open(argv[2], {.durability = {.mode = Durability::Mode::os}});
    bench::add_stock(store, skus);
    const auto lines = bench::random_lines(0, count, skus, ids);

    const bench::Stopwatch stopwatch;
    (mode == "batch" ? allocate_in_batches : allocate_one_by_one)(store, lines);
    stopwatch.report_operations(static_cast<double>(count));

    bench::require(store.status().lines == count, "every line is held");
}
