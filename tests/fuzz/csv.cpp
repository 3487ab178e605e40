// The readers of CSV files. Rows that were read are written and read again; a record that breaks a
// rule is one error, with a position in the text.

#include <algorithm>
#include <string>

#include "net/cli/csv/csv.hpp"
#include "net/cli/csv/tables.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_csv {

using namespace program;

/// \return the row as it is written, if it is narrow enough for the writer's list.
std::string written(const CsvRow& row) {
    std::string text;
    const auto field = [&](std::size_t i) { return std::string_view{row[i].text}; };
    if (row.size() == 1) append_csv(text, {field(0)});
    if (row.size() == 2) append_csv(text, {field(0), field(1)});
    if (row.size() == 3) append_csv(text, {field(0), field(1), field(2)});
    return text;
}

void require_same(const CsvRow& row) {
    const std::string text = written(row);
    if (text.empty()) return;
    CsvReader reader{text};
    const auto again = reader.next();
    fuzz::require(
        again && *again && std::ranges::equal(**again, row, {}, &CsvField::text, &CsvField::text),
        "what was written is read again");
    fuzz::require(!reader.next(), "and nothing else");
}

void read_records(std::string_view text, char delimiter) {
    CsvReader reader{text, delimiter};
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n') + 1);
    TextPosition last{.line = 1, .column = 0};
    while (const auto record = reader.next()) {
        const TextPosition position =
            *record ? (**record).front().position : record->error().position;
        fuzz::require(position.line <= lines && position.column <= text.size() + 1,
                      "a position is in the text");
        fuzz::require(position.line > last.line || (position.line == last.line && last.column == 0),
                      "a record begins in a line of its own");
        last = position;
        if (!*record) {
            fuzz::require(!record->error().rule.empty(), "an error names the rule");
            continue;
        }
        fuzz::require((**record).size() <= CsvReader::fields_max, "a row is bounded");
        for (const CsvField& field : **record) {
            fuzz::require(field.text.size() <= CsvReader::field_bytes_max, "a field is bounded");
        }
        require_same(**record);
    }
}

template <class Row>
std::vector<Row> rows_of(const Table<Row>& table) {
    std::vector<Row> rows;
    for (const Located<Row>& row : table.rows) rows.push_back(row.row);
    return rows;
}

void read_tables(std::string_view text) {
    Diagnostics diagnostics;
    const auto batches = rows_of(read_batches("f", text, diagnostics));
    const auto orders = read_orders("f", text, diagnostics);
    fuzz::require(orders.rows.size() + orders.repeated <= text.size(), "a row takes bytes");
    const auto allocations = rows_of(read_allocations("f", text, diagnostics));
    Diagnostics none;
    const auto batches_again = rows_of(read_batches("f", write_batches(batches), none));
    const auto allocations_again =
        rows_of(read_allocations("f", write_allocations(allocations), none));
    fuzz::require(none.empty(), "what is written has no mistakes");
    fuzz::require(write_batches(batches_again) == write_batches(batches) &&
                      write_allocations(allocations_again) == write_allocations(allocations),
                  "what was written is read again");
}

extern "C" int FUZZ_TARGET(csv)(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    read_records(text, ',');
    read_records(text, delimiter_of(text));
    read_tables(text);
    return 0;
}

}  // namespace allot::fuzz::target_csv
