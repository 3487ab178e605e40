#include "net/cli/csv/tables.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "net/cli/csv/table_form.hpp"
#include "net/cli/io/encoding.hpp"
#include "net/core/rule_text.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

constexpr Column batch_column{{"batch", "batchref", "ref"}};
constexpr Column sku_column{{"sku"}};
constexpr Column quantity_column{{"quantity", "qty"}};
constexpr Column eta_column{{"eta"}};
constexpr Column order_column{{"order", "orderid"}};

constexpr std::array batch_columns = {batch_column, sku_column, quantity_column, eta_column};
constexpr std::array order_columns = {order_column, sku_column, quantity_column};
constexpr std::array allocation_columns = {order_column, sku_column, quantity_column, batch_column};

constexpr TableForm batches_form{"batches", batch_columns};
constexpr TableForm orders_form{"order lines", order_columns};
constexpr TableForm allocations_form{"allocations", allocation_columns};

constexpr std::size_t wide_shown_bytes = 16;
constexpr std::string_view eta_rule =
    "an eta is a day as YYYY-MM-DD, or for the warehouse empty or 'warehouse'";

template <class Units>
const std::string& units_rule() {
    static const std::string rule = integer_rule(Units::units_min, Units::units_max);
    return rule;
}

/// Reports one file.
struct FieldReader {
    std::string_view file;
    Diagnostics& diagnostics;

    void operator()(TextPosition position, std::string_view value, std::string_view rule) const {
        diagnostics.add(file, position, value, rule);
    }

    /// \return the field's value, or nothing after a diagnostic.
    template <class T>
    [[nodiscard]] std::optional<T> read(const CsvField& field, Result<T> value,
                                        std::string_view rule) const {
        if (value) return *value;
        (*this)(field.position, field.text, rule);
        return std::nullopt;
    }
    template <class Name>
    [[nodiscard]] std::optional<Name> name(const CsvField& field) const {
        if (const auto name = Name::of(field.text)) return *name;
        (*this)(field.position, field.text, "a name " + broken_name_rule(field.text));
        return std::nullopt;
    }
    [[nodiscard]] std::optional<Quantity> quantity(const CsvField& field) const {
        return read(field, Quantity::parse(field.text), units_rule<Quantity>());
    }
};

/// The fields of a row that are read, in the order of the form.
using Cells = std::array<const CsvField*, columns_max>;

Result<Eta> eta_of(std::string_view text) {
    if (text.empty() || equal_ignoring_case(text, "warehouse")) return Eta::warehouse();
    return Eta::parse(text);
}

std::optional<BatchRow> read_batch(const Cells& cells, const FieldReader& field_reader) {
    const auto ref = field_reader.name<BatchRef>(*cells[0]);
    const auto sku = field_reader.name<Sku>(*cells[1]);
    const auto purchased =
        field_reader.read(*cells[2], Purchased::parse(cells[2]->text), units_rule<Purchased>());
    const auto eta = field_reader.read(*cells[3], eta_of(cells[3]->text), eta_rule);
    if (!ref || !sku || !purchased || !eta) return std::nullopt;
    return BatchRow{*ref, *sku, *purchased, *eta};
}

std::optional<OrderLine> read_order(const Cells& cells, const FieldReader& field_reader) {
    const auto order = field_reader.name<OrderId>(*cells[0]);
    const auto sku = field_reader.name<Sku>(*cells[1]);
    const auto quantity = field_reader.quantity(*cells[2]);
    if (!order || !sku || !quantity) return std::nullopt;
    return OrderLine{*order, *sku, *quantity};
}

std::optional<AllocationRow> read_allocation(const Cells& cells, const FieldReader& field_reader) {
    const auto line = read_order(cells, field_reader);
    const auto batch = field_reader.name<BatchRef>(*cells[3]);
    if (!line || !batch) return std::nullopt;
    return AllocationRow{*line, *batch};
}

struct Header {
    CsvRow names;
    Layout layout;
};

