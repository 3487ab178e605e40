#include "net/cli/csv/csv.hpp"

#include <algorithm>
#include <array>

#include "net/cli/io/encoding.hpp"

namespace allot::program {

namespace {
static_assert(CsvReader::fields_max == 256 && CsvReader::field_bytes_max == 4096);
constexpr std::string_view fields_rule = "a row has at most 256 fields";
constexpr std::string_view field_rule = "a field has at most 4096 bytes";
}  // namespace

std::optional<CsvRecord> CsvReader::next() {
    marked_ = false;
    for (;;) {
        if (take_empty_line()) {
            marked_ = false;
        } else if (!take_mark()) {
            break;
        }
    }
    if (rest_.empty()) return std::nullopt;
    CsvRow row;
    if (auto error = take_row(row)) {
        skip_line();
        return CsvRecord{std::move(*error)};
    }
    return CsvRecord{std::move(row)};
}

bool CsvReader::take_empty_line() {
    const std::size_t size = std::min(rest_.find_first_not_of(delimiter_), rest_.size());
    CsvReader behind = *this;
    behind.advance(size);
    if (!behind.take_line_end() && (size == 0 || !behind.rest_.empty())) return false;
    *this = behind;
    return true;
}

bool CsvReader::take_mark() noexcept {
    if (marked_ || !rest_.starts_with(byte_order_mark)) return false;
    rest_.remove_prefix(byte_order_mark.size());
    return marked_ = true;
}

std::optional<CsvError> CsvReader::take_row(CsvRow& row) {
    for (;;) {
        CsvField field{.text = {}, .position = position_};
        auto error = rest_.starts_with('"') ? take_quoted(field) : take_plain(field);
        if (error) return error;
        if (row.size() == fields_max) {
            return CsvError{field.position, field.text, fields_rule};
        }
        row.push_back(std::move(field));
        if (!rest_.starts_with(delimiter_)) break;
        advance(1);
    }
    take_line_end();
    return std::nullopt;
}

std::optional<CsvError> CsvReader::take_plain(CsvField& field) {
    const std::array<char, 4> ends{delimiter_, '\r', '\n', '"'};
    const std::size_t size =
        std::min(rest_.find_first_of(ends.data(), 0, ends.size()), rest_.size());
    field.text = rest_.substr(0, std::min(size, field_bytes_max));
    if (size > field_bytes_max) {
        return CsvError{field.position, field.text, field_rule};
    }
    advance(size);
    if (at_field_end()) return std::nullopt;
    if (rest_.front() == '"') {
        return CsvError{position_, field.text + '"', "a quote stands only around a whole field"};
    }
    return CsvError{position_, field.text + '\r',
                    "a carriage return stands only before a line feed"};
}

std::optional<CsvError> CsvReader::take_quoted(CsvField& field) {
    const CsvReader at_quote = *this;
    // Reading continues in the line after the opening quote, not where the text ends: one forgotten
    // quote must not hide the mistakes that follow it.
    const auto fail = [&](std::string_view rule) {
        *this = at_quote;
        return CsvError{field.position, '"' + field.text, rule};
    };
    advance(1);
    for (;;) {
        const std::size_t space = field_bytes_max - field.text.size();
        const std::size_t size = rest_.substr(0, space + 1).find('"');
        if (size == std::string_view::npos) {
            return fail(rest_.size() > space ? field_rule
                                             : "a quote that opens a field also closes it");
        }
        field.text += rest_.substr(0, size);
        advance(size + 1);
        if (!rest_.starts_with('"')) break;
        if (field.text.size() == field_bytes_max) return fail(field_rule);
        field.text += '"';
        advance(1);
    }
    if (at_field_end()) return std::nullopt;
    return CsvError{position_, field.text, "a delimiter or a line end follows a closing quote"};
}

bool CsvReader::at_field_end() const noexcept {
    return rest_.empty() || rest_.front() == delimiter_ || rest_.front() == '\n' ||
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
            position_ = {.line = position_.line + 1, .column = 1};
        } else if ((byte & 0xC0U) != 0x80U) {  // not inside a character
            ++position_.column;
        }
    }
    rest_.remove_prefix(bytes);
}

namespace {
constexpr std::string_view delimiters = ",;\t";
}

char delimiter_of(std::string_view text) noexcept {
    std::array<std::size_t, delimiters.size()> counts{};
    text.remove_prefix(std::min(text.find_first_not_of("\r\n\xEF\xBB\xBF"), text.size()));
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (c == '\n' && !quoted) break;
        const std::size_t which = delimiters.find(c);
        if (which != std::string_view::npos && !quoted) ++counts[which];
    }
    const auto most = std::ranges::max_element(counts);
    return delimiters[static_cast<std::size_t>(most - counts.begin())];
}

Dialect dialect_of(std::string_view text) noexcept {
    constexpr std::string_view declaration = "sep=";
    std::string_view rest = text;
    if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
    if (rest.size() > declaration.size() && rest.starts_with(declaration)) {
        const char delimiter = rest[declaration.size()];
        rest.remove_prefix(declaration.size() + 1);
        if (rest.starts_with('\r')) rest.remove_prefix(1);
        if (delimiters.find(delimiter) != std::string_view::npos && rest.starts_with('\n')) {
            return {delimiter, text.size() - rest.size() + 1, 1};
        }
    }
    return {delimiter_of(text), 0, 0};
}

namespace {
/// \param is_empty_row no field of the row has a byte: without quotes it would be ignored.
void append_field(std::string& to, std::string_view field, bool is_empty_row) {
    const bool plain = field.find_first_of(",\"\r\n") == std::string_view::npos &&
                       !field.starts_with(byte_order_mark) && !is_empty_row;
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
    const bool is_empty_row = std::ranges::all_of(fields, &std::string_view::empty);
    for (const std::string_view field : fields) {
        to += separator;
        append_field(to, field, is_empty_row);
        separator = ",";
    }
    to += '\n';
}

}  // namespace allot::program
