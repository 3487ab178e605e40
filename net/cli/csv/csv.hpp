#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allot::program {

/// Where something stands in a text, both from 1. Columns count characters, as an editor does.
struct TextPosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

struct CsvField {
    std::string text;       ///< without the quotes around it
    TextPosition position;  ///< of its first character, its quote included
};

struct CsvError {
    TextPosition position;
    std::string value;
    std::string_view rule;
};

using CsvRow = std::vector<CsvField>;
using CsvRecord = boost::system::result<CsvRow, CsvError>;

/// Reads comma-separated values (RFC 4180), or such with another delimiter: fields may be quoted,
/// and then hold delimiters, line ends and doubled quotes. Lines end in LF or CRLF, the last one
/// perhaps in neither. Empty lines, and lines of delimiters only, are passed over, and so is a
/// UTF-8 byte order mark before a record's first field. Bytes in, fields out: it opens no file, and
/// the caller decides whether a field is UTF-8.
///
/// A record that breaks a rule is one error; reading continues with the line after it. The time is
/// linear in the text, whatever it holds.
class CsvReader {
public:
    static constexpr std::size_t field_bytes_max = 4096;
    static constexpr std::size_t fields_max = 256;

    /// \param text outlives the reader; at most 4 GiB.
    /// \param delimiter a comma, a semicolon or a tab.
    /// \param line of the text's first byte, from 1.
    explicit CsvReader(std::string_view text, char delimiter = ',', std::uint32_t line = 1) noexcept
        : rest_{text}, position_{.line = line}, delimiter_{delimiter} {}

    /// \return nothing after the last record.
    [[nodiscard]] std::optional<CsvRecord> next();
    /// A byte order mark stood before the last record. It is no part of its first field, and has no
    /// column.
    [[nodiscard]] bool was_marked() const noexcept { return marked_; }
    [[nodiscard]] char delimiter() const noexcept { return delimiter_; }

private:
    [[nodiscard]] std::optional<CsvError> take_row(CsvRow& row);
    [[nodiscard]] std::optional<CsvError> take_plain(CsvField& field);
    [[nodiscard]] std::optional<CsvError> take_quoted(CsvField& field);
    [[nodiscard]] bool at_field_end() const noexcept;
    bool take_empty_line();
    bool take_line_end();
    bool take_mark() noexcept;
    void skip_line();
    void advance(std::size_t bytes) noexcept;

    std::string_view rest_;
    TextPosition position_;
    char delimiter_;
    bool marked_ = false;
};

/// The most frequent of comma, semicolon and tab in the first non-empty line, quotes excluded; of
/// several, the first of these.
[[nodiscard]] char delimiter_of(std::string_view text) noexcept;

/// How a file separates its fields, and where its first record may begin.
struct Dialect {
    char delimiter;
    std::size_t skipped_bytes;    ///< of a line `sep=;`, with which spreadsheets say so
    std::uint32_t skipped_lines;  ///< 0 or 1
};
/// A first line of `sep=` and a comma, semicolon or tab decides; without it delimiter_of() does.
[[nodiscard]] Dialect dialect_of(std::string_view text) noexcept;

/// Appends one record, ended by LF, that CsvReader reads back as it was. Quotes where it must.
/// \pre at least one field.
void append_csv(std::string& to, std::initializer_list<std::string_view> fields);

}  // namespace allot::program
