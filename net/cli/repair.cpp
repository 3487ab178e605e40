#include "storage/repair/repair.hpp"

#include <ostream>
#include <stdexcept>

#include "net/cli/command.hpp"
#include "net/cli/failure.hpp"
#include "net/cli/io/progress_bar.hpp"
#include "net/cli/open_store.hpp"
#include "net/text/escape.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot::program {
namespace {

constexpr std::array repair_options = {
    help_option, print_config_option, config_option, data_option,
    Option{"apply", "", "", "apply the plan; without this option, only print it",
           Option::From::flag_only}};

/// The exit codes of `allot repair`, stable for scripts.
namespace outcome {
constexpr int good = 0;
constexpr int repairable = 1;
constexpr int none = 2;
constexpr int hopeless = 3;
}  // namespace outcome

void print(const RepairStep& step, std::ostream& to) {
    using Kind = RepairStep::Kind;
    const std::string file = escaped(step.file);
    switch (step.kind) {
        case Kind::create:
            to << "make " << file;
            break;
        case Kind::patch:
            to << "flip a bit of " << file << ", in the " << step.bytes << " bytes at offset "
               << step.offset << " (kept as lost-)";
            break;
        case Kind::set_aside:
            to << "rename " << file << " to lost-" << file;
            break;
        case Kind::cut:
            to << "cut " << file << " at offset " << step.offset << "; the " << step.bytes
               << " bytes from there on are kept (as lost-)";
            break;
        case Kind::set_length:
            to << "make " << file << " " << step.bytes << " bytes long";
            break;
        case Kind::rename:
            to << "rename " << file << " to " << escaped(step.to);
            break;
    }
    to << ": " << escaped(step.why) << '\n';
}

void print(const RepairPlan& plan, bool applied, std::ostream& to) {
    to << escaped(plan.damage) << '\n';
    for (const RepairStep& step : plan.steps) print(step, to);
    to << (applied ? "kept: " : "would be kept: ") << "all to LSN " << plan.kept;
    if (plan.begins > 1) {
        to << "; the journal begins with LSN " << plan.begins << ", and a snapshot holds the "
           << "state before";
    }
    to << (applied ? "\nlost: " : "\nwould be lost: ");
    if (plan.loses_nothing()) {
        to << "nothing\n";
        return;
    }
    if (plan.known <= plan.kept) {
        to << "LSN " << plan.kept + 1
           << " and later, if they were there: the end of the journal is missing, "
           << "and no remaining file shows how many facts it held\n";
        return;
    }
    to << "LSN " << plan.kept + 1 << " to " << (plan.end_is_gone ? "at least " : "") << plan.known
       << "; of these, " << plan.lost_units << " units of work (" << plan.lost_facts
       << " facts) are whole in what is kept as lost-\n";
}

/// An error: a repair was begun and not completed.
class NotRepaired : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// \return the plan, after carrying it out if `apply` is set.
RepairPlan repair(const std::filesystem::path& directory, bool apply, Console& console) {
    FileSystem& files = posix_file_system();
    require_store(directory);
    const auto lock = apply ? store_files::lock_directory(files, directory)
                            : store_files::lock_if_there(files, directory);
    ProgressBar bar{console.err, console.err_is_terminal};
    const auto progress = [&bar](const Progress& now) {
        bar.update(now.what, now.done, now.total);
    };
    RepairPlan plan = plan_repair(files, directory, progress);
    if (!apply || plan.verdict != RepairPlan::Verdict::repairable) return plan;
    std::string failure;
    try {
        apply_repair(files, directory, plan);
        const CheckReport report = check_files(files, directory, progress);
        if (report.ok && report.last == plan.kept) return plan;
        failure = report.findings.empty() ? "it ends elsewhere" : report.findings.front();
    } catch (const std::exception& error) {
        failure = error.what();
    }
    throw NotRepaired{"interrupted, and may be begun anew: " + failure};
}

int run_repair(const Settings& settings, Console& console) {
    const std::string directory = store_directory(settings);
    const bool apply = settings.is_on("apply");
    RepairPlan plan;
    try {
        plan = repair(directory, apply, console);
    } catch (const NotRepaired&) {
        throw;
    } catch (const std::exception& error) {
        console.err << "allot repair: nothing was changed: "
                    << explained(error, repair_command, settings) << '\n';
        return outcome::none;
    }
    switch (plan.verdict) {
        case RepairPlan::Verdict::good:
            console.out << escaped(directory) << ": good; nothing to repair\n";
            return outcome::good;
        case RepairPlan::Verdict::hopeless:
            console.out << escaped(plan.damage) << '\n'
                        << escaped(directory)
                        << ": cannot be repaired: no state can be proved to have been the store's; "
                           "restore a backup\n";
            return outcome::hopeless;
        case RepairPlan::Verdict::repairable:
            break;
    }
    print(plan, apply, console.out);
    console.out << escaped(directory)
                << (apply ? ": repaired, and good\n" : ": BAD; allot repair --apply does this\n");
    return apply ? outcome::good : outcome::repairable;
}

}  // namespace

constinit const Command repair_command{
    .syntax =
        {.name = "repair",
         .operands = "[DIR]",
         .summary = "plan the repair of a damaged store, or apply it",
         .details =
             "Without --apply, prints what would be done and which LSNs would be lost, and\n"
             "changes nothing. Chooses the plan that keeps the most: a whole stretch of the\n"
             "journal, after a good snapshot or from its beginning; a flipped bit is corrected\n"
             "if a checksum proves which. It keeps what it removes in\n"
             "the directory as lost-NAME. If no state can be proved to have been the store's\n"
             "it does nothing. Copy the directory first, and see whether a backup has more.\n"
             "Exit codes: 0 good, or repaired; 1 bad, and --apply would repair it, or the repair\n"
             "failed; 2 called wrongly, or the store can't be read or is open; 3 bad, and cannot\n"
             "be repaired.",
         .options = repair_options,
         .operands_max = 1,
         .examples = "allot repair stock           what would be kept, and what lost?\n"
                     "allot repair --apply stock   do it\n"},
    .run = run_repair,
    .store = store_directory,
    .when_damaged = "restore a backup"};

}  // namespace allot::program
