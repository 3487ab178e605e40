#include "net/program/csv.hpp"

#include <algorithm>

namespace allot::program {
namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
}

CsvReader::CsvReader(std::string_view text) : rest_{text} {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<CsvRecord> CsvReader::next() {
    while (take_line_end()) {
    }
    if (rest_.empty()) return std::nullopt;
    CsvRow row;
    if (auto error = take_row(row)) {
        skip_line();
        return CsvRecord{std::move(*error)};
    }
    return CsvRecord{std::move(row)};
}

std::optional<CsvError> CsvReader::take_row(CsvRow& row) {
    for (;;) {
        CsvField field{.text = {}, .place = place_};
        auto error = rest_.starts_with('"') ? take_quoted(field) : take_plain(field);
        if (error) return error;
        if (row.size() == fields_max) {
            return CsvError{field.place, field.text, "a row has at most 64 fields"};
        }
        row.push_back(std::move(field));
        if (!rest_.starts_with(',')) break;
        advance(1);
    }
    take_line_end();
    return std::nullopt;
}

std::optional<CsvError> CsvReader::take_plain(CsvField& field) {
    const std::size_t size = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
    field.text = rest_.substr(0, std::min(size, field_bytes_max));
    if (size > field_bytes_max) {
        return CsvError{field.place, field.text, "a field has at most 4096 bytes"};
    }
    advance(size);
    if (at_field_end()) return std::nullopt;
    if (rest_.front() == '"') {
        return CsvError{place_, field.text + '"', "a quote stands only around a whole field"};
    }
    return CsvError{place_, field.text + '\r', "a carriage return stands only before a line feed"};
}

std::optional<CsvError> CsvReader::take_quoted(CsvField& field) {
    const CsvReader at_quote = *this;
    // Reading goes on in the line after the opening quote, not where the text ends: one forgotten
    // quote must not hide the mistakes that follow it.
    const auto fail = [&](std::string_view rule) {
        *this = at_quote;
        return CsvError{field.place, '"' + field.text, rule};
    };
    advance(1);
    for (;;) {
        const std::size_t room = field_bytes_max - field.text.size();
        const std::size_t size = rest_.substr(0, room + 1).find('"');
        if (size == std::string_view::npos) {
            return fail(rest_.size() > room ? "a field has at most 4096 bytes"
                                            : "a quote that opens a field also closes it");
        }
        field.text += rest_.substr(0, size);
        advance(size + 1);
        if (!rest_.starts_with('"')) break;
        if (field.text.size() == field_bytes_max) return fail("a field has at most 4096 bytes");
        field.text += '"';
        advance(1);
    }
    if (at_field_end()) return std::nullopt;
    return CsvError{place_, field.text, "a comma or a line end follows a closing quote"};
}

bool CsvReader::at_field_end() const noexcept {
    return rest_.empty() || rest_.front() == ',' || rest_.front() == '\n' ||
           rest_.starts_with("\r\n");
}

bool CsvReader::take_line_end() {
    const std::size_t size = rest_.starts_with("\r\n") ? 2 : rest_.starts_with('\n') ? 1 : 0;
    advance(size);
    return size != 0;
}

void CsvReader::skip_line() {
    const std::size_t line_feed = rest_.find('\n');
    advance(line_feed == std::string_view::npos ? rest_.size() : line_feed + 1);
}

void CsvReader::advance(std::size_t bytes) noexcept {
    for (const char c : rest_.substr(0, bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '\n') {
            place_ = {.line = place_.line + 1, .column = 1};
        } else if ((byte & 0xC0U) != 0x80U) {  // not inside a character
            ++place_.column;
        }
    }
    rest_.remove_prefix(bytes);
}

namespace {
void append_field(std::string& to, std::string_view field, bool alone) {
    const bool plain = field.find_first_of(",\"\r\n") == std::string_view::npos &&
                       !field.starts_with(byte_order_mark) && !(alone && field.empty());
    if (plain) {
        to += field;
        return;
    }
    to += '"';
    for (const char c : field) to.append(c == '"' ? 2 : 1, c);
    to += '"';
}
}  // namespace

void append_csv(std::string& to, std::initializer_list<std::string_view> fields) {
    const char* separator = "";
    for (const std::string_view field : fields) {
        to += separator;
        append_field(to, field, fields.size() == 1);
        separator = ",";
    }
    to += '\n';
}

}  // namespace allot::program
