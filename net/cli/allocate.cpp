#include "net/cli/allocate.hpp"

#include <ostream>
#include <random>

#include "engine/message_bus.hpp"
#include "engine/repository.hpp"
#include "net/cli/command.hpp"
#include "net/cli/csv/csv_import.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/io/progress_bar.hpp"
#include "net/text/escape.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/journal/volatile_journal.hpp"

namespace allot::program {
namespace {

struct Inputs {
    Table<BatchRow> batches;
    Table<AllocationRow> allocations;
    Table<OrderLine> orders;
};

Inputs read_inputs(const std::filesystem::path& directory, Console& console) {
    const auto batches = directory / "batches.csv";
    const auto allocations = directory / "allocations.csv";
    const auto orders = directory / "orders.csv";
    Diagnostics diagnostics;
    Inputs inputs;
    inputs.batches = read_batches(batches.string(), read_file(batches), diagnostics);
    if (const auto text = read_file_if_there(allocations)) {
        inputs.allocations = read_allocations(allocations.string(), *text, diagnostics);
    }
    inputs.orders = read_orders(orders.string(), read_file(orders), diagnostics);
    if (!diagnostics.empty()) throw BadInput{std::move(diagnostics)};
    diagnostics.print(console.err);
    return inputs;
}

/// A stock that lives in memory, for as long as it takes.
struct Stock {
    Repository repository{std::random_device{}()};
    VolatileJournal journal;
    SystemClock clock;
    MessageBus bus{repository, journal, clock};

    /// \throws BadInput
    void import_all(const Inputs& inputs) {
        Diagnostics diagnostics;
        UnitOfWork work{repository, journal};
        import_batches(inputs.batches, work, diagnostics);
        import_allocations(inputs.allocations, work, diagnostics);
        work.commit(clock.now());
        check_orders(inputs.orders, repository, diagnostics);
        if (!diagnostics.empty()) throw BadInput{std::move(diagnostics)};
    }
};

void say_short(const Table<OrderLine>& orders, const Located<OrderLine>& at, std::ostream& to) {
    to << escaped(orders.file) << ':' << at.positions[0].line
       << ": short: " << as_word(at.row.order.view()) << ' ' << as_word(at.row.sku.view()) << ' '
       << at.row.quantity.units() << '\n';
}

}  // namespace

void allocate_directory(const std::filesystem::path& directory, bool verbose, Console& console) {
    const Inputs inputs = read_inputs(directory, console);
    Stock stock;
    stock.import_all(inputs);

    std::vector<AllocationRow> rows;
    rows.reserve(inputs.allocations.rows.size());
    for (const auto& at : inputs.allocations.rows) rows.push_back(at.row);
    Tally tally;
    ProgressBar bar{console.err, console.err_is_terminal && !verbose};
    for (const auto& at : inputs.orders.rows) {
        bar.update("allocating", tally.total(), inputs.orders.rows.size());
        const Lsn before = stock.journal.last();
        const auto batch = stock.bus.handle(Allocate{at.row}).result;
        if (!batch) {
            ++tally.short_of_stock;
            if (verbose) say_short(inputs.orders, at, console.out);
        } else if (stock.journal.last() == before) {
            ++tally.already;
        } else {
            ++tally.allocated;
            rows.push_back({at.row, *batch});
        }
    }

    const auto target = directory / "allocations.csv";
    write_file(target, write_allocations(rows));
    console.out << escaped(target.string()) << ": " << tally.allocated << " lines allocated, "
                << tally.short_of_stock << " short of stock, " << tally.already
                << " allocated before" << repeated_text(inputs.orders.repeated) << '\n';
}

namespace {

constexpr std::array allocate_options = {
    help_option, print_config_option, config_option,
    Option{"verbose", "", "", "name each line that no batch can take", Option::From::flag_only}};

int run_allocate(const Settings& settings, Console& console) {
    allocate_directory(settings.operands().front(), settings.is_on("verbose"), console);
    return exit_code::ok;
}

}  // namespace

constinit const Command allocate_command{
    .syntax =
        {.name = "allocate",
         .operands = "DIR",
         .summary = "allocate the orders in a directory of CSV files, without a store",
         .details =
             "Reads DIR/batches.csv (batch,sku,quantity,eta), DIR/orders.csv (order,sku,quantity)\n"
             "and, if there, DIR/allocations.csv (order,sku,quantity,batch), whose lines stay.\n"
             "Columns may come in any order, with others between them, which are ignored, and\n"
             "with commas, semicolons or tabs between them.\n"
             "Allocates each order line by itself, in file order, and replaces\n"
             "DIR/allocations.csv. A line that no batch can take is counted. An order for a\n"
             "SKU that no batch has is a mistake, and nothing is written. docs/csv.md has the\n"
             "rules, docs/limits.md says how large a file may be.\n"
             "Exit codes: 0 done, also if lines are short; 1 a file breaks a rule or cannot be\n"
             "read or written, and nothing has changed; 2 called wrongly.",
         .options = allocate_options,
         .operands_min = 1,
         .operands_max = 1,
         .examples = "allot allocate csv              csv/batches.csv and csv/orders.csv\n"
                     "allot allocate --verbose csv    and name the lines that are short\n"},
    .run = run_allocate};

}  // namespace allot::program
