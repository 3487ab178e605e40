#include "net/cli/command.hpp"
#include "net/cli/copy_command.hpp"
#include "storage/backup/backup.hpp"

namespace allot::program {
namespace {

constexpr std::array restore_options = {
    help_option, print_config_option, config_option,
    Option{"dry-run", "", "", "verify the backup, print what would be done, and change nothing",
           Option::From::flag_only},
    Option{"replace", "", "", "continue if DIR holds a store, whose files are kept beside",
           Option::From::flag_only}};

int run_restore(const Settings& settings, Console& console) {
    return run_copy(settings, console, "restore", restore_store);
}

}  // namespace

constinit const Command restore_command{
    .syntax =
        {.name = "restore",
         .operands = "BACKUP DIR",
         .summary = "verify a backup, then bring it to a store's directory",
         .details =
             "Reads and replays the whole backup first, as 'allot check' does; unless that finds\n"
             "it good, and every file as the list in it says, nothing changes. DIR is not in\n"
             "use, and holds no store unless --replace is set: the files of that one are then\n"
             "kept in DIR, as replaced-1-NAME. An interruption leaves the store that was there,\n"
             "or what the same command finishes, and no process can open meanwhile. BACKUP is\n"
             "not changed; it may also be any store.",
         .options = restore_options,
         .operands_min = 2,
         .operands_max = 2,
         .examples = "allot restore /mnt/backup stock   stock holds no store yet\n"},
    .run = run_restore,
    .store = [](const Settings& settings) { return settings.operands().front(); },
    .when_in_use = "end that process first, or name another DIR",
    .when_damaged =
        "nothing was changed; restore another backup, or see what 'allot repair' can "
        "keep of a copy of this one"};

}  // namespace allot::program
