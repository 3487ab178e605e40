#include "net/cli/import.hpp"

#include <ostream>
#include <random>
#include <sstream>

#include "engine/repository.hpp"
#include "net/cli/command.hpp"
#include "net/cli/import_remote.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/io/progress_bar.hpp"
#include "net/cli/open_store.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/text/escape.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/journal/volatile_journal.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot::program {

ImportFiles ImportFiles::in(const std::filesystem::path& directory) {
    const auto if_there = [&](const char* name) -> std::optional<std::filesystem::path> {
        if (!std::filesystem::exists(directory / name)) return std::nullopt;
        return directory / name;
    };
    return {directory / "batches.csv", if_there("allocations.csv"), if_there("orders.csv")};
}

ImportRows ImportRows::read(const ImportFiles& files, Diagnostics& diagnostics) {
    ImportRows rows;
    if (files.batches) {
        rows.batches =
            read_batches(files.batches->string(), read_file(*files.batches), diagnostics);
    }
    if (files.allocations) {
        rows.allocations = read_allocations(files.allocations->string(),
                                            read_file(*files.allocations), diagnostics);
    }
    if (files.orders) {
        rows.orders = read_orders(files.orders->string(), read_file(*files.orders), diagnostics);
    }
    if (!diagnostics.empty()) throw BadInput{std::move(diagnostics)};
    return rows;
}

namespace {

/// \throws BadInput, after which nothing is left in `work`.
Imported import_all(const ImportRows& rows, OrdersAre orders, UnitOfWork& work, Console& console) {
    ProgressBar bar{console.err, console.err_is_terminal};
    const auto shown = [&bar](std::string_view what) {
        return [&bar, what](std::size_t done, std::size_t total) { bar.update(what, done, total); };
    };
    Diagnostics diagnostics;
    Imported imported;
    imported.batches_already =
        import_batches(rows.batches, work, diagnostics, shown("importing batches"));
    imported.allocations_already =
        import_allocations(rows.allocations, work, diagnostics, shown("importing allocations"));
    imported.orders =
        import_orders(rows.orders, orders, work, diagnostics, shown("allocating orders"));
    if (diagnostics.empty()) return imported;
    work.rollback();
    throw BadInput{std::move(diagnostics)};
}

/// Checks the rows for a store that is still to be made: \throws BadInput if import_rows() would.
void rehearse(const ImportRows& rows, OrdersAre orders, Console& console) {
    Repository repository{std::random_device{}()};
    VolatileJournal journal;
    UnitOfWork work{repository, journal};
    import_all(rows, orders, work, console);
}

}  // namespace

Imported import_rows(const ImportRows& rows, OrdersAre orders, Store& store, Console& console) {
    return *store.transact([&](UnitOfWork& work) -> Result<Imported> {
        return import_all(rows, orders, work, console);
    });
}

