// heap DIRECTORY os|always OPERATIONS
//
// Counts the calls of the heap by any thread during an operation of a store, once tables have their
// final size. All heap functions are replaced here.

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "benchmarks/callers.hpp"
#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {
std::atomic<std::uint64_t> heap_calls = 0;
}

// The C library's own names of its heap functions.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* at, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
    ++heap_calls;
    return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
    ++heap_calls;
    return __libc_calloc(count, bytes);
}
void* realloc(void* at, std::size_t bytes) noexcept {
    ++heap_calls;
    return __libc_realloc(at, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
    ++heap_calls;
    return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    return memalign(alignment, bytes);
}
int posix_memalign(void** at, std::size_t alignment, std::size_t bytes) noexcept {
    *at = memalign(alignment, bytes);
    return *at == nullptr ? ENOMEM : 0;
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

using namespace allot;
using bench::LineText;

constexpr std::size_t skus = 10'000;

/// Ends the program unless an allocation is counted: compiler and linker must not remove it.
void require_that_calls_are_counted() {
    const auto before = heap_calls.load();
    void* volatile made = ::operator new(1);
    ::operator delete(made);
    made = ::operator new(1, std::align_val_t{64});
    ::operator delete(made, std::align_val_t{64});
    made = std::malloc(1);
    std::free(made);
    bench::require(heap_calls == before + 3, "calls of the heap are counted");
}

class Operations {
public:
    Operations(Store& store, std::size_t count) : store_{store}, count_{count} {}

    /// \param reported whether the calls of the heap are reported for each operation.
    void run(bool reported) {
        const auto lines = bench::random_lines(0, count_, skus);
        const auto orders = orders_of(lines);
        measure(reported, "allocate", [&] { bench::allocate_one_by_one(store_, lines); });
        measure(reported, "allocate_again", [&] { bench::allocate_one_by_one(store_, lines); });
        measure(reported, "refuse", [&] { refuse(lines); });
        measure(reported, "deallocate", [&] { bench::release(store_, lines); });
        measure(reported, "batch", [&] { batch(lines); });
        bench::release(store_, lines);
        measure(reported, "order", [&] {
            for (const auto& order : orders) {
                bench::require(store_.allocate(order).has_value(), "order is allocated");
            }
        });
        for (const auto& order : orders) store_.deallocate(Deallocate{order.order}).value();
    }

private:
    template <class Run>
    void measure(bool reported, const char* name, Run&& run) {
        const auto before = heap_calls.load();
        run();
        const auto calls = static_cast<double>(heap_calls - before);
        if (reported) bench::report(name, calls / static_cast<double>(count_));
    }
    /// The caller's own vectors are created once, outside the count.
    void batch(const std::vector<LineText>& lines) {
        for (std::size_t begin = 0; begin < lines.size(); begin += bench::lines_a_call) {
            const std::size_t end = std::min(lines.size(), begin + bench::lines_a_call);
            asked_.clear();
            for (std::size_t i = begin; i < end; ++i) asked_.push_back(bench::checked(lines[i]));
            store_.allocate(asked_, std::span{answers_}.first(end - begin));
        }
    }
    void refuse(const std::vector<LineText>& lines) {
        constexpr auto too_many = 2 * bench::units_a_batch;
        for (const LineText& text : lines) {
            LineView line = bench::checked(text);
            line.quantity = Quantity::of(too_many).value();
            bench::require(store_.allocate(line).has_error(), "line is refused");
        }
    }
    static std::vector<AllocateOrder> orders_of(const std::vector<LineText>& lines) {
        std::vector<AllocateOrder> orders;
        for (const LineText& text : lines) {
            const OrderLine line = bench::checked(text).owned();
            orders.push_back({line.order, {}});
            for (const std::int64_t units : {1, 2, 3}) {
                orders.back().lines.push_back({line.sku, Quantity::of(units).value()});
            }
        }
        return orders;
    }

    Store& store_;
    std::size_t count_;
    std::vector<LineView> asked_ = [] {
        std::vector<LineView> lines;
        lines.reserve(bench::lines_a_call);
        return lines;
    }();
    std::vector<Result<BatchRef>> answers_{bench::lines_a_call, Refusal::unknown_sku};
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "heap DIRECTORY os|always OPERATIONS");
    const bool always = std::string_view{argv[2]} == "always";
    const std::size_t count = std::strtoull(argv[3], nullptr, 10);
    require_that_calls_are_counted();

    Store store = Store::open(
        argv[1], {.durability = {.mode = always ? Durability::Mode::always : Durability::Mode::os},
                  .segment_bytes = 256ULL << 20U,  // one is enough
                  .snapshot_every_bytes = 0});
    bench::add_stock(store, skus);
    Operations operations{store, count};
    operations.run(false);
    operations.run(true);
}
