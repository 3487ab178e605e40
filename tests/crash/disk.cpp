// Tests the storage on a simulated disk for any length of time: power cuts at every operation,
// failures of every operation, every kind of damage. The unit tests run a sample of it.

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "tests/dst/disk/corruption.hpp"
#include "tests/dst/disk/failure_matrix.hpp"
#include "tests/dst/disk/power_cuts.hpp"
#include "tests/dst/disk/small_pages.hpp"

namespace {

using namespace allot::testing;

constexpr const char* usage =
    "usage: crash_disk [--seed N] [--cuts N] [--nested N] [--fail-every K] [--damage-every K]\n"
    "                    [--exhaustive]\n"
    "\n"
    "Power cuts, failures and damage on a simulated disk; everything follows from the seed.\n"
    "\n"
    "  --seed N          default: any\n"
    "  --cuts N          at least so many power cuts, at every operation of stores that allocate,\n"
    "                    shrink, reschedule, deallocate, snapshot, rotate and prune (10000)\n"
    "  --nested N        about so many more of them while what a cut has left is recovered, and\n"
    "                    while a snapshot is taken after that (1000)\n"
    "  --fail-every K    every Kth operation of a store's life fails, once and for ever, with "
    "EIO,\n"
    "                    ENOSPC, EFBIG and EINTR, or does half of its work (1; 0: none)\n"
    "  --damage-every K  every Kth bit of a closed journal of 64 KiB and of a snapshot is "
    "flipped,\n"
    "                    and they are cut to every (K/8)th length; sectors, frames and files are\n"
    "                    lost, swapped, repeated and foreign (101; 0: none)\n"
    "  --exhaustive      --damage-every 1\n"
    "\n"
    "Prints a line for each kind of damage, what broke a promise, and one line of counts with the\n"
    "seed. Exit code 0 when no promise was broken, 1 when one was, 2 for wrong options.\n";

struct Options {
    std::uint64_t seed = std::random_device{}();
    std::uint64_t cuts = 10'000;
    std::uint64_t nested = 1'000;
    std::uint64_t fail_every = 1;
    std::uint64_t damage_every = 101;
};

/// \return none when they are invalid.
std::optional<Options> parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name{argv[i]};
        if (name == "--exhaustive") {
            options.damage_every = 1;
            continue;
        }
        std::uint64_t* const value = name == "--seed"           ? &options.seed
                                     : name == "--cuts"         ? &options.cuts
                                     : name == "--nested"       ? &options.nested
                                     : name == "--fail-every"   ? &options.fail_every
                                     : name == "--damage-every" ? &options.damage_every
                                                                : nullptr;
        if (value == nullptr || ++i == argc) return std::nullopt;
        const std::string_view text{argv[i]};
        const auto read = std::from_chars(text.data(), text.data() + text.size(), *value);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    }
    return options;
}

/// A line on a terminal that shows the progress, at most ten times a second.
class ProgressLine {
public:
    void show(const char* what, std::uint64_t done, std::uint64_t total) {
        const auto now = std::chrono::steady_clock::now();
        if (!terminal_ || now < next_) return;
        next_ = now + std::chrono::milliseconds{100};
        std::fprintf(stderr, "\r%-10s %lu of %lu\033[K", what, std::min(done, total), total);
    }
    ~ProgressLine() {
        if (terminal_) std::fputs("\r\033[K", stderr);
    }

private:
    const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    std::chrono::steady_clock::time_point next_{};
};

class CrashTest {
public:
    explicit CrashTest(const Options& options) : options_{options} {}

    void run() {
        cut_power();
        if (options_.fail_every > 0) fail();
        if (options_.damage_every > 0) damage();
    }

    /// \return the exit code.
    int report() const {
        for (const auto& finding : findings_.kept()) std::printf("BROKEN: %s\n", finding.c_str());
        std::printf("crash_disk: seed %lu, %s%s%sbroken promises %zu\n", options_.seed,
                    cuts_.c_str(), failures_.c_str(), damages_.c_str(), findings_.count());
        return findings_.count() == 0 ? 0 : 1;
    }

private:
    [[nodiscard]] bool enough() const { return findings_.count() >= Findings::kept_max; }

