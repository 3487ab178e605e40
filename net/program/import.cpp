#include "net/program/import.hpp"

#include <ostream>
#include <random>

#include "net/program/command.hpp"
#include "net/program/escape.hpp"
#include "net/program/files.hpp"
#include "net/program/open_store.hpp"
#include "net/program/progress_bar.hpp"
#include "net/program/rules.hpp"
#include "storage/inspect.hpp"
#include "storage/memory_repository.hpp"
#include "storage/system_clock.hpp"
#include "storage/volatile_journal.hpp"

namespace allot::program {

ImportFiles ImportFiles::in(const std::filesystem::path& directory) {
    const auto if_there = [&](const char* name) -> std::optional<std::filesystem::path> {
        if (!std::filesystem::exists(directory / name)) return std::nullopt;
        return directory / name;
    };
    return {directory / "batches.csv", if_there("allocations.csv"), if_there("orders.csv")};
}

ImportRows ImportRows::read(const ImportFiles& files) {
    Complaints complaints;
    ImportRows rows;
    if (files.batches) {
        rows.batches = read_batches(files.batches->string(), read_file(*files.batches),
                                    EmptyBatch::accepted, complaints);
    }
    if (files.allocations) {
        rows.allocations = read_allocations(files.allocations->string(),
                                            read_file(*files.allocations), complaints);
    }
    if (files.orders) {
        rows.orders = read_orders(files.orders->string(), read_file(*files.orders), complaints);
    }
    if (!complaints.empty()) throw BadInput{std::move(complaints)};
    return rows;
}

namespace {

/// \throws BadInput, after which nothing is left in `work`.
Tally book(const ImportRows& rows, UnitOfWork& work, Console& console) {
    ProgressBar bar{console.err, console.err_is_terminal};
    const auto shown = [&bar](std::string_view what) {
        return [&bar, what](std::size_t done, std::size_t total) { bar.update(what, done, total); };
    };
    Complaints complaints;
    book_batches(rows.batches, work, complaints, shown("importing batches"));
    book_allocations(rows.allocations, work, complaints, shown("importing allocations"));
    const Tally tally = book_orders(rows.orders, work, complaints, shown("allocating orders"));
    if (complaints.empty()) return tally;
    work.rollback();
    throw BadInput{std::move(complaints)};
}

/// For a store that is still to be made: \throws BadInput where import_rows() would.
void rehearse(const ImportRows& rows, Console& console) {
    MemoryRepository repository{std::random_device{}()};
    VolatileJournal journal;
    UnitOfWork work{repository, journal};
    book(rows, work, console);
}

}  // namespace

Tally import_rows(const ImportRows& rows, Store& store, Console& console) {
    return *store.transact(
        [&](UnitOfWork& work) -> Result<Tally> { return book(rows, work, console); });
}

namespace {

constexpr std::array import_options = {
    help_option,
    print_config_option,
    config_option,
    data_option,
    segment_bytes_option,
    Option{"batches", "FILE", "", "read batches from FILE", Option::From::flag_only},
    Option{"allocations", "FILE", "", "read allocations from FILE", Option::From::flag_only},
    Option{"orders", "FILE", "", "read order lines from FILE", Option::From::flag_only}};

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

int run_import(const Settings& settings, Console& console) {
    const std::string directory = settings.get("data", directory_rule);
    const auto segment_bytes = settings.get("segment-bytes", segment_bytes_rule);
    const ImportRows rows = ImportRows::read(files_named(settings));
    SystemClock clock;
    Logger log{console.err, clock, Logger::Terminal{console.err_is_terminal}};
    if (!holds_store(directory)) rehearse(rows, console);
    Store store = open_store(directory, {.segment_bytes = segment_bytes}, console, log);
    const Lsn before = store.status().last;
    const Tally tally = import_rows(rows, store, console);
    console.err << escaped(directory) << ": " << rows.batches.rows.size() << " batches, "
                << rows.allocations.rows.size() << " allocations and " << tally.total()
                << " order lines read; of the order lines " << tally.allocated << " allocated, "
                << tally.short_of_stock << " short of stock, " << tally.already
                << " allocated before; " << store.status().last - before << " facts recorded\n";
    return exit_code::ok;
}

}  // namespace

constinit const Command import_command{
    .syntax =
        {.name = "import",
         .operands = "[PATH]",
         .summary = "bring CSV files into a store",
         .details =
             "Reads PATH/batches.csv (ref,sku,qty,eta) and, if there, PATH/allocations.csv\n"
             "(orderid,sku,qty,batchref), whose lines go where they say, and PATH/orders.csv\n"
             "(orderid,sku,qty), whose lines are allocated one by one. All or nothing: every\n"
             "mistake in every file is named before anything changes. What the store has\n"
             "already stays as it is, so that an import may be repeated. At most 1,000,000\n"
             "rows and 256 MiB a file.",
         .options = import_options,
         .operands_max = 1},
    .run = run_import};

}  // namespace allot::program
