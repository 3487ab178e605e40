// snapshot DIRECTORY SKUS LINES
//
// Measures the time of single commands for the thread that calls them, without a snapshot and while
// a snapshot of LINES allocations is taken; of a fork() of the same process, by which other
// programs take snapshots; and of a restart from the snapshot. Mode `os`: a command does not wait
// for the disk, only for the store. Each new line releases the oldest one, so LINES lines stay
// allocated throughout.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;
namespace fs = std::filesystem;

/// The time for which this thread was ready to run but had no processor, as the system counts it.
class ProcessorWait {
public:
    ProcessorWait() : descriptor_{::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)} {
        bench::require(descriptor_ >= 0, "the system counts waits for a processor");
        take();  // so that earlier waits do not count
    }
    ~ProcessorWait() { ::close(descriptor_); }
    ProcessorWait(const ProcessorWait&) = delete;
    ProcessorWait& operator=(const ProcessorWait&) = delete;

    /// \return nanoseconds since the last call.
    std::uint64_t take() {
        std::array<char, 128> text{};
        bench::require(::pread(descriptor_, text.data(), text.size() - 1, 0) > 0, "schedstat");
        char* second = nullptr;
        (void)std::strtoull(text.data(), &second, 10);  // the first field: time on a processor
        const std::uint64_t total = std::strtoull(second, nullptr, 10);
        return total - std::exchange(total_, total);
    }

private:
    int descriptor_;
    std::uint64_t total_ = 0;
};

/// Durations of commands, in nanoseconds.
class Latencies {
public:
    // The pages are touched now, not while a command is timed.
    Latencies() : all_(std::size_t{1} << 23U) { all_.clear(); }
    void add(bench::Steady::duration took) {
        const auto ns = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
        all_.push_back(static_cast<std::uint32_t>(ns));
        if (ns < slow_ns) return;
        const std::uint64_t waited = wait_.take();
        less_wait_ns_max_ = std::max(less_wait_ns_max_, ns - std::min(ns, waited));
    }
    /// Discards the waits for a processor so far; the caller calls it after every few commands, so
    /// that a slow command is credited with hardly more than its own waits.
    void forget_waits() { wait_.take(); }
    [[nodiscard]] std::size_t count() const noexcept { return all_.size(); }
    void report(const std::string& phase) {
        std::sort(all_.begin(), all_.end());
        const auto us = [&](double share) {
            const auto at = static_cast<std::size_t>(share * static_cast<double>(all_.size()));
            return all_[std::min(at, all_.size() - 1)] * 1e-3;
        };
        const auto print = [&](const char* name, double value) {
            bench::report((phase + "_" + name).c_str(), value);
        };
        print("commands", static_cast<double>(all_.size()));
        print("us_p50", us(0.5));
        print("us_p99", us(0.99));
        print("us_p99.9", us(0.999));
        print("us_p99.99", us(0.9999));
        print("us_max", us(1.0));
        print("us_max_less_wait", static_cast<double>(less_wait_ns_max_) * 1e-3);
    }

private:
    // Querying the system takes longer than a command, so only slow ones are examined.
    static constexpr std::uint64_t slow_ns = 200'000;

    std::vector<std::uint32_t> all_;
    ProcessorWait wait_;
    std::uint64_t less_wait_ns_max_ = 0;
};

/// The commands of one thread: an endless sequence of lines, of which the last `held` are
/// allocated.
class Rotation {
public:
    Rotation(Store& store, std::size_t skus, std::size_t held)
        : store_{store}, skus_{skus}, held_{held} {}