    void cut_power() {
        if (options_.cuts == 0) return;
        // A start after a cut is itself cut about 40 times.
        const std::uint64_t starts = std::max<std::uint64_t>(1, options_.nested / 40);
        const std::uint64_t every = options_.nested == 0 ? std::numeric_limits<std::uint64_t>::max()
                                                         : options_.cuts / starts + 1;
        PowerCuts cuts{options_.seed, every};
        const auto& counts = cuts.counts();
        while (counts.cuts < options_.cuts || counts.nested < options_.nested) {
            cuts.live();
            progress_.show("power cuts", counts.cuts, options_.cuts);
            if (cuts.findings().count() >= Findings::kept_max) break;
        }
        findings_.add_all(cuts.findings(), "");
        cuts_ = "power cuts " + std::to_string(counts.cuts) + ", nested " +
                std::to_string(counts.nested) + ", recovered twice " +
                std::to_string(counts.twice) + " (lives " + std::to_string(counts.lives) +
                ", commands " + std::to_string(counts.commands) + " (" + counts.tally.text() +
                "), snapshots " + std::to_string(counts.snapshots) + ", segments filled " +
                std::to_string(counts.segments) + ", pruned " + std::to_string(counts.pruned) +
                ", torn tails " + std::to_string(counts.torn) + "), ";
    }

    void fail() {
        FailureMatrix matrix{options_.seed};
        const auto& counts = matrix.counts();
        for (std::uint64_t at = options_.seed % options_.fail_every;
             at < counts.operations && !enough(); at += options_.fail_every) {
            matrix.run(at, counts.operations);
            progress_.show("failures", at, counts.operations);
        }
        findings_.add_all(matrix.findings(), "");
        failures_ =
            "failures " + std::to_string(counts.runs) + " at " + std::to_string(counts.operations) +
            " operations (latched " + std::to_string(counts.latched) + ", not opened " +
            std::to_string(counts.unopened) + ", went on " + std::to_string(counts.went_on) +
            ", unreported " + std::to_string(counts.unreported) + "), ";
    }

    void damage() {
        Corruption damaged{options_.seed};
        damaged.on_progress([this](std::uint64_t done, std::uint64_t total) {
            progress_.show("damage", done, total);
        });
        const std::uint64_t every = options_.damage_every;
        damaged.flip_bits(options_.seed % every, every);
        const std::uint64_t lengths = std::max<std::uint64_t>(1, every / 8);
        damaged.cut_files(options_.seed % lengths, lengths);
        damaged.zero_sectors();
        const std::uint64_t frames = std::max<std::uint64_t>(1, every / 25);
        damaged.mix_frames(options_.seed % frames, frames);
        damaged.mix_files();
        findings_.add_all(damaged.findings(), "");
        std::uint64_t sum[4] = {};
        for (const auto& [name, outcomes] : damaged.tally()) {
            for (std::size_t i = 0; i < 4; ++i) sum[i] += outcomes[i];
        }
        std::fputs(to_string(damaged.tally()).c_str(), stdout);
        damages_ = "damaged " + std::to_string(sum[0] + sum[1] + sum[2] + sum[3]) + " (refused " +
                   std::to_string(sum[0]) + ", same state " + std::to_string(sum[1]) +
                   ", older snapshot and replay " + std::to_string(sum[2]) + ", silently wrong " +
                   std::to_string(sum[3]) + "), ";
    }

    Options options_;
    ProgressLine progress_;
    Findings findings_;
    std::string cuts_;
    std::string failures_;
    std::string damages_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view{argv[1]} == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(usage, stderr);
        return 2;
    }
    use_small_pages();
    CrashTest test{*options};
    test.run();
    return test.report();
}