namespace {

constexpr std::array import_to_store = {
    help_option,
    print_config_option,
    config_option,
    data_option,
    segment_size_option,
    Option{"batches", "FILE", "", "read batches from FILE", Option::From::flag_only},
    Option{"allocations", "FILE", "", "read allocations from FILE", Option::From::flag_only},
    Option{"orders", "FILE", "", "read order lines from FILE", Option::From::flag_only},
    Option{"whole-orders", "", "",
           "allocate the rows of one order all or not at all, instead of each by itself",
           Option::From::flag_only}};

constexpr std::array to_option = {
    Option{"to", "HOST:PORT", "", "import into the store of a running server, instead of --data",
           Option::From::flag_only}};

constexpr auto import_options =
    joined(import_to_store, in_group("A running server", joined(to_option, remote_options)));

ImportFiles files_named(const Settings& settings) {
    ImportFiles files;
    if (!settings.operands().empty()) files = ImportFiles::in(settings.operands().front());
    const auto name = [&](const char* option, std::optional<std::filesystem::path>& file) {
        if (!settings.text(option).empty()) file = settings.text(option);
    };
    name("batches", files.batches);
    name("allocations", files.allocations);
    name("orders", files.orders);
    if (!files.batches && !files.allocations && !files.orders) {
        throw UsageError{"needs PATH, or a file by --batches, --allocations or --orders"};
    }
    return files;
}

/// `3 batches, 0 allocations and 3 order lines read, already there: 1; of the order lines …`
std::string summary(const ImportRows& rows, const Imported& imported) {
    const Tally& orders = imported.orders;
    std::ostringstream text;
    text << rows.batches.rows.size() << " batches, " << rows.allocations.rows.size()
         << " allocations and " << orders.total() << " order lines read"
         << repeated_text(rows.orders.repeated) << ", already there: " << imported.already()
         << "; of the order lines " << orders.allocated << " allocated, " << orders.short_of_stock
         << " short of stock, ";
    if (orders.left_out > 0) text << orders.left_out << " left out with them, ";
    text << orders.already << " allocated before";
    return text.str();
}

int import_into_store(const ImportRows& rows, OrdersAre orders, const Settings& settings,
                      Console& console) {
    const std::string directory = data_directory(settings);
    const auto segment_bytes = settings.get("segment-size", segment_bytes_rule);
    SystemClock clock;
    Logger log{console.err, clock, Logger::Terminal{console.err_is_terminal}};
    if (!holds_store(directory)) rehearse(rows, orders, console);
    Store store = open_store(directory, {.segment_bytes = segment_bytes}, console, log);
    const Lsn before = store.status().last;
    const Imported imported = import_rows(rows, orders, store, console);
    console.out << escaped(directory) << ": " << summary(rows, imported) << "; "
                << store.status().last - before << " facts recorded\n";
    return exit_code::ok;
}

int run_import(const Settings& settings, Console& console) {
    const auto server = remote_of(settings, {"to"}, console);
    const OrdersAre orders = settings.is_on("whole-orders") ? OrdersAre::whole : OrdersAre::lines;
    Diagnostics diagnostics;
    ImportRows rows = ImportRows::read(files_named(settings), diagnostics);
    diagnostics.print(console.err);
    if (orders == OrdersAre::whole) gather_orders(rows.orders);
    if (!server) return import_into_store(rows, orders, settings, console);
    Remote remote{*server, console};
    const Imported imported = import_to(remote, rows, orders, console);
    console.out << remote.name() << ": " << summary(rows, imported) << '\n';
    return exit_code::ok;
}

}  // namespace

constinit const Command import_command{
    .syntax =
        {.name = "import",
         .operands = "[PATH]",
         .summary = "import CSV files into a store",
         .details =
             "Reads PATH/batches.csv (batch,sku,quantity,eta) and, if there, PATH/allocations.csv\n"
             "(order,sku,quantity,batch), whose lines go to the batches named, and "
             "PATH/orders.csv\n"
             "(order,sku,quantity), whose lines are allocated one by one, or each order whole or\n"
             "not at all (--whole-orders). Columns may come in any order, with others between "
             "them,\n"
             "which are ignored, and with commas, semicolons or tabs between them; orderid, qty,\n"
             "ref and batchref are accepted names, too: docs/csv.md.\n"
             "All or nothing: every mistake in every file is named before anything changes. Rows\n"
             "already in the store change nothing, so an import may be repeated.\n"
             "docs/limits.md says how large a file may be.\n"
             "With --to the rows are sent to a running server. Rows that contradict its batches "
             "and\n"
             "SKUs are named before anything changes; after that others may change its stock, "
             "too,\n"
             "and an import that ends early prints what it has done.\n"
             "Exit codes: 0 done, also if lines are short; 1 a row breaks a rule or "
             "contradicts\n"
             "the stock, or a file, the store or the server cannot be read or written; nothing "
             "has\n"
             "changed unless it prints what was done; 2 called wrongly.",
         .options = import_options,
         .operands_max = 1,
         .examples = "allot import --data stock csv                    all files of the directory\n"
                     "allot import --data stock --orders today.csv     order lines alone\n"
                     "allot import --to 127.0.0.1:25568 csv            into a running server\n"},
    .run = run_import,
    .store = data_directory,
    .when_in_use =
        "if that is 'allot serve', import through it: --to HOST:PORT; else end it first"};

}  // namespace allot::program
