#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/cli/csv/diagnostics.hpp"

namespace allot::program {

/// A column that a file has to have.
struct Column {
    std::array<std::string_view, 3> names;  ///< of its header; the first is what is written
};

inline constexpr std::size_t columns_max = 4;

/// The columns of one kind of file, in the order in which they are written.
struct TableForm {
    std::string_view what;  ///< `batches`
    std::span<const Column> columns;

    /// Their names as they are written.
    [[nodiscard]] std::string header() const;
};

/// Where the columns of a file are.
struct Layout {
    std::array<std::size_t, columns_max> at{};  ///< in the order of the form
    std::size_t width = 0;                      ///< fields of a row
};

/// Finds the columns by the names in a header: in any order, in upper or lower case, with white
/// space around them. Columns of other names are passed over, with one note.
/// \param delimiter with which a diagnostic shows the header.
/// \return nothing after a diagnostic: a column is missing, or there twice.
[[nodiscard]] std::optional<Layout> read_layout(const CsvRow& header, char delimiter,
                                                const TableForm& form, std::string_view file,
                                                Diagnostics& diagnostics);

}  // namespace allot::program
