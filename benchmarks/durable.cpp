// durable DIRECTORY SKUS LINES THREADS LINES_A_CALL
//
// Allocates LINES random lines in a new store in DIRECTORY, mode `always`, by THREADS threads, each
// of which waits until the lines of one call are durable before it makes the next call.

#include <cstdlib>
#include <latch>
#include <thread>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

int main(int argc, char** argv) {
    using namespace allot;
    bench::require(argc == 6, "durable DIRECTORY SKUS LINES THREADS LINES_A_CALL");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);
    const std::size_t threads = std::strtoull(argv[4], nullptr, 10);
    const std::size_t a_call = std::strtoull(argv[5], nullptr, 10);
    bench::require(count % threads == 0, "every thread has as many lines");

    Store store = Store::open(argv[1], {.snapshot_every_bytes = 0});
    bench::add_stock(store, skus);
    const auto lines = bench::random_lines(0, count, skus);

    const StoreStatus before = store.status();
    std::latch ready{static_cast<std::ptrdiff_t>(threads) + 1};
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < threads; ++i) {
        callers.emplace_back(
            [&, share = std::span{lines}.subspan(i * count / threads, count / threads)] {
                ready.arrive_and_wait();
                if (a_call == 1) {
                    bench::allocate_one_by_one(store, share);
                } else {
                    bench::allocate_in_batches(store, share, a_call);
                }
            });
    }
    ready.arrive_and_wait();
    const auto begin = bench::Steady::now();
    callers.clear();  // joins them
    bench::report("seconds", bench::seconds_since(begin));

    const StoreStatus after = store.status();
    bench::require(after.lines == count, "every line is held");
    bench::require(after.durable == after.last, "every line is durable");
    bench::report("groups", static_cast<double>(after.journal_groups - before.journal_groups));
    bench::report("bytes", static_cast<double>(after.journal_bytes - before.journal_bytes));
}
