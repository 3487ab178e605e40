// latency DIRECTORY SKUS LINES
//
// How long single calls of Store::allocate take that come at their own time, at half and at four
// fifths of the most that the same thread can do in a new store in DIRECTORY, mode `os`: from when
// a call was due, so that a store that stands still is charged with all who had to wait. In the
// middle of each a snapshot is begun. LINES each; the thread spins while nothing is due, as no
// sleep is short enough.

#include <cstdlib>
#include <string>

#include "benchmarks/latency_report.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;
using bench::LineText;
using bench::Steady;

void allocate(Store& store, const LineText& line) {
    bench::require(store.allocate(bench::checked(line)).has_value(), "line is allocated");
}

double peak(Store& store, const std::vector<LineText>& lines) {
    const auto begin = Steady::now();
    for (const LineText& line : lines) allocate(store, line);
    return static_cast<double>(lines.size()) / bench::seconds_since(begin);
}

void open_loop(Store& store, const std::vector<LineText>& lines, double a_second,
               const std::string& phase) {
    const std::uint64_t snapshots = store.status().snapshots_taken;
    bench::Histogram latency;
    const auto begin = Steady::now();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto due = begin + std::chrono::nanoseconds{static_cast<std::int64_t>(
                                     static_cast<double>(i) * 1e9 / a_second)};
        while (Steady::now() < due) {
        }
        if (i == lines.size() / 2) bench::require(store.start_snapshot(), "a snapshot begins");
        allocate(store, lines[i]);
        const std::chrono::nanoseconds took = Steady::now() - due;
        latency.add(static_cast<std::uint64_t>(took.count()));
    }
    bench::report((phase + "_operations_per_second").c_str(),
                  static_cast<double>(lines.size()) / bench::seconds_since(begin));
    bench::report((phase + "_snapshot_ended").c_str(),
                  store.status().snapshots_taken > snapshots ? 1.0 : 0.0);
    bench::report_latency(phase, latency);
    store.snapshot();  // waits for the end of the other
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "latency DIRECTORY SKUS LINES");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);
    Store store = Store::open(
        argv[1], {.durability = {.mode = Durability::Mode::os}, .snapshot_every_bytes = 0});
    bench::add_stock(store, skus);

    const double most = peak(store, bench::random_lines(0, count, skus));
    bench::report("peak_operations_per_second", most);
    open_loop(store, bench::random_lines(count, count, skus), 0.5 * most, "half");
    open_loop(store, bench::random_lines(2 * count, count, skus), 0.8 * most, "most");
    bench::require(store.status().lines == 3 * count, "every line is held");
}
