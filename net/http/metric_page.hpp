#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/latency_histogram.hpp"

namespace allot::http {

/// The text format of Prometheus.
inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// A page of figures for Prometheus. A family is begun, then follow its values. No label's value
/// may be a client's: each new one is a series that the monitor keeps.
class MetricPage {
public:
    struct Label {
        std::string_view name;
        std::string_view value;
    };
    using Labels = std::initializer_list<Label>;

    MetricPage& counter(std::string_view name, std::string_view help);
    MetricPage& gauge(std::string_view name, std::string_view help);
    MetricPage& histogram(std::string_view name, std::string_view help);

    /// Of the counter or gauge that was begun last.
    MetricPage& value(double value, Labels labels = {});
    MetricPage& value(std::uint64_t value, Labels labels = {}) {
        return this->value(static_cast<double>(value), labels);
    }
    /// In seconds.
    MetricPage& value(std::chrono::nanoseconds time, Labels labels = {});
    // Of the histogram that was begun last.
    MetricPage& value(const LatencyHistogram& times, Labels labels = {});
    /// \param counts of up to 1, 2, 4, …; the last without a bound.
    MetricPage& value(std::span<const std::uint64_t> counts, std::uint64_t sum);

    [[nodiscard]] std::string text() const;

private:
    MetricPage& begin(std::string_view name, std::string_view help, prometheus::MetricType type);
    prometheus::ClientMetric& add(Labels labels);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace allot::http
