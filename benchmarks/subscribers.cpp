// subscribers scalar|batch DIRECTORY SKUS LINES SUBSCRIBERS
//
// Allocates LINES random lines in a new store in DIRECTORY, mode `os`, one or 1,024 a call on one
// thread, while SUBSCRIBERS subscribers are called with every fact, each on a thread of its own.
// Reports the rate of allocations, and the rate until the last subscriber had received the last
// line.

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"

int main(int argc, char** argv) {
    using namespace allot;
    bench::require(argc == 6, "subscribers scalar|batch DIRECTORY SKUS LINES SUBSCRIBERS");
    const std::size_t skus = std::strtoull(argv[3], nullptr, 10);
    const std::size_t count = std::strtoull(argv[4], nullptr, 10);
    const std::size_t subscribers = std::strtoull(argv[5], nullptr, 10);

    Store store = Store::open(argv[2], {.durability = {.mode = Durability::Mode::os},
                                        .keep_journal_bytes = std::uint64_t{1} << 40U});
    bench::add_stock(store, skus);
    const auto lines = bench::random_lines(0, count, skus);
    const Lsn first = store.status().last + 1;
    const Lsn last = first + count - 1;

    std::vector<std::atomic<Lsn>> received(subscribers);
    std::vector<Subscription> subscriptions;
    subscriptions.reserve(subscribers);
    for (std::atomic<Lsn>& each : received) {
        subscriptions.push_back(store.subscribe(first, [&each, first](const CommittedFact& fact) {
            const Lsn before = each.load(std::memory_order_relaxed);
            bench::require(fact.lsn == (before == 0 ? first : before + 1), "no fact is left out");
            each.store(fact.lsn, std::memory_order_release);
        }));
    }

    const auto begin = bench::Steady::now();
    const double cpu = bench::cpu_seconds();
    if (std::string_view{argv[1]} == "batch") {
        bench::allocate_in_batches(store, lines);
    } else {
        bench::allocate_one_by_one(store, lines);
    }
    const double allocated = bench::seconds_since(begin);
    for (const std::atomic<Lsn>& each : received) {
        while (each.load(std::memory_order_acquire) != last) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
    const double all = bench::seconds_since(begin);
    const auto total = static_cast<double>(count);
    bench::report("allocated_per_second", total / allocated);
    bench::report("received_per_second", total / all);
    bench::report("cpu_ns_per_line", (bench::cpu_seconds() - cpu) / total * 1e9);
    bench::require(store.status().lines == count, "every line is held");
}