/// \return nothing after a diagnostic.
std::optional<Header> read_header(CsvReader& reader, const TableForm& form,
                                  const FieldReader& field_reader) {
    const auto record = reader.next();
    if (record && record->has_error()) {
        field_reader(record->error().position, record->error().value, record->error().rule);
        return std::nullopt;
    }
    CsvRow names = record ? **record : CsvRow{};
    const auto layout =
        read_layout(names, reader.delimiter(), form, field_reader.file, field_reader.diagnostics);
    if (!layout) return std::nullopt;
    return Header{std::move(names), *layout};
}

/// Files that were joined have a header, and perhaps a byte order mark or a line `sep=;`, in the
/// middle.
/// \return true if the row needs no further handling.
bool pass_over_joint(const CsvRow& row, const Header& header, bool marked,
                     const FieldReader& field_reader) {
    if (std::ranges::equal(row, header.names, {}, &CsvField::text, &CsvField::text)) {
        field_reader.diagnostics.note(field_reader.file, row.front().position,
                                      "the header again, ignored");
        return true;
    }
    if (row.size() == 2 && row[0].text == "sep=" && row[1].text.empty()) return true;
    if (!marked) return false;
    field_reader(row.front().position, std::string{byte_order_mark} + row.front().text,
                 "a byte order mark stands only at a file's beginning, or before its header again");
    return true;
}

bool has_width(const CsvRow& row, std::size_t width, const FieldReader& field_reader) {
    if (row.size() == width) return true;
    const CsvField& odd = row.size() > width ? row[width] : row.back();
    field_reader(odd.position, odd.text,
                 "a row has " + std::to_string(width) + " fields, and this one " +
                     std::to_string(row.size()));
    return false;
}

template <class Row>
void add_row(Table<Row>& table, const Row& row, const Cells& cells) {
    table.rows.push_back({row, {}});
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i] != nullptr) table.rows.back().positions[i] = cells[i]->position;
    }
}

Cells cells_of(const CsvRow& row, const Layout& layout, std::size_t columns) {
    Cells cells{};
    for (std::size_t i = 0; i < columns; ++i) cells[i] = &row[layout.at[i]];
    return cells;
}

template <class Row, class Read>
void read_rows(CsvReader& reader, const TableForm& form, const FieldReader& field_reader,
               Table<Row>& table, Read read) {
    const auto header = read_header(reader, form, field_reader);
    if (!header) return;
    std::size_t rows = 0;
    while (const auto record = reader.next()) {
        if (record->has_error()) {
            field_reader(record->error().position, record->error().value, record->error().rule);
            continue;
        }
        const CsvRow& fields = **record;
        if (pass_over_joint(fields, *header, reader.was_marked(), field_reader)) continue;
        if (++rows > rows_max) {
            field_reader(fields.front().position, fields.front().text,
                         "a file has at most " + std::to_string(rows_max) + " rows");
            break;
        }
        if (!has_width(fields, header->layout.width, field_reader)) continue;
        const Cells cells = cells_of(fields, header->layout, form.columns.size());
        if (const auto row = read(cells, field_reader)) add_row(table, *row, cells);
    }
}

template <class Row, class Read>
Table<Row> read_table(std::string file, std::string_view text, const TableForm& form,
                      Diagnostics& diagnostics, Read read) {
    Table<Row> table{std::move(file), {}};
    const FieldReader field_reader{table.file, diagnostics};
    if (is_wide_text(text.substr(0, 4))) {  // a zero byte later on is that row's mistake
        field_reader({}, text.substr(0, wide_shown_bytes),
                     "this is UTF-16 or UTF-32: save the file as UTF-8");
        return table;
    }
    const Dialect dialect = dialect_of(text);
    CsvReader reader{text.substr(dialect.skipped_bytes), dialect.delimiter,
                     dialect.skipped_lines + 1};
    read_rows(reader, form, field_reader, table, read);
    return table;
}

auto key_of(const Located<OrderLine>& at) {
    return std::tuple{at.row.order.view(), at.row.sku.view(), at.row.quantity.units()};
}

