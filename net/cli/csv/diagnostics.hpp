#pragma once

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/csv/csv.hpp"

namespace allot::program {

/// What is wrong with a user's files: everything, not only the first thing; and what is not wrong,
/// but should be known. Of each the first 100 are kept word by word, the rest are counted.
class Diagnostics {
public:
    static constexpr std::size_t shown_max = 100;

    /// `file:line:column: value 'x': rule`
    void add(std::string_view file, TextPosition position, std::string_view value,
             std::string_view rule);
    /// `file:line:column: note: text`, of what was passed over. It is no diagnostic.
    /// \param text fit for a terminal: see escaped().
    void note(std::string_view file, TextPosition position, std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const std::vector<std::string>& shown() const noexcept { return shown_; }
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }
    /// A line for each that is kept, and one for how many are not; the notes first.
    void print(std::ostream& to) const;

private:
    std::vector<std::string> shown_;
    std::vector<std::string> notes_;
    std::size_t count_ = 0;
    std::size_t notes_count_ = 0;
};

/// Files that break a rule. Nothing has been changed because of them.
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
