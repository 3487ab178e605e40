#pragma once

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/csv/csv.hpp"

namespace allot::program {

/// All errors in a user's files, and notes about the files. The first 100 of each are kept as text,
/// the rest are counted.
class Diagnostics {
public:
    static constexpr std::size_t shown_max = 100;

    /// Adds an error: `file:line:column: value 'x': rule`.
    void add(std::string_view file, TextPosition position, std::string_view value,
             std::string_view rule);
    /// Adds a note about something that was skipped: `file:line:column: note: text`. A note is no
    /// error.
    /// \param text escaped for a terminal: see escaped().
    void note(std::string_view file, TextPosition position, std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    /// Prints each kept note, then each kept error, and the number of the others.
    void print(std::ostream& to) const;

private:
    std::vector<std::string> shown_;
    std::vector<std::string> notes_;
    std::size_t count_ = 0;
    std::size_t notes_count_ = 0;
};

/// An error: files break a rule. Nothing has changed.
class BadInput : public std::runtime_error {
public:
    explicit BadInput(Diagnostics diagnostics)
        : std::runtime_error{"bad input, nothing was changed"},
          diagnostics_{std::move(diagnostics)} {}
    [[nodiscard]] const Diagnostics& diagnostics() const noexcept { return diagnostics_; }

private:
    Diagnostics diagnostics_;
};

}  // namespace allot::program