    void fill() {
        for (; next_ < held_; ++next_) allocate();
    }
    void step(Latencies& latencies) {
        const auto begin = bench::Steady::now();
        release_oldest();
        const auto between = bench::Steady::now();
        allocate();
        latencies.add(between - begin);
        latencies.add(bench::Steady::now() - between);
        constexpr std::uint64_t few = 64;
        if (++next_ % few == 0) latencies.forget_waits();
    }

private:
    // Knuth's multiplier scatters the SKUs without a table of lines.
    [[nodiscard]] std::uint64_t sku_of(std::uint64_t order) const {
        return (order * 2'654'435'761U >> 7U) % skus_;
    }
    void allocate() {
        const bench::LineText line{bench::order_name(next_), bench::sku_name(sku_of(next_))};
        bench::require(store_.allocate(bench::checked(line)).has_value(), "line is allocated");
    }
    void release_oldest() {
        const auto oldest = OrderId::of(bench::order_name(next_ - held_).view()).value();
        bench::require(store_.deallocate({oldest}).value() == 1, "the oldest line is released");
    }

    Store& store_;
    std::size_t skus_;
    std::size_t held_;
    std::uint64_t next_ = 0;
};

StoreOptions snapshot_options() {
    return {.durability = {.mode = Durability::Mode::os}, .snapshot_every_bytes = 0};
}

/// The time for which a fork() blocks this process, the median of a few; without the cost of the
/// pages that are copied afterwards.
double fork_us() {
    std::array<double, 5> took{};
    for (double& each : took) {
        const auto begin = bench::Steady::now();
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        each = bench::seconds_since(begin) * 1e6;
        bench::require(child > 0 && ::waitpid(child, nullptr, 0) == child, "a process is forked");
    }
    std::ranges::sort(took);
    return took[took.size() / 2];
}

/// Removes the directory's files from the page cache.
void forget_cached(const fs::path& directory) {
    for (const auto& file : fs::directory_iterator{directory}) {
        const int descriptor = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
        bench::require(descriptor >= 0 && ::fsync(descriptor) == 0 &&
                           ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0,
                       "a file's pages can be dropped");
        ::close(descriptor);
    }
}

double seconds_to_open(const fs::path& directory, std::uint64_t hash) {
    const auto begin = bench::Steady::now();
    Store store = Store::open(directory, snapshot_options());
    const double took = bench::seconds_since(begin);
    bench::require(store.state_hash() == hash, "a restart gives the same state");
    return took;
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "snapshot DIRECTORY SKUS LINES");
    const fs::path directory = argv[1];
    const std::size_t skus = std::strtoull(argv[2], nullptr, 10);
    const std::size_t lines = std::strtoull(argv[3], nullptr, 10);

    Latencies without;
    Latencies during;
    std::uint64_t hash = 0;
    {
        Store store = Store::open(directory, snapshot_options());
        bench::add_stock(store, skus);
        Rotation load{store, skus, lines};
        load.fill();
        bench::report("fork_us", fork_us());

        const auto begin = bench::Steady::now();
        bench::require(store.start_snapshot(), "a snapshot begins");
        while (store.status().snapshot_running) {
            for (int i = 0; i < 100; ++i) load.step(during);
        }
        bench::report("during_seconds", bench::seconds_since(begin));
        const StoreStatus status = store.status();
        bench::require(status.snapshots_taken == 1, "a snapshot was taken");
        bench::report("slice_us_max", static_cast<double>(status.snapshot_pause_us));
        // As many commands without a snapshot: the slowest of more commands would be slower.
        const auto end = bench::Steady::now();
        while (without.count() < during.count()) load.step(without);
        bench::report("without_seconds", bench::seconds_since(end));

        bench::require(store.snapshot() > status.snapshot, "a snapshot was taken");
        bench::require(store.status().lines == lines, "every line is held");
        hash = store.state_hash();
    }
    without.report("without");
    during.report("during");

    std::uintmax_t snapshot_bytes = 0;
    for (const auto& file : fs::directory_iterator{directory}) {
        if (file.path().filename().string().starts_with("snapshot"))
            snapshot_bytes = file.file_size();
    }
    bench::report("snapshot_bytes", static_cast<double>(snapshot_bytes));
    bench::report("restart_seconds_cached", seconds_to_open(directory, hash));
    forget_cached(directory);
    bench::report("restart_seconds", seconds_to_open(directory, hash));
}
