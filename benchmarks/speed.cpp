// speed DIRECTORY ROUNDS LINES SKUS...
//
// Measures the time of an allocation in mode `os`, one a call and in batches, for each number of
// SKUs, with SKUs drawn uniformly and by Zipf's law; compared with the least time for its memory
// accesses (see limits.hpp) and, for the middle number of SKUs, with the engine without a journal.
// In nanoseconds a line, each ROUNDS times, alternately.
//
// A store holds one line of every SKU throughout. The measured lines were allocated once before,
// and are released afterwards, so no table grows.

#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/callers.hpp"
#include "benchmarks/demand.hpp"
#include "benchmarks/limits.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/volatile_store.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

template <class Store>
void add_stock_and_hold(Store& store, std::size_t skus) {
    bench::add_stock(store, skus);
    constexpr std::size_t at_once = 1U << 16U;
    std::vector<std::uint32_t> some;
    for (std::size_t begin = 0; begin < skus; begin += at_once) {
        some.resize(std::min(at_once, skus - begin));
        std::iota(some.begin(), some.end(), static_cast<std::uint32_t>(begin));
        bench::allocate_in_batches(store, bench::lines_of(begin, some));
    }
}

template <class Run>
double ns_a_line(std::size_t lines, Run&& run) {
    // A group is written after a millisecond; then the journal's thread is idle.
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    const auto begin = bench::Steady::now();
    run();
    return bench::seconds_since(begin) * 1e9 / static_cast<double>(lines);
}

/// A store, and tables as large as its own.
class Shelf {
public:
    Shelf(const std::filesystem::path& directory, std::size_t skus, std::size_t lines,
          bool with_volatile)
        : skus_{skus},
          lines_{lines},
          store_{Store::open(directory, {.durability = {.mode = Durability::Mode::os},
                                         .snapshot_every_bytes = 0})},
          gather_{skus, bench::batches_a_sku, skus, lines} {
        add_stock_and_hold(store_, skus);
        if (with_volatile) add_stock_and_hold(volatile_.emplace(), skus);
    }

    void measure(std::uint64_t round, bool reported) {
        for (const bench::Demand& demand : {bench::Demand::uniform(skus_, lines_, round),
                                            bench::Demand::zipf(skus_, lines_, round)}) {
            const std::string suffix = "/" + std::to_string(skus_) + "/" + demand.name;
            const auto print = [&](const char* name, double value) {
                if (reported) bench::report(name + suffix, value);
            };
            const auto texts = bench::lines_of(skus_ + round * lines_, demand.skus);
            const auto touches = demand.touches(round);
            print("gather_ns", ns_a_line(lines_, [&] { gather_.run(touches); }));

            const std::uint64_t before = store_.status().journal_bytes;
            print("batch_ns", ns_a_line(lines_, [&] { allocate_in_batches(store_, texts); }));
            const std::size_t bytes = store_.status().journal_bytes - before;
            bench::release(store_, texts);
            print("copy_ns", ns_a_line(lines_, [&] { copy_.run(bytes); }));
            print("scalar_ns", ns_a_line(lines_, [&] { allocate_one_by_one(store_, texts); }));
            bench::release(store_, texts);
            if (!volatile_) continue;
            print("volatile_batch_ns",
                  ns_a_line(lines_, [&] { allocate_in_batches(*volatile_, texts); }));
            bench::release(*volatile_, texts);
            print("volatile_scalar_ns",
                  ns_a_line(lines_, [&] { allocate_one_by_one(*volatile_, texts); }));
            bench::release(*volatile_, texts);
        }
    }

    void check(std::size_t rounds) {
        std::uint64_t writes = 0;
        for (std::size_t sku = 0; sku < skus_; ++sku) writes += gather_.writes(sku);
        bench::require(writes == 2 * rounds * lines_, "every line was gathered");
        bench::require(store_.status().lines == skus_, "every line was released");
    }
    [[nodiscard]] std::size_t skus() const noexcept { return skus_; }
    [[nodiscard]] std::size_t memory_bytes() { return store_.status().memory_bytes; }

private:
    std::size_t skus_;
    std::size_t lines_;
    Store store_;
    std::optional<bench::VolatileStore> volatile_;
    bench::Gather gather_;
    bench::JournalCopy copy_;
};

void chase(std::size_t rounds, std::size_t skus, std::size_t bytes) {
    const bench::PointerChase lines{bytes};
    constexpr std::size_t steps = 1'000'000;
    std::uint64_t at = lines.follow(steps);
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto took = ns_a_line(steps, [&] { at = lines.follow(steps, at); });
        bench::require(at < lines.lines(), "the circle is closed");
        bench::report("miss_ns/" + std::to_string(skus), took);
    }
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc >= 5, "speed DIRECTORY ROUNDS LINES SKUS...");
    const std::filesystem::path directory = argv[1];
    const std::size_t rounds = std::strtoull(argv[2], nullptr, 10);
    const std::size_t lines = std::strtoull(argv[3], nullptr, 10);
    std::filesystem::create_directories(directory);

    constexpr int first = 4;
    const int middle = first + (argc - first) / 2;
    std::deque<Shelf> shelves;
    for (int i = first; i < argc; ++i) {
        shelves.emplace_back(directory / argv[i], std::strtoull(argv[i], nullptr, 10), lines,
                             i == middle);
    }
    for (std::size_t round = 0; round <= rounds; ++round) {
        for (Shelf& shelf : shelves) shelf.measure(round, round > 0);
    }
    std::vector<std::pair<std::size_t, std::size_t>> sizes;
    for (Shelf& shelf : shelves) {
        shelf.check(rounds + 1);
        sizes.emplace_back(shelf.skus(), shelf.memory_bytes());
    }
    shelves.clear();
    for (const auto& [skus, bytes] : sizes) chase(rounds, skus, bytes);
}
