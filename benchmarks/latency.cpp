// latency DIRECTORY SKUS LINES
//
// Measures the time of calls of Store::allocate that become due at equal intervals, at 50 % and at
// 80 % of the peak that the same thread reached just before, in a new store in DIRECTORY, mode
// `os`. The time of a call counts from when it was due, so a stall counts for every call that had
// to wait. A peak has LINES lines, a load LINES lines before a snapshot, those that come while it
// is taken, and LINES lines after it. The thread spins while no call is due, because no sleep is
// short enough. The time that a call itself took is reported for those without a snapshot and for
// those during it.

#include <cstdlib>
#include <random>
#include <string>

#include "benchmarks/latency_report.hpp"
#include "benchmarks/schedule.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

/// A thread that allocates endless lines, each of an order of its own at a random SKU.
class Shopper {
public:
    Shopper(Store& store, std::size_t skus) : store_{store}, any_sku_{0, skus - 1} {}

    void allocate() {
        const bench::LineText line{bench::order_name(next_++, bench::OrderIds::scattered),
                                   bench::sku_name(any_sku_(random_))};
        bench::require(store_.allocate(bench::checked(line)).has_value(), "line is allocated");
    }
    [[nodiscard]] std::uint64_t allocated() const noexcept { return next_; }

private:
    Store& store_;
    std::uint64_t next_ = 0;
    std::mt19937_64 random_{1};
    std::uniform_int_distribution<std::uint64_t> any_sku_;
};

double peak(Shopper& shopper, std::size_t lines) {
    const auto begin = bench::Steady::now();
    for (std::size_t i = 0; i < lines; ++i) shopper.allocate();
    return static_cast<double>(lines) / bench::seconds_since(begin);
}

/// Allocates each line when it is due.
class OpenLoop {
public:
    OpenLoop(Shopper& shopper, double a_second) : shopper_{shopper}, schedule_{a_second} {}

    /// \param calls counts the durations of the calls themselves.
    void run(std::size_t lines, bench::Histogram& calls) {
        for (const std::size_t end = done_ + lines; done_ < end; ++done_) {
            const std::int64_t due = schedule_.due_ns(done_);
            std::int64_t begun = schedule_.now_ns();
            while (begun < due) begun = schedule_.now_ns();
            shopper_.allocate();
            const std::int64_t ended = schedule_.now_ns();
            latency_.add(static_cast<std::uint64_t>(ended - due));
            calls.add(static_cast<std::uint64_t>(ended - begun));
        }
    }
    void report(const std::string& phase) const {
        bench::report((phase + "_operations_per_second").c_str(),
                      static_cast<double>(done_) * 1e9 / static_cast<double>(schedule_.now_ns()));
        bench::report_latency(phase, latency_);
    }

private:
    Shopper& shopper_;
    bench::Schedule schedule_;
    bench::Histogram latency_;
    std::size_t done_ = 0;
};

/// \param share of the peak of the thread in the present store.
void open_loop(Store& store, Shopper& shopper, std::size_t lines, double share,
               const std::string& phase) {
    constexpr std::size_t few = 1024;
    const double most = peak(shopper, lines);
    bench::report((phase + "_peak_operations_per_second").c_str(), most);
    OpenLoop loop{shopper, share * most};
    bench::Histogram without;
    bench::Histogram during;
    loop.run(lines, without);
    const auto begin = bench::Steady::now();
    bench::require(store.start_snapshot(), "a snapshot begins");
    do {
        loop.run(few, during);
    } while (store.status().snapshot_running);
    bench::report((phase + "_snapshot_seconds").c_str(), bench::seconds_since(begin));
    loop.run(lines, without);
    loop.report(phase);
    bench::report_latency(phase + "_call", without);
    bench::report_latency(phase + "_snapshot_call", during);
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "latency DIRECTORY SKUS LINES");
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t lines = std::strtoull(argv[3], nullptr, 10);
    Store store = Store::open(
        argv[1], {.durability = {.mode = Durability::Mode::os}, .snapshot_every_bytes = 0});
    bench::add_stock(store, skus);
    Shopper shopper{store, skus};

    open_loop(store, shopper, lines, 0.5, "half");
    open_loop(store, shopper, lines, 0.8, "most");
    bench::require(store.status().snapshots_taken == 2, "two snapshots were taken");
    bench::require(store.status().lines == shopper.allocated(), "every line is held");
}
