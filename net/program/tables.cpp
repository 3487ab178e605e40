#include "net/program/tables.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace allot::program {
namespace {

constexpr std::array<std::string_view, 4> batch_columns = {"ref", "sku", "qty", "eta"};
constexpr std::array<std::string_view, 3> order_columns = {"orderid", "sku", "qty"};
constexpr std::array<std::string_view, 4> allocation_columns = {"orderid", "sku", "qty",
                                                                "batchref"};

constexpr std::string_view name_rule =
    "a name is 1..64 bytes of UTF-8 without white space and control characters";
constexpr std::string_view quantity_rule = "a quantity is a whole number 1..1000000000";
constexpr std::string_view purchased_rule = "a batch's quantity is a whole number 0..1000000000";
constexpr std::string_view eta_rule = "an eta is a day as YYYY-MM-DD, or empty for the warehouse";

/// Complains about one file.
struct Critic {
    std::string_view file;
    Complaints& complaints;

    void operator()(Place place, std::string_view value, std::string_view rule) const {
        complaints.add(file, place, value, rule);
    }

    /// \return the field's value, or nothing after a complaint.
    template <class T>
    [[nodiscard]] std::optional<T> read(const CsvField& field, Result<T> value,
                                        std::string_view rule) const {
        if (value) return *value;
        (*this)(field.place, field.text, rule);
        return std::nullopt;
    }
    template <class Name>
    [[nodiscard]] std::optional<Name> name(const CsvField& field) const {
        return read(field, Name::of(field.text), name_rule);
    }
    [[nodiscard]] std::optional<Quantity> quantity(const CsvField& field) const {
        return read(field, Quantity::parse(field.text), quantity_rule);
    }
};

std::optional<BatchRow> read_batch(const CsvRow& row, EmptyBatch empty, const Critic& critic) {
    const auto ref = critic.name<BatchRef>(row[0]);
    const auto sku = critic.name<Sku>(row[1]);
    const CsvField& units = row[2];
    std::optional<Purchased> purchased;
    if (empty == EmptyBatch::accepted) {
        purchased = critic.read(units, Purchased::parse(units.text), purchased_rule);
    } else if (const auto quantity = critic.quantity(units)) {
        purchased = Purchased::of(quantity->units()).value();
    }
    const std::string& day = row[3].text;
    const auto eta =
        critic.read(row[3], day.empty() ? Eta::warehouse() : Eta::parse(day), eta_rule);
    if (!ref || !sku || !purchased || !eta) return std::nullopt;
    return BatchRow{*ref, *sku, *purchased, *eta};
}

std::optional<OrderLine> read_order(const CsvRow& row, const Critic& critic) {
    const auto order = critic.name<OrderId>(row[0]);
    const auto sku = critic.name<Sku>(row[1]);
    const auto quantity = critic.quantity(row[2]);
    if (!order || !sku || !quantity) return std::nullopt;
    return OrderLine{*order, *sku, *quantity};
}

std::optional<AllocationRow> read_allocation(const CsvRow& row, const Critic& critic) {
    const auto line = read_order(row, critic);
    const auto batch = critic.name<BatchRef>(row[3]);
    if (!line || !batch) return std::nullopt;
    return AllocationRow{*line, *batch};
}

std::string joined(std::span<const std::string_view> columns) {
    std::string text;
    for (const std::string_view column : columns) {
        if (!text.empty()) text += ',';
        text += column;
    }
    return text;
}

std::string joined(const CsvRow& row) {
    std::string text;
    for (const CsvField& field : row) {
        if (&field != &row.front()) text += ',';
        text += field.text;
    }
    return text;
}

/// \return false, after a complaint, when the first record is not the header.
bool read_header(CsvReader& reader, std::span<const std::string_view> columns,
                 const Critic& critic) {
    const auto record = reader.next();
    if (record && record->has_error()) {
        critic(record->error().place, record->error().value, record->error().rule);
        return false;
    }
    const CsvRow header = record ? **record : CsvRow{};
    if (std::ranges::equal(header, columns, {}, &CsvField::text)) return true;
    critic(header.empty() ? Place{} : header.front().place, joined(header),
           "the header is " + joined(columns));
    return false;
}

bool has_width(const CsvRow& row, std::size_t width, const Critic& critic) {
    if (row.size() == width) return true;
    const CsvField& odd = row.size() > width ? row[width] : row.back();
    critic(odd.place, odd.text,
           "a row has " + std::to_string(width) + " fields, and this one " +
               std::to_string(row.size()));
    return false;
}

template <class Row, class Read>
Table<Row> read_table(std::string file, std::string_view text,
                      std::span<const std::string_view> columns, Complaints& complaints,
                      Read read) {
    Table<Row> table{std::move(file), {}};
    const Critic critic{table.file, complaints};
    CsvReader reader{text};
    if (!read_header(reader, columns, critic)) return table;
    std::size_t rows = 0;
    while (const auto record = reader.next()) {
        if (record->has_error()) {
            critic(record->error().place, record->error().value, record->error().rule);
            continue;
        }
        const CsvRow& fields = **record;
        if (++rows > rows_max) {
            critic(fields.front().place, fields.front().text,
                   "a file has at most " + std::to_string(rows_max) + " rows");
            break;
        }
        if (!has_width(fields, columns.size(), critic)) continue;
        if (const auto row = read(fields, critic)) {
            table.rows.push_back({*row, {}});
            for (std::size_t i = 0; i < fields.size(); ++i) {
                table.rows.back().places[i] = fields[i].place;
            }
        }
    }
    return table;
}

}  // namespace

Table<BatchRow> read_batches(std::string file, std::string_view text, EmptyBatch empty,
                             Complaints& complaints) {
    return read_table<BatchRow>(std::move(file), text, batch_columns, complaints,
                                [empty](const CsvRow& row, const Critic& critic) {
                                    return read_batch(row, empty, critic);
                                });
}

Table<OrderLine> read_orders(std::string file, std::string_view text, Complaints& complaints) {
    return read_table<OrderLine>(std::move(file), text, order_columns, complaints, read_order);
}

Table<AllocationRow> read_allocations(std::string file, std::string_view text,
                                      Complaints& complaints) {
    return read_table<AllocationRow>(std::move(file), text, allocation_columns, complaints,
                                     read_allocation);
}

std::string write_batches(std::span<const BatchRow> rows) {
    std::string text = joined(batch_columns) + '\n';
    for (const BatchRow& row : rows) {
        append_csv(text, {row.ref.view(), row.sku.view(), std::to_string(row.purchased.units()),
                          row.eta.to_string()});
    }
    return text;
}

std::string write_allocations(std::span<const AllocationRow> rows) {
    std::string text = joined(allocation_columns) + '\n';
    for (const AllocationRow& row : rows) {
        append_csv(text, {row.line.order.view(), row.line.sku.view(),
                          std::to_string(row.line.quantity.units()), row.batch.view()});
    }
    return text;
}

}  // namespace allot::program
