#include "storage/backup/backup.hpp"

#include "net/cli/command.hpp"
#include "net/cli/copy_command.hpp"

namespace allot::program {
namespace {

constexpr std::array backup_options = {
    help_option, print_config_option, config_option,
    Option{"dry-run", "", "", "print what would be done, and change nothing",
           Option::From::flag_only},
    Option{"replace", "", "", "continue if DST holds another store, or reaches further than SRC",
           Option::From::flag_only}};

int run_backup(const Settings& settings, Console& console) {
    return run_copy(settings, console, "backup", backup_store);
}

}  // namespace

constinit const Command backup_command{
    .syntax =
        {.name = "backup",
         .operands = "SRC DST",
         .summary = "copy a store, which may be in use, to a directory",
         .details =
             "The store in SRC may be open, and be written to meanwhile: the copy holds all that\n"
             "was durable when the command began, and is a state that the store had. DST is\n"
             "empty, or holds an earlier backup of the same store: then only new files are "
             "copied,\n"
             "and files that SRC has renamed or deleted are renamed or deleted. Copied files are\n"
             "synced and read back before they replace others; an interruption leaves the\n"
             "earlier backup, or one that the same command completes. The file BACKUP lists the\n"
             "files of DST. 'allot check DST' reads all of it, 'allot restore' brings it back.",
         .options = backup_options,
         .operands_min = 2,
         .operands_max = 2,
         .examples = "allot backup stock /mnt/backup             copy what is new since the last "
                     "time\n"
                     "allot backup --dry-run stock /mnt/backup   print what would be copied\n"},
    .run = run_backup,
    .store = [](const Settings& settings) { return settings.operands().front(); },
    .when_in_use = "end that process first, or name another DST"};

}  // namespace allot::program
