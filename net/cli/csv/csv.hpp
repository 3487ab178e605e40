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

/// A position in a text, counted from 1. A column is a character, as in an editor.
struct TextPosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

struct CsvField {
    std::string text;       ///< without the quotes around it
    TextPosition position;  ///< position of its first character or opening quote
};

struct CsvError {
    TextPosition position;
    std::string value;
    std::string_view rule;
};

using CsvRow = std::vector<CsvField>;
using CsvRecord = boost::system::result<CsvRow, CsvError>;

/// Reads comma-separated values (RFC 4180), also with another delimiter. A quoted field may hold
/// delimiters, line ends and doubled quotes. Lines end in LF or CRLF; the last one may have no end.
/// Empty lines, lines of delimiters only, and a UTF-8 byte order mark before a record's first field
/// are skipped. The reader opens no file, and does not check that fields are UTF-8.
///
/// A record that breaks a rule is one error; reading continues with the line after it. The time is
/// linear in the text, whatever it holds.
class CsvReader {
public:
    static constexpr std::size_t field_bytes_max = 4096;
    static constexpr std::size_t fields_max = 256;

    /// \param text outlives the reader; at most 4 GiB.
    /// \param delimiter a comma, a semicolon or a tab.
    /// \param line the number of the line on which the text begins, from 1.
    explicit CsvReader(std::string_view text, char delimiter = ',', std::uint32_t line = 1) noexcept
        : rest_{text}, position_{.line = line}, delimiter_{delimiter} {}

    /// \return nothing after the last record.
    [[nodiscard]] std::optional<CsvRecord> next();
    /// True if a byte order mark preceded the last record. It is no part of the first field, and
    /// has no column.
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

/// The most frequent of comma, semicolon and tab in the first non-empty line, outside quotes; the
/// first of these if several are equally frequent.
[[nodiscard]] char delimiter_of(std::string_view text) noexcept;

/// The delimiter of a file, and the position of its first record.
struct Dialect {
    char delimiter;
    std::size_t skipped_bytes;    ///< length of a first line `sep=;`, as spreadsheets write it
    std::uint32_t skipped_lines;  ///< 0 or 1
};
/// Reads the delimiter from a first line `sep=` with a comma, semicolon or tab; without such a
/// line, from delimiter_of().
[[nodiscard]] Dialect dialect_of(std::string_view text) noexcept;

/// Appends one record, ended by LF, that CsvReader reads back unchanged. Quotes fields only if
/// necessary.
/// \pre at least one field.
void append_csv(std::string& to, std::initializer_list<std::string_view> fields);

}  // namespace allot::program
