// The readers of the program's files: rows and settings. What was read is read again from what is
// written.

#include <string>

#include "net/program/csv.hpp"
#include "net/program/ini.hpp"
#include "net/program/tables.hpp"
#include "net/program/usage_error.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace allot;
using namespace allot::program;

void read_records(std::string_view text) {
    CsvReader reader{text};
    std::size_t before = text.size() + 1;
    while (const auto record = reader.next()) {
        fuzz::require(reader.remaining() < before, "every record takes bytes");
        before = reader.remaining();
        if (!*record || (*record)->size() != 2) continue;
        std::string written;
        append_csv(written, {(**record)[0].text, (**record)[1].text});
        CsvReader again{written};
        const auto same = again.next();
        fuzz::require(same && *same && (**same).size() == 2 &&
                          (**same)[0].text == (**record)[0].text &&
                          (**same)[1].text == (**record)[1].text && !again.next(),
                      "what was written is read again");
    }
}

void read_tables(std::string_view text) {
    Complaints complaints;
    const auto batches = read_batches("f", text, EmptyBatch::accepted, complaints);
    (void)read_orders("f", text, complaints);
    (void)read_allocations("f", text, complaints);
    std::vector<BatchRow> rows;
    for (const auto& row : batches.rows) rows.push_back(row.row);
    Complaints none;
    const auto again = read_batches("f", write_batches(rows), EmptyBatch::accepted, none);
    fuzz::require(none.empty() && again.rows.size() == rows.size(), "what was written is read");
}

void read_settings(std::string_view text) {
    try {
        (void)read_ini("f", text);
    } catch (const UsageError&) {  // NOLINT(bugprone-empty-catch): refused, as it should be
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    read_records(text);
    read_tables(text);
    read_settings(text);
    return 0;
}
