#include "net/core/figures.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <charconv>
#include <cmath>

namespace allot {

namespace {

double seconds_of(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

std::string decimal(double value) {
    std::array<char, 512> text{};  // enough for any double
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
    return {text.data(), end};
}

}  // namespace

FigureHistogram FigureHistogram::of(const LatencyHistogram& times) {
    FigureHistogram histogram{.counts = {times.counts().begin(), times.counts().end()},
                              .bounds = {},
                              .sum = seconds_of(times.sum())};
    for (std::size_t i = 0; i + 1 < histogram.counts.size(); ++i) {
        histogram.bounds.push_back(seconds_of(LatencyHistogram::bound(i)));
    }
    return histogram;
}

FigureHistogram FigureHistogram::of_powers(std::vector<std::uint64_t> counts, std::uint64_t sum) {
    FigureHistogram histogram{
        .counts = std::move(counts), .bounds = {}, .sum = static_cast<double>(sum)};
    for (std::size_t i = 0; i + 1 < histogram.counts.size(); ++i) {
        histogram.bounds.push_back(std::ldexp(1.0, static_cast<int>(i)));
    }
    return histogram;
}

void Figures::begin(std::string_view section) {
    const auto* const found = std::ranges::find(figure_sections, section, &FigureSection::name);
    BOOST_ASSERT(found != figure_sections.end());
    section_ = &*found;
    row_.clear();
}

void Figures::begin_row(std::string row) {
    BOOST_ASSERT(!section_->row_label.empty());
    row_ = std::move(row);
}

void Figures::add(FigureName key, FigureName metric, std::string_view help, FigureKind kind,
                  FigureLabels labels, FigureValue value) {
    BOOST_ASSERT(section_->row_label.empty() == row_.empty());
    if (!row_.empty()) labels.emplace(labels.begin(), section_->row_label, row_);
    figures_.push_back({section_, row_, std::move(key), std::move(metric), help, kind,
                        std::move(labels), std::move(value)});
}

bool is_in_microseconds(const Figure& figure) noexcept { return figure.key.text.ends_with("usec"); }

std::string figure_text(const Figure& figure) {
    if (const auto* const text = std::get_if<std::string>(&figure.value)) return *text;
    if (const auto* const whole = std::get_if<std::uint64_t>(&figure.value)) {
        return std::to_string(*whole);
    }
    const auto* const time = std::get_if<std::chrono::nanoseconds>(&figure.value);
    if (time != nullptr && is_in_microseconds(figure)) return std::to_string(time->count() / 1'000);
    return decimal(figure_number(figure));
}

double figure_number(const Figure& figure) {
    struct Number {
        double operator()(std::uint64_t whole) const { return static_cast<double>(whole); }
        double operator()(double fraction) const { return fraction; }
        double operator()(bool flag) const { return flag ? 1 : 0; }
        double operator()(std::chrono::nanoseconds time) const { return seconds_of(time); }
        double operator()(const std::string& /*text*/) const { return 1; }
        double operator()(const FigureHistogram& histogram) const {
            BOOST_ASSERT_MSG(false, "a histogram is no number");
            return histogram.sum;
        }
    };
    return std::visit(Number{}, figure.value);
}

}  // namespace allot
