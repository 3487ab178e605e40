// allocate scalar|batch DIRECTORY SKUS LINES ascending|scattered
//
// Allocates LINES random lines in a new store in DIRECTORY, mode `os`, on one thread. The time is
// from the names as text to the batch that each line got.

#include <cstdlib>
#include <string_view>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

int main(int argc, char** argv) {
    using namespace allot;
    bench::require(argc == 6, "allocate scalar|batch DIRECTORY SKUS LINES ascending|scattered");
    const std::string_view mode = argv[1];
    const std::size_t skus = std::strtoull(argv[3], nullptr, 10);
    const std::size_t count = std::strtoull(argv[4], nullptr, 10);
    const auto ids = bench::order_ids(argv[5]);

    Store store = Store::open(argv[2], {.durability = {.mode = Durability::Mode::os}});
    bench::add_stock(store, skus);
    const auto lines = bench::random_lines(0, count, skus, ids);

    const bench::Stopwatch stopwatch;
    if (mode == "batch") {
        bench::allocate_in_batches(store, lines);
    } else {
        bench::allocate_one_by_one(store, lines);
    }
    stopwatch.report_operations(static_cast<double>(count));

    bench::require(store.status().lines == count, "every line is held");
}
