// history DIRECTORY SKUS STRETCH LINES...
//
// Measures the time of an allocation in a store that already holds many lines: in DIRECTORY, mode
// `os`, lines are allocated up to each of LINES, in ascending order, and then STRETCH more are
// timed, one a call.

#include <cstdlib>
#include <string>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

void allocate(Store& store, const std::vector<bench::LineText>& lines) {
    for (const auto& line : lines) {
        bench::require(store.allocate(bench::checked(line)).has_value(), "line is allocated");
    }
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc >= 5, "history DIRECTORY SKUS STRETCH LINES...");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t stretch = std::strtoull(argv[3], nullptr, 10);
    Store store = Store::open(argv[1], {.durability = {.mode = Durability::Mode::os}});
    bench::add_stock(store, skus);

    std::size_t held = 0;
    constexpr std::size_t lines_at_once = 100'000;
    for (int i = 4; i < argc; ++i) {
        const std::size_t until = std::strtoull(argv[i], nullptr, 10);
        while (held < until) {
            const std::size_t count = std::min(lines_at_once, until - held);
            allocate(store, bench::random_lines(held, count, skus));
            held += count;
        }
        const auto lines = bench::random_lines(held, stretch, skus);
        const auto begin = bench::Steady::now();
        allocate(store, lines);
        const double ns = bench::seconds_since(begin) * 1e9;
        bench::report((std::string{"ns_after_"} + argv[i]).c_str(),
                      ns / static_cast<double>(stretch));
        held += stretch;
    }
    bench::require(store.status().lines == held, "every line is held");
}
