#pragma once

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "net/program/csv.hpp"

namespace allot::program {

/// What is wrong with a user's files: everything, not only the first thing. The first 100 are kept
/// word by word, the rest are counted.
class Complaints {
public:
    static constexpr std::size_t shown_max = 100;

    /// `file:line:column: value 'x': rule`
    void add(std::string_view file, Place place, std::string_view value, std::string_view rule);

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const std::vector<std::string>& shown() const noexcept { return shown_; }
    /// A line for each that is kept, and one for how many are not.
    void print(std::ostream& to) const;

private:
    std::vector<std::string> shown_;
    std::size_t count_ = 0;
};

/// Files that break a rule. Nothing has been changed because of them.
class BadInput : public std::runtime_error {
public:
    explicit BadInput(Complaints complaints)
        : std::runtime_error{"bad input, nothing was changed"},
          complaints_{std::move(complaints)} {}
    [[nodiscard]] const Complaints& complaints() const noexcept { return complaints_; }

private:
    Complaints complaints_;
};

}  // namespace allot::program
