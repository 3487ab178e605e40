#include "net/cli/export.hpp"

#include <filesystem>
#include <ostream>

#include "net/cli/command.hpp"
#include "net/cli/csv/tables.hpp"
#include "net/cli/export_remote.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/open_store.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/text/escape.hpp"
#include "storage/io/system_clock.hpp"

namespace allot::program {
namespace {

void collect_lines(const Product& product, Index batch, std::vector<Dated<AllocationRow>>& rows) {
    const Ledger& ledger = product.ledger();
    for (Index at = ledger.first_line(batch); at != no_index; at = ledger.line(at).later) {
        const AllocatedLine& line = ledger.line(at);
        const OrderLine order{OrderId::unchecked(ledger.order_id(line)), product.sku().owned(),
                              Quantity::of(line.quantity).value()};
        rows.push_back({line.allocated_at, {order, product.batch(batch).ref().owned()}});
    }
}

}  // namespace

ExportedFiles export_stock(Repository& repository) {
    StockRows rows;
    for (Index i = 0; i < repository.size(); ++i) {
        const Product& product = repository.at(i);
        for (const Index at : product.batches()) {
            const Batch& batch = product.batch(at);
            rows.batches.push_back({batch.rank().added,
                                    {batch.ref().owned(), product.sku().owned(),
                                     Purchased::of(batch.purchased()).value(), batch.eta()}});
            collect_lines(product, at, rows.allocations);
        }
    }
    return std::move(rows).files();
}

namespace {

constexpr std::array export_from_store = {help_option, print_config_option, config_option,
                                          data_option, segment_size_option};

constexpr std::array from_options = {
    Option{"from", "HOST:PORT", "", "export the store of a running server, instead of --data",
           Option::From::flag_only},
    Option{"to", "HOST:PORT", "", "the same as --from, as import has it", Option::From::flag_only}};

constexpr auto export_options =
    joined(export_from_store, in_group("A running server", joined(from_options, remote_options)));

/// \param counts what is written, for the summary.
void write_files(const std::filesystem::path& target, const ExportedFiles& files,
                 const std::string& counts, Console& console) {
    std::filesystem::create_directory(target);
    write_file(target / "batches.csv", files.batches);
    write_file(target / "allocations.csv", files.allocations);
    console.out << escaped(target.string()) << ": " << counts << " written\n";
}

std::string counts_of(std::size_t batches, std::size_t allocations) {
    return std::to_string(batches) + " batches and " + std::to_string(allocations) + " allocations";
}

int export_store(const std::filesystem::path& target, const Settings& settings, Console& console) {
    const std::string directory = data_directory(settings);
    const auto segment_bytes = settings.get("segment-size", segment_bytes_rule);
    SystemClock clock;
    Logger log{console.err, clock, Logger::Terminal{console.err_is_terminal}};
    Store store = open_existing_store(directory, {.segment_bytes = segment_bytes}, console, log);
    const ExportedFiles files = [&] {
        const std::scoped_lock lock{store.mutex()};
        return export_stock(store.bus().repository());
    }();
    const StoreStatus status = store.status();
    write_files(target, files, counts_of(status.batches, status.lines), console);
    return exit_code::ok;
}

int run_export(const Settings& settings, Console& console) {
    const std::filesystem::path target = settings.operands().front();
    const auto server = remote_of(settings, {"from", "to"}, console);
    if (!server) return export_store(target, settings, console);
    Remote remote{*server, console};
    RemoteStock stock = read_stock(remote, console);
    const std::string counts = counts_of(stock.rows.batches.size(), stock.rows.allocations.size()) +
                               " as of LSN " + std::to_string(stock.as_of);
    write_files(target, std::move(stock.rows).files(), counts, console);
    return exit_code::ok;
}

}  // namespace

constinit const Command export_command{
    .syntax =
        {.name = "export",
         .operands = "PATH",
         .summary = "write a store's batches and allocations as CSV files",
         .details =
             "Writes PATH/batches.csv and PATH/allocations.csv, each replaced whole. Importing\n"
             "them into an empty store gives the same stock, without its shortages, which are\n"
             "not exported. docs/limits.md says how large a file an import takes. The store must\n"
             "not be open elsewhere, unless --from names the server that has it open, which\n"
             "continues to serve; the files then hold the stock after the LSN that the command\n"
             "prints.\n"
             "Cells are written unchanged: a spreadsheet takes one that begins with =, +, - or @\n"
             "for a formula, so import them there as text.\n"
             "Exit codes: 0 done; 1 the store or server cannot be read, or a file not written; 2 "
             "called\n"
             "wrongly.",
         .options = export_options,
         .operands_min = 1,
         .operands_max = 1,
         .examples = "allot export --data stock csv               makes csv/batches.csv and "
                     "csv/allocations.csv\n"
                     "allot export --from 127.0.0.1:25568 csv     of a running server\n"},
    .run = run_export,
    .store = data_directory,
    .when_in_use =
        "if that is 'allot serve', export through it: --from HOST:PORT; else end it first"};

}  // namespace allot::program