/// Returns the first row equal to each row, perhaps the row itself.
std::vector<std::uint32_t> first_equals(const Table<OrderLine>& table) {
    std::vector<std::uint32_t> by_key(table.rows.size());
    std::iota(by_key.begin(), by_key.end(), 0U);
    std::ranges::stable_sort(by_key, {}, [&](std::uint32_t at) { return key_of(table.rows[at]); });
    std::vector<std::uint32_t> first(by_key.size());
    for (std::size_t i = 0; i < by_key.size(); ++i) {
        const bool same =
            i != 0 && key_of(table.rows[by_key[i]]) == key_of(table.rows[by_key[i - 1]]);
        first[by_key[i]] = same ? first[by_key[i - 1]] : by_key[i];
    }
    return first;
}

void leave_out_repeated(Table<OrderLine>& table, Diagnostics& diagnostics) {
    const auto first = first_equals(table);
    const auto rows = table.rows.size();
    std::vector<Located<OrderLine>> kept;
    kept.reserve(rows);
    for (std::uint32_t i = 0; i < rows; ++i) {
        const Located<OrderLine>& at = table.rows[i];
        if (first[i] == i) {
            kept.push_back(at);
            continue;
        }
        diagnostics.note(table.file, at.positions[0],
                         "the same as line " +
                             std::to_string(table.rows[first[i]].positions[0].line) + " (order " +
                             escaped_short(at.row.order.view()) + ", SKU " +
                             escaped_short(at.row.sku.view()) + ", quantity " +
                             std::to_string(at.row.quantity.units()) +
                             "): they are one line, which is held once");
    }
    table.repeated = rows - kept.size();
    table.rows = std::move(kept);
}

}  // namespace

Table<BatchRow> read_batches(std::string file, std::string_view text, Diagnostics& diagnostics) {
    return read_table<BatchRow>(std::move(file), text, batches_form, diagnostics, read_batch);
}

Table<OrderLine> read_orders(std::string file, std::string_view text, Diagnostics& diagnostics) {
    auto table = read_table<OrderLine>(std::move(file), text, orders_form, diagnostics, read_order);
    leave_out_repeated(table, diagnostics);
    return table;
}

void gather_orders(Table<OrderLine>& table) {
    const auto& rows = table.rows;
    std::vector<std::uint32_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {},
                             [&](std::uint32_t at) { return rows[at].row.order.view(); });
    std::vector<std::uint32_t> first(rows.size());  // of each row's order
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool same = i != 0 && rows[order[i]].row.order == rows[order[i - 1]].row.order;
        first[order[i]] = same ? first[order[i - 1]] : order[i];
    }
    std::ranges::sort(order, {}, [&](std::uint32_t at) { return std::pair{first[at], at}; });
    std::vector<Located<OrderLine>> gathered;
    gathered.reserve(rows.size());
    for (const std::uint32_t at : order) gathered.push_back(rows[at]);
    table.rows = std::move(gathered);
}

std::size_t rows_together(const Table<OrderLine>& table, std::size_t at, OrdersAre orders) {
    std::size_t end = at + 1;
    if (orders == OrdersAre::lines) return 1;
    while (end < table.rows.size() && table.rows[end].row.order == table.rows[at].row.order) ++end;
    return end - at;
}

std::string repeated_text(std::size_t repeated) {
    if (repeated == 0) return {};
    return ", " + std::to_string(repeated) +
           (repeated == 1 ? " row more that repeats another" : " rows more that repeat others");
}

Table<AllocationRow> read_allocations(std::string file, std::string_view text,
                                      Diagnostics& diagnostics) {
    return read_table<AllocationRow>(std::move(file), text, allocations_form, diagnostics,
                                     read_allocation);
}

std::string write_batches(std::span<const BatchRow> rows) {
    std::string text = batches_form.header() + '\n';
    for (const BatchRow& row : rows) {
        append_csv(text, {row.ref.view(), row.sku.view(), std::to_string(row.purchased.units()),
                          row.eta.to_string()});
    }
    return text;
}

std::string write_allocations(std::span<const AllocationRow> rows) {
    std::string text = allocations_form.header() + '\n';
    for (const AllocationRow& row : rows) {
        append_csv(text, {row.line.order.view(), row.line.sku.view(),
                          std::to_string(row.line.quantity.units()), row.batch.view()});
    }
    return text;
}

}  // namespace allot::program
