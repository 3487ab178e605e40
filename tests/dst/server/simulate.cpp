// Runs simulations, one for each seed: see simulation.hpp.

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "net/core/counters.hpp"
#include "tests/dst/server/simulation.hpp"

namespace {

constexpr const char* usage =
    "usage: simulate [--seed N] [--seeds COUNT]\n"
    "Runs COUNT simulations (default 1000) with the seeds N, N+1, ... (default: any), and prints "
    "what\n"
    "happened in them. Every hundredth is run twice and has to be the same. Exit code 1 when a\n"
    "promise was broken, with the seed that shows it, or when 1500 simulations or more did not "
    "meet\n"
    "every command and every refusal.\n";

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

// Codes of refusals that no client of a simulation can meet: they are about values that break a
// rule, passwords, versions of the protocol, a store that opens, and HTTP. Of ERR, see ReplyModel.
constexpr std::string_view never_met[] = {"ERR",     "SYNTAX",     "BADNAME", "BADQTY",
                                          "BADDATE", "NOPROTO",    "LOADING", "WRONGPASS",
                                          "NOAUTH",  "BATCHLIMIT", "CONFLICT"};

/// What never came, although so many simulations should have met it.
void require_all_met(allot::testing::SimulationReport& all) {
    std::vector<std::string_view> expected{"ERR MULTI calls can not be nested",
                                           "ERR WATCH inside MULTI is not allowed",
                                           "ERR EXEC without MULTI", "ERR DISCARD without MULTI"};
    for (const auto& weight : allot::testing::weights()) expected.push_back(weight.verb);
    for (const std::string_view code : allot::error_words) {
        if (std::ranges::find(never_met, code) == std::end(never_met)) expected.push_back(code);
    }
    for (const std::string_view what : expected) {
        if (!all.tally.contains(what)) {
            all.findings.push_back("not once in all simulations: " + std::string{what});
        }
    }
}

void add(allot::testing::SimulationReport& all, const allot::testing::SimulationReport& one) {
    all.lives += one.lives;
    all.power_cuts += one.power_cuts;
    all.kills += one.kills;
    all.failures += one.failures;
    all.commands += one.commands;
    all.snapshots += one.snapshots;
    all.tally.add(one.tally);
    all.findings.insert(all.findings.end(), one.findings.begin(), one.findings.end());
}

}  // namespace

int main(int argc, char** argv) {
    using allot::testing::Simulation;
    std::uint64_t seed = std::random_device{}();
    std::uint64_t seeds = 1000;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view option{argv[i]};
        const auto value = i + 1 < argc ? number(argv[i + 1]) : std::nullopt;
        if (!value || (option != "--seed" && option != "--seeds")) {
            std::fputs(usage, option == "--help" ? stdout : stderr);
            return option == "--help" ? 0 : 2;
        }
        (option == "--seed" ? seed : seeds) = *value;
    }
    // A simulation is small: a huge page for each of its tables would take most of its time to
    // clear.
    ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    const bool terminal = ::isatty(STDERR_FILENO) == 1;

    allot::testing::SimulationReport all;
    std::uint64_t simulations = 0;
    for (; simulations < seeds && all.findings.empty(); ++simulations) {
        const auto one = Simulation{seed + simulations}.run();
        add(all, one);
        if (simulations % 100 == 0 && Simulation{seed + simulations}.run().trace != one.trace) {
            all.findings.push_back("seed " + std::to_string(seed + simulations) +
                                   ": another history the second time");
        }
        if (terminal && simulations % 100 == 0)
            std::fprintf(stderr, "\r%lu simulations", simulations);
    }
    if (terminal) std::fputs("\r", stderr);
    constexpr std::uint64_t long_run = 1'500;
    if (simulations >= long_run) require_all_met(all);
    std::printf("commands and refusals: %s\n", all.tally.text().c_str());
    std::printf(
        "simulate: seed %lu, simulations %lu, lives %lu, power cuts %lu, kills %lu, disk failures "
        "%lu, "
        "commands %lu, snapshots %lu, broken promises %zu\n",
        seed, simulations, all.lives, all.power_cuts, all.kills, all.failures, all.commands,
        all.snapshots, all.findings.size());
    for (const auto& finding : all.findings) std::printf("%s\n", finding.c_str());
    return all.findings.empty() ? 0 : 1;
}
