#include "net/http/metric_page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <sstream>

namespace allot::http {

namespace {

/// The buckets of Prometheus are cumulative.
prometheus::ClientMetric::Histogram prometheus_histogram(const FigureHistogram& from) {
    prometheus::ClientMetric::Histogram histogram{};
    for (std::size_t i = 0; i < from.counts.size(); ++i) {
        histogram.sample_count += from.counts[i];
        const double bound =
            i < from.bounds.size() ? from.bounds[i] : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back(
            {.cumulative_count = histogram.sample_count, .upper_bound = bound});
    }
    histogram.sample_sum = from.sum;
    return histogram;
}

prometheus::MetricType type_of(FigureKind kind) {
    switch (kind) {
        case FigureKind::counter:
            return prometheus::MetricType::Counter;
        case FigureKind::histogram:
            return prometheus::MetricType::Histogram;
        case FigureKind::gauge:
            break;
    }
    return prometheus::MetricType::Gauge;
}

prometheus::ClientMetric series_of(const Figure& figure) {
    prometheus::ClientMetric series;
    for (const auto& [name, value] : figure.labels) series.label.push_back({name, value});
    if (const auto* const histogram = std::get_if<FigureHistogram>(&figure.value)) {
        series.histogram = prometheus_histogram(*histogram);
    } else if (figure.kind == FigureKind::counter) {
        series.counter.value = figure_number(figure);
    } else {
        series.gauge.value = figure_number(figure);
    }
    return series;
}

}  // namespace

std::string metric_page(const Figures& figures) {
    std::vector<prometheus::MetricFamily> families;
    std::map<std::string_view, std::size_t> indices;  // in `families`
    for (const Figure& figure : figures.all()) {
        if (!figure.metric.is_shown()) continue;
        const auto [known, is_new] = indices.try_emplace(figure.metric.text, families.size());
        if (is_new) {
            families.push_back({.name = figure.metric.text,
                                .help = std::string{figure.help},
                                .type = type_of(figure.kind),
                                .metric = {}});
        }
        families[known->second].metric.push_back(series_of(figure));
    }
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, families);
    return std::move(text).str();
}

}  // namespace allot::http
