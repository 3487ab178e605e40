#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "net/core/latency_histogram.hpp"

// The server in numbers, for an operator. A figure is described once, by one call of
// Figures, and rendered three times: as INFO (net/core/info_text.hpp), as /v1/info
// (net/core/figures_json.hpp) and as /metrics (net/http/metric_page.hpp). net/FIGURES.md lists
// all of them.

namespace allot {

/// A part of INFO and of /v1/info.
struct FigureSection {
    std::string_view name;  ///< as in JSON; INFO capitalizes it
    /// The label that distinguishes the rows of the section, such as `verb`; empty: there is one
    /// row, without a label.
    std::string_view row_label = {};
    /// The prefix of the name of a row that INFO shows as one line, `errorstat_SYNTAX:count=0`;
    /// empty: each figure is a line, `mail_lsn:7`.
    std::string_view row_prefix = {};
    bool is_default = true;  ///< shown by INFO without arguments
};

/// All sections, in the order in which they are shown.
inline constexpr std::array figure_sections = std::to_array<FigureSection>({
    {"server"},
    {"process"},
    {"clients"},
    {"stats"},
    {"errorstats", "code", "errorstat_"},
    {"commandstats", "verb", "cmdstat_", false},
    {"stock"},
    {"persistence"},
    {"replication"},
    {"cluster"},
    {"sinks", "sink"},
});

/// Counts of a histogram's buckets, each without those of the buckets before it.
struct FigureHistogram {
    std::vector<std::uint64_t> counts;
    std::vector<double> bounds;  ///< upper bound of each bucket; the last has none
    double sum = 0;

    /// Returns the times in seconds.
    [[nodiscard]] static FigureHistogram of(const LatencyHistogram& times);
    /// \param counts the numbers of values up to 1, 2, 4, …; the last without a bound.
    [[nodiscard]] static FigureHistogram of_powers(std::vector<std::uint64_t> counts,
                                                   std::uint64_t sum);
};

/// A time is shown in seconds, but as whole microseconds under a key that ends in `usec`. A flag is
/// 0 or 1; JSON has it as a boolean. A text is 1 in /metrics, where its labels show it.
using FigureValue = std::variant<std::uint64_t, double, bool, std::chrono::nanoseconds, std::string,
                                 FigureHistogram>;

enum class FigureKind : std::uint8_t { gauge, counter, histogram };

/// The name of a figure in one rendering; or the reason why it has none there.
struct FigureName {
    FigureName(const char* name) : text{name} {}             // NOLINT(google-explicit-*)
    FigureName(std::string name) : text{std::move(name)} {}  // NOLINT(google-explicit-*)
    [[nodiscard]] bool is_shown() const noexcept { return !text.empty(); }

    std::string text;
    std::string_view why_not = {};
};
/// \param why static text.
[[nodiscard]] inline FigureName not_shown(std::string_view why) {
    FigureName name{""};
    name.why_not = why;
    return name;
}

/// The value of a label must not come from a client: each new value is a series that the monitor
/// keeps.
using FigureLabels = std::vector<std::pair<std::string, std::string>>;

struct Figure {
    const FigureSection* section;
    std::string row;    ///< empty in a section without rows
    FigureName key;     ///< in INFO and JSON: snake_case, its unit last
    FigureName metric;  ///< in /metrics; figures of one metric are its series
    std::string_view help;
    FigureKind kind;
    FigureLabels labels;  ///< the row's label first
    FigureValue value;
};

/// The figures of one moment, in the order in which they were added. Used by one thread.
class Figures {
public:
    /// Begins a section. \pre it is one of figure_sections
    void begin(std::string_view section);
    /// Begins a row. \pre the section has rows
    void begin_row(std::string row);

    // One call is one figure. `key` and `metric` are its names, or not_shown(); `help` is static.
    void gauge(FigureName key, FigureName metric, std::string_view help, FigureValue value,
               FigureLabels labels = {}) {
        add(std::move(key), std::move(metric), help, FigureKind::gauge, std::move(labels),
            std::move(value));
    }
    /// Adds a figure that only grows while the process lives. Its metric ends in `_total`.
    void counter(FigureName key, FigureName metric, std::string_view help, FigureValue value,
                 FigureLabels labels = {}) {
        add(std::move(key), std::move(metric), help, FigureKind::counter, std::move(labels),
            std::move(value));
    }
    /// Adds a histogram, which only /metrics shows.
    void histogram(FigureName metric, std::string_view help, FigureHistogram value,
                   FigureLabels labels = {}) {
        add(not_shown("a histogram"), std::move(metric), help, FigureKind::histogram,
            std::move(labels), std::move(value));
    }

    [[nodiscard]] const std::vector<Figure>& all() const noexcept { return figures_; }

private:
    void add(FigureName key, FigureName metric, std::string_view help, FigureKind kind,
             FigureLabels labels, FigureValue value);

    const FigureSection* section_ = nullptr;
    std::string row_;
    std::vector<Figure> figures_;
};

/// Returns the figure's value as INFO shows it: a fraction as the shortest decimal that reads back
/// as the same number. \pre it is no histogram
[[nodiscard]] std::string figure_text(const Figure& figure);
/// Returns the value as a number; a text is 1. \pre it is no histogram
[[nodiscard]] double figure_number(const Figure& figure);
/// True for a time whose key ends in `usec`: INFO and JSON show whole microseconds.
[[nodiscard]] bool is_in_microseconds(const Figure& figure) noexcept;

}  // namespace allot
