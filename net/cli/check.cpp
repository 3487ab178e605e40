#include <ostream>

#include "net/cli/command.hpp"
#include "net/cli/failure.hpp"
#include "net/cli/io/progress_bar.hpp"
#include "net/cli/open_store.hpp"
#include "net/text/escape.hpp"
#include "storage/errors.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot::program {
namespace {

constexpr std::array check_options = {
    help_option, print_config_option, config_option, data_option,
    Option{"live", "", "",
           "check a store that a process may have open, up to what is written when the check "
           "begins; takes as much memory as the store",
           Option::From::flag_only}};

/// The exit codes of `allot check`, stable for scripts.
namespace verdict {
constexpr int good = 0;
constexpr int bad = 1;
constexpr int none = 2;
}  // namespace verdict

int say_bad(const std::string& directory, Console& console) {
    console.out << escaped(directory) << ": BAD\n";
    console.err << "allot check: 'allot repair " << escaped(directory)
                << "' says how much can be kept, 'allot restore --replace BACKUP DIR' brings a "
                   "backup back\n";
    return verdict::bad;
}

CheckReport check(const std::string& directory, bool live, Console& console) {
    ProgressBar bar{console.err, console.err_is_terminal};
    const auto progress = [&bar](const Progress& now) {
        bar.update(now.what, now.done, now.total);
    };
    return live ? check_live_store(directory, progress) : check_store(directory, progress);
}

int run_check(const Settings& settings, Console& console) {
    const std::string directory = store_directory(settings);
    const bool live = settings.is_on("live");
    try {
        const CheckReport report = check(directory, live, console);
        for (const std::string& finding : report.findings) {
            console.out << escaped(finding) << '\n';
        }
        if (!report.ok) return say_bad(directory, console);
        console.out << escaped(directory) << ": good; last LSN " << report.last << ", "
                    << report.replayed << " facts replayed, " << report.snapshots << " snapshots, "
                    << report.products << " products, " << report.batches << " batches, "
                    << report.lines << " allocated lines, " << report.shortages
                    << " short, state hash " << std::hex << report.state_hash << std::dec << '\n';
        return verdict::good;
    } catch (const CorruptStore& error) {
        console.out << escaped(error.what()) << '\n';
        return say_bad(directory, console);
    } catch (const std::exception& error) {
        console.err << "allot check: no verdict: " << explained(error, check_command, settings)
                    << '\n';
        return verdict::none;
    }
}

}  // namespace

constinit const Command check_command{
    .syntax =
        {.name = "check",
         .operands = "[DIR]",
         .summary = "read a whole store, change nothing, and print whether it is good",
         .details =
             "Verifies every checksum of the journal and the snapshots, replays what a start "
             "would\n"
             "replay, verifies the rules of stock in the state that this gives, and that each\n"
             "snapshot and the journal after it give the same; in a backup also that it reaches "
             "as\n"
             "far as its list of files says. A store that a process has open gets no verdict,\n"
             "unless --live is set.\n"
             "Exit codes: 0 good, 1 bad, 2 no verdict (called wrongly, not readable, in use).",
         .options = check_options,
         .operands_max = 1,
         .examples = "allot check stock          check a store that no process has open\n"
                     "allot check --live stock   check a store that 'allot serve' has open\n"},
    .run = run_check,
    .store = store_directory,
    .when_in_use = "end that process first, or look at it as it is: 'allot check --live'"};

}  // namespace allot::program
