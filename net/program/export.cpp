#include "net/program/export.hpp"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "net/program/command.hpp"
#include "net/program/escape.hpp"
#include "net/program/files.hpp"
#include "net/program/open_store.hpp"
#include "net/program/rules.hpp"
#include "net/program/tables.hpp"
#include "storage/system_clock.hpp"

namespace allot::program {
namespace {

/// A row, and the LSN that gives it its place among the others.
template <class Row>
struct Dated {
    Lsn lsn;
    Row row;
};

template <class Row>
std::vector<Row> in_order(std::vector<Dated<Row>> dated) {
    std::ranges::sort(dated, {}, &Dated<Row>::lsn);
    std::vector<Row> rows;
    rows.reserve(dated.size());
    for (const Dated<Row>& each : dated) rows.push_back(each.row);
    return rows;
}

void collect_lines(const Product& product, Index batch, std::vector<Dated<AllocationRow>>& rows) {
    const Ledger& ledger = product.ledger();
    for (Index at = ledger.first_line(batch); at != no_index; at = ledger.line(at).later) {
        const AllocatedLine& line = ledger.line(at);
        const OrderLine order{OrderId::known(ledger.order_id(line)), product.sku(),
                              Quantity::of(line.quantity).value()};
        rows.push_back({line.allocated_at, {order, product.batch(batch).ref()}});
    }
}

}  // namespace

ExportedFiles export_stock(Repository& repository) {
    std::vector<Dated<BatchRow>> batches;
    std::vector<Dated<AllocationRow>> allocations;
    for (Index i = 0; i < repository.size(); ++i) {
        const Product& product = repository.at(i);
        for (const Index at : product.batches()) {
            const Batch& batch = product.batch(at);
            batches.push_back({batch.rank().added,
                               {batch.ref(), product.sku(),
                                Purchased::of(batch.purchased()).value(), batch.eta()}});
            collect_lines(product, at, allocations);
        }
    }
    return {write_batches(in_order(std::move(batches))),
            write_allocations(in_order(std::move(allocations)))};
}

namespace {

constexpr std::array export_options = {help_option, print_config_option, config_option, data_option,
                                       segment_bytes_option};

int run_export(const Settings& settings, Console& console) {
    const std::filesystem::path target = settings.operands().front();
    const std::string directory = data_directory(settings);
    const auto segment_bytes = settings.get("segment-bytes", segment_bytes_rule);
    SystemClock clock;
    Logger log{console.err, clock, Logger::Terminal{console.err_is_terminal}};
    Store store = open_existing_store(directory, {.segment_bytes = segment_bytes}, console, log);
    const ExportedFiles files = [&] {
        const std::scoped_lock lock{store.turn()};
        return export_stock(store.bus().repository());
    }();
    std::filesystem::create_directory(target);
    write_file(target / "batches.csv", files.batches);
    write_file(target / "allocations.csv", files.allocations);
    const StoreStatus status = store.status();
    console.out << escaped(target.string()) << ": " << status.batches << " batches and "
                << status.lines << " allocations written\n";
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
             "not exported. An import takes files of up to 1,000,000 rows. The store must not\n"
             "be open elsewhere. Cells are written as they are: a spreadsheet takes one that\n"
             "begins with =, +, - or @ for a formula, so import them there as text.\n"
             "Exit codes: 0 done; 1 the store cannot be read, or a file not be written; 2 called\n"
             "wrongly.",
         .options = export_options,
         .operands_min = 1,
         .operands_max = 1,
         .examples =
             "allot export --data stock csv    makes csv/batches.csv and csv/allocations.csv\n"},
    .run = run_export,
    .store = data_directory};

}  // namespace allot::program
