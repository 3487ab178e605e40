#include "net/http/metric_page.hpp"

#include <prometheus/text_serializer.h>

#include <cmath>
#include <limits>
#include <sstream>

namespace allot::http {

namespace {

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// \param bound of each place but the last. Prometheus counts in a bucket those before it, too.
template <class Bound>
void fill(prometheus::ClientMetric::Histogram& histogram, std::span<const std::uint64_t> counts,
          Bound&& bound) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
        histogram.sample_count += counts[i];
        const bool is_last = i + 1 == counts.size();
        histogram.bucket.push_back(
            {.cumulative_count = histogram.sample_count,
             .upper_bound = is_last ? std::numeric_limits<double>::infinity() : bound(i)});
    }
}

}  // namespace

MetricPage& MetricPage::begin(std::string_view name, std::string_view help,
                              prometheus::MetricType type) {
    families_.push_back(
        {.name = std::string{name}, .help = std::string{help}, .type = type, .metric = {}});
    return *this;
}

MetricPage& MetricPage::counter(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Counter);
}

MetricPage& MetricPage::gauge(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Gauge);
}

MetricPage& MetricPage::histogram(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Histogram);
}

prometheus::ClientMetric& MetricPage::add(Labels labels) {
    auto& metric = families_.back().metric.emplace_back();
    for (const auto& [name, value] : labels) {
        metric.label.push_back({std::string{name}, std::string{value}});
    }
    return metric;
}

MetricPage& MetricPage::value(double value, Labels labels) {
    auto& metric = add(labels);
    if (families_.back().type == prometheus::MetricType::Counter) {
        metric.counter.value = value;
    } else {
        metric.gauge.value = value;
    }
    return *this;
}

MetricPage& MetricPage::value(std::chrono::nanoseconds time, Labels labels) {
    return value(seconds(time), labels);
}

MetricPage& MetricPage::value(const LatencyHistogram& times, Labels labels) {
    auto& histogram = add(labels).histogram;
    fill(histogram, times.counts(),
         [](std::size_t bucket) { return seconds(LatencyHistogram::bound(bucket)); });
    histogram.sample_sum = seconds(times.sum());
    return *this;
}

MetricPage& MetricPage::value(std::span<const std::uint64_t> counts, std::uint64_t sum) {
    auto& histogram = add({}).histogram;
    fill(histogram, counts,
         [](std::size_t bucket) { return std::ldexp(1.0, static_cast<int>(bucket)); });
    histogram.sample_sum = static_cast<double>(sum);
    return *this;
}

std::string MetricPage::text() const {
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, families_);
    return std::move(text).str();
}

}  // namespace allot::http
