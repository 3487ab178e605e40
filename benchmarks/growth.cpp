// growth DIRECTORY ROUNDS LINES SKUS HELD
//
// Measures the time of an allocation, in mode `os`, in a full store: with SKUS SKUs and HELD lines,
// compared with no lines; and on one SKU with 1,000 batches, all with stock or all but the last
// sold out, compared with 3 batches. In nanoseconds a line, each ROUNDS times, alternately. The
// measured lines were allocated once before, and are released afterwards, so no table grows.

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

constexpr std::size_t many_batches = 1000;

Store open(const std::filesystem::path& directory) {
    return Store::open(directory,
                       {.durability = {.mode = Durability::Mode::os}, .snapshot_every_bytes = 0});
}

class Case {
public:
    Case(std::string name, const std::filesystem::path& directory, std::size_t skus,
         std::size_t batches)
        : name_{std::move(name)}, skus_{skus}, store_{open(directory / name_)} {
        bench::add_stock(store_, skus, batches);
    }

    void hold(std::size_t lines) {
        constexpr std::size_t at_once = 1U << 16U;
        for (std::size_t left = lines; left > 0;) {
            const std::size_t some = std::min(left, at_once);
            bench::allocate_in_batches(store_, bench::random_lines(next_order_, some, skus_));
            next_order_ += some;
            left -= some;
        }
    }
    /// Every unit of the SKU's batches before the last goes to one line each.
    void sell_out(std::size_t batches) {
        const Sku sku = Sku::of(bench::sku_name(0).view()).value();
        const auto all = Quantity::of(bench::units_a_batch).value();
        for (std::size_t i = 1; i < batches; ++i) {
            const auto order = OrderId::of(bench::order_name(next_order_++).view()).value();
            bench::require(store_.allocate({order, sku, all}).has_value(), "a batch is sold out");
        }
    }

    void measure(std::size_t lines, bool reported) {
        const auto texts = bench::random_lines(next_order_, lines, skus_);
        next_order_ += lines;
        const auto measure = [&](const char* call, auto&& allocate) {
            const auto begin = bench::Steady::now();
            allocate();
            const double ns = bench::seconds_since(begin) * 1e9 / static_cast<double>(lines);
            if (reported) bench::report(std::string{call} + "_ns/" + name_, ns);
            bench::release(store_, texts);
        };
        measure("batch", [&] { bench::allocate_in_batches(store_, texts); });
        measure("scalar", [&] { bench::allocate_one_by_one(store_, texts); });
    }

private:
    std::string name_;
    std::size_t skus_;
    Store store_;
    std::uint64_t next_order_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 6, "growth DIRECTORY ROUNDS LINES SKUS HELD");
    const std::filesystem::path directory = argv[1];
    const std::size_t rounds = std::strtoull(argv[2], nullptr, 10);
    const std::size_t lines = std::strtoull(argv[3], nullptr, 10);
    const std::size_t skus = std::strtoull(argv[4], nullptr, 10);
    std::filesystem::create_directories(directory);

    std::deque<Case> cases;
    cases.emplace_back("none_held", directory, skus, bench::batches_a_sku);
    cases.emplace_back("held", directory, skus, bench::batches_a_sku)
        .hold(std::strtoull(argv[5], nullptr, 10));
    cases.emplace_back("few_batches", directory, 1, bench::batches_a_sku);
    cases.emplace_back("many_batches", directory, 1, many_batches);
    cases.emplace_back("sold_out", directory, 1, many_batches).sell_out(many_batches);
    for (std::size_t round = 0; round <= rounds; ++round) {
        for (Case& each : cases) each.measure(lines, round > 0);
    }
}
