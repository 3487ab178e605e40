#include <ostream>

#include "net/program/command.hpp"
#include "net/program/escape.hpp"
#include "net/program/rules.hpp"
#include "storage/corrupt_store.hpp"
#include "storage/inspect.hpp"

namespace allot::program {
namespace {

constexpr std::array check_options = {help_option, print_config_option, config_option, data_option};

/// What `allot check` promises to scripts.
namespace verdict {
constexpr int good = 0;
constexpr int bad = 1;
constexpr int none = 2;
}  // namespace verdict

int say_bad(const std::string& directory, Console& console) {
    console.out << escaped(directory) << ": BAD\n";
    return verdict::bad;
}

int run_check(const Settings& settings, Console& console) {
    const std::string directory = settings.get("data", directory_rule);
    try {
        const CheckReport report = check_store(directory);
        for (const std::string& finding : report.findings) {
            console.out << escaped(finding) << '\n';
        }
        if (!report.ok) return say_bad(directory, console);
        console.out << escaped(directory) << ": good; last LSN " << report.last << ", "
                    << report.replayed << " facts replayed, " << report.snapshots << " snapshots, "
                    << report.products << " products, " << report.batches << " batches, "
                    << report.lines << " allocated lines, state hash " << std::hex
                    << report.state_hash << std::dec << '\n';
        return verdict::good;
    } catch (const CorruptStore& error) {
        console.out << escaped(error.what()) << '\n';
        return say_bad(directory, console);
    } catch (const std::exception& error) {
        console.err << "allot check: no verdict: " << error.what() << '\n';
        return verdict::none;
    }
}

}  // namespace

constinit const Command check_command{
    .syntax = {.name = "check",
               .operands = "",
               .summary = "read a whole store, change nothing, and say whether it is good",
               .details = "Exit codes: 0 good, 1 bad, 2 no verdict.",
               .options = check_options},
    .run = run_check};

}  // namespace allot::program
