#include <ostream>
#include <stdexcept>

#include "net/cli/command.hpp"
#include "net/cli/fact_text.hpp"
#include "net/cli/open_store.hpp"
#include "net/cli/settings/rules.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot::program {
namespace {

constexpr std::array dump_options = {
    help_option,
    print_config_option,
    config_option,
    data_option,
    Option{"json", "", "", "one JSON object a line", Option::From::flag_only},
    Option{"from", "LSN", "1", "begin with this fact", Option::From::flag_only}};

int run_dump(const Settings& settings, Console& console) {
    const bool json = settings.is_on("json");
    const Lsn from = settings.get("from", lsn_rule);
    const std::string directory = store_directory(settings);
    require_store(directory);
    read_journal(directory, from, [&](const CommittedFact& fact) {
        console.out << (json ? fact_as_json(fact) : fact_as_text(fact)) << '\n';
        if (!console.out) throw std::runtime_error{"cannot write to standard output"};
    });
    return exit_code::ok;
}

}  // namespace

constinit const Command dump_command{
    .syntax =
        {.name = "dump",
         .operands = "[DIR]",
         .summary = "print the facts in a store's journal, in order",
         .details =
             "Facts that are older than the journal are in snapshots alone, and not printed.\n"
             "Changes nothing, and the store may be open elsewhere.",
         .options = dump_options,
         .operands_max = 1,
         .examples = "allot dump stock                       all of it, as text\n"
                     "allot dump --json --from 1000 stock    as JSON lines, from LSN 1000 on\n"},
    .run = run_dump,
    .store = store_directory};

}  // namespace allot::program
