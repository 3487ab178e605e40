// memory DIRECTORY SKUS LINES
//
// Measures the memory of a store in DIRECTORY for each batch and for each allocation, as the system
// counts it (resident pages) and as the store counts it. Tables grow by half, so the figure for
// allocations is taken at many counts up to LINES, and the worst is reported beside the last.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double pages = 0;
    double resident = 0;
    bench::require(static_cast<bool>(statm >> pages >> resident), "/proc/self/statm is readable");
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

struct Held {
    double resident;
    double counted;

    static Held by(Store& store) {
        return {resident_bytes(), static_cast<double>(store.status().memory_bytes)};
    }
    [[nodiscard]] Held more_than(const Held& before, double things) const {
        return {(resident - before.resident) / things, (counted - before.counted) / things};
    }
};

/// Fills a store so large that the process keeps huge pages ready from then on, which are then not
/// counted.
Store other_store(const std::filesystem::path& directory) {
    constexpr std::size_t skus = 200'000;
    Store store = Store::open(directory, {.durability = {.mode = Durability::Mode::os}});
    bench::add_stock(store, skus);
    return store;
}

/// Touches all pages of the buffers of the journal and of a snapshot, so that they are not counted:
/// their size does not depend on the store.
void fill_buffers(Store& store) {
    bench::add_stock(store, 1);
    constexpr std::size_t rounds = 100'000;
    const auto line = bench::random_lines(0, 1, 1);
    for (std::size_t round = 0; round < rounds; ++round) {
        bench::allocate_one_by_one(store, line);
        bench::release(store, line);
    }
    (void)store.snapshot();
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "memory DIRECTORY SKUS LINES");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);

    const std::filesystem::path directory = argv[1];
    std::filesystem::create_directories(directory);
    const Store other = other_store(directory / "other");
    Store store = Store::open(directory / "store", {.durability = {.mode = Durability::Mode::os}});
    fill_buffers(store);
    const Held empty = Held::by(store);
    bench::add_stock(store, skus);
    const Held stocked = Held::by(store);
    const Held batch = stocked.more_than(empty, static_cast<double>(skus * bench::batches_a_sku));
    bench::report("resident_bytes_per_batch", batch.resident);
    bench::report("counted_bytes_per_batch", batch.counted);

    constexpr std::size_t checkpoints = 20;
    constexpr std::size_t at_once = 1000;  // few, since their texts are not memory of the store
    Held line{};
    Held worst{};
    for (std::size_t step = 0; step < checkpoints; ++step) {
        const std::size_t lines_a_step = count / checkpoints;
        for (std::size_t done = 0; done < lines_a_step; done += at_once) {
            const auto lines = bench::random_lines(step * lines_a_step + done,
                                                   std::min(at_once, lines_a_step - done), skus);
            bench::allocate_one_by_one(store, lines);
        }
        line = Held::by(store).more_than(stocked, static_cast<double>(store.status().lines));
        if (step < checkpoints / 4) continue;  // too few lines for a figure
        worst = {std::max(worst.resident, line.resident), std::max(worst.counted, line.counted)};
    }
    bench::report("resident_bytes_per_line", line.resident);
    bench::report("counted_bytes_per_line", line.counted);
    bench::report("worst_resident_bytes_per_line", worst.resident);
    bench::report("worst_counted_bytes_per_line", worst.counted);
}
