#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/cli/csv/diagnostics.hpp"

namespace allot::program {

/// A required column of a file.
struct Column {
    std::array<std::string_view, 3> names;  ///< allowed in the header; the first one is written
};

inline constexpr std::size_t columns_max = 4;

/// The columns of one kind of file, in the order in which they are written.
struct TableForm {
    std::string_view what;  ///< `batches`
    std::span<const Column> columns;

    /// Returns the header line that is written.
    [[nodiscard]] std::string header() const;
};

/// The positions of the columns in a file.
struct Layout {
    std::array<std::size_t, columns_max> at{};  ///< in the order of the form
    std::size_t width = 0;                      ///< number of fields of a row
};

/// Finds the columns by the names in a header: in any order, in upper or lower case, with white
/// space around them. Other columns are skipped, with one note.
/// \param delimiter separates the fields of the header in a diagnostic.
/// \return nothing after a diagnostic, if a column is missing or occurs twice.
[[nodiscard]] std::optional<Layout> read_layout(const CsvRow& header, char delimiter,
                                                const TableForm& form, std::string_view file,
                                                Diagnostics& diagnostics);

}  // namespace allot::program
