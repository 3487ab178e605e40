// All figures of the program: their names, and the document that lists them.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "net/cli/program_figures.hpp"
#include "net/commands/registry.hpp"
#include "net/commands/server_figures.hpp"
#include "net/core/info_text.hpp"
#include "net/http/metric_page.hpp"
#include "tests/net/fakes.hpp"
#include "tests/source_path.hpp"

namespace {

using allot::Figure;
using allot::FigureKind;
using allot::Figures;

const std::vector<allot::SinkStatus> two_sinks{{.name = "mail",
                                                .acked = 7,
                                                .persisted = 6,
                                                .lag = 2,
                                                .acted = 3,
                                                .failures = 4,
                                                .last_error = "no\r\nlast_lsn:0",
                                                .retry_in = std::chrono::milliseconds{1500}},
                                               {.name = "webhook-erp",
                                                .acked = 9,
                                                .persisted = 8,
                                                .lag = 0,
                                                .acted = 6,
                                                .failures = 0,
                                                .last_error = "",
                                                .retry_in = {}}};

/// The figures of a server while it loads, and when it is open.
std::vector<Figure> all_figures() {
    allot::Loading loading;
    allot::ServerContext context{allot::command_table(), loading};
    std::vector<Figure> all = allot::server_figures(context).all();
    allot::test::Engine<allot::test::HandJournal> engine;  // has a history
    context.open(engine.backend());
    context.store.backend.add_figures = [](Figures& to) {
        allot::program::add_store_figures(to, allot::StoreStatus{});
        allot::program::add_sink_figures(to, two_sinks);
        allot::program::add_log_figures(to, 1);
    };
    const auto name = [](const Figure& figure) {
        std::string text = figure.row + "/" + figure.key.text + "/" + figure.metric.text;
        for (const auto& [label, value] : figure.labels) text += "/" + value;
        return text;
    };
    std::set<std::string> known;
    for (const Figure& figure : all) known.insert(name(figure));
    const Figures open = allot::server_figures(context);
    for (const Figure& figure : open.all()) {
        if (!known.contains(name(figure))) all.push_back(figure);
    }
    return all;
}

/// Keys with the names of Redis.
const std::set<std::string> names_of_redis{"blocked_clients",          "maxclients",
                                           "total_commands_processed", "total_connections_received",
                                           "total_net_input_bytes",    "total_net_output_bytes",
                                           "pubsub_channels",          "pubsub_patterns"};

std::string metric_for(const Figure& figure) {
    const std::string prefix = figure.section->name == "process" ? "process_" : "allot_";
    return prefix + figure.key.text + (figure.kind == FigureKind::counter ? "_total" : "");
}

/// Replaces the value of a label in a name: `dropped_idle` becomes `dropped_<cause>`.
std::string with_labels_named(const Figure& figure, std::string text) {
    for (const auto& [label, value] : figure.labels) {
        const std::size_t at = text.find(value);
        if (at != std::string::npos) text.replace(at, value.size(), "<" + label + ">");
    }
    return text;
}

std::string key_cell(const Figure& figure, bool is_one_of_many) {
    if (!figure.key.is_shown()) return "no: " + std::string{figure.key.why_not};
    std::string key = figure.key.text;
    if (!figure.row.empty()) {
        const std::string row{figure.section->row_prefix};
        key = "<" + std::string{figure.section->row_label} + ">" +
              (row.empty() ? "_" + key : ": " + key);
        key = row + key;
    } else if (is_one_of_many) {
        key = with_labels_named(figure, key);
    }
    return "`" + key + "`";
}

std::string metric_cell(const Figure& figure, bool is_one_of_many) {
    if (!figure.metric.is_shown()) return "no: " + std::string{figure.metric.why_not};
    std::string labels;
    for (const auto& [label, value] : figure.labels) {
        const bool is_named = is_one_of_many || label != "protocol";
        labels += (labels.empty() ? "" : ",") + label + (is_named ? "" : "=\"" + value + "\"");
    }
    return "`" + figure.metric.text + (labels.empty() ? "" : "{" + labels + "}") + "`";
}

std::string kind_cell(const Figure& figure) {
    if (std::holds_alternative<bool>(figure.value)) return "flag";
    if (std::holds_alternative<std::string>(figure.value)) return "text";
    constexpr std::array names{"gauge", "counter", "histogram"};
    return names.at(static_cast<std::size_t>(figure.kind));
}

/// The tables of net/FIGURES.md, one for each section.
std::string document_tables() {
    const auto all = all_figures();
    std::map<std::string, int> alike;
    for (const Figure& figure : all) ++alike[with_labels_named(figure, figure.key.text)];
    std::string text;
    for (const auto& section : allot::figure_sections) {
        text.append("\n### ").append(section.name).append("\n\n");
        text.append("| `INFO`, `/v1/info` | `/metrics` | | meaning |\n|---|---|---|---|\n");
        std::set<std::string> seen;
        for (const Figure& figure : all) {
            if (figure.section != &section) continue;
            const bool many =
                !figure.key.is_shown() || alike[with_labels_named(figure, figure.key.text)] > 1;
            const std::string row = "| " + key_cell(figure, many) + " | " +
                                    metric_cell(figure, many) + " | " + kind_cell(figure) + " | " +
                                    std::string{figure.help} + " |\n";
            if (seen.insert(row).second) text += row;
        }
    }
    return text;
}

std::string document() {
    std::ifstream file{allot::testing::source_path("net/FIGURES.md")};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_all_figures)

BOOST_AUTO_TEST_CASE(when_a_figure_has_no_key_or_metric_then_it_says_why) {
    for (const Figure& figure : all_figures()) {
        const std::string& name = figure.key.is_shown() ? figure.key.text : figure.metric.text;
        BOOST_TEST(!name.empty());
        BOOST_TEST(figure.key.is_shown() == figure.key.why_not.empty(), name);
        BOOST_TEST(figure.metric.is_shown() == figure.metric.why_not.empty(), name);
        BOOST_TEST(!figure.help.empty(), name);
    }
}

BOOST_AUTO_TEST_CASE(when_figures_are_named_then_all_names_follow_one_rule) {
    const std::regex key{"[a-z][a-z0-9]*(_[a-z0-9]+)*"};
    const std::regex metric{"(allot|process)(_[a-z0-9]+)+"};
    const std::regex other_unit{".*_(ns|us|ms|s|min|h|kb|kib|mb|mib|percent|perc|in_seconds)"};
    for (const Figure& figure : all_figures()) {
        if (figure.key.is_shown()) {
            BOOST_TEST(std::regex_match(figure.key.text, key), figure.key.text);
        }
        if (!figure.metric.is_shown()) continue;
        const std::string& name = figure.metric.text;
        BOOST_TEST(std::regex_match(name, metric), name);
        BOOST_TEST(!std::regex_match(name, other_unit), name);
        BOOST_TEST(name.ends_with("_total") == (figure.kind == FigureKind::counter), name);
        const bool is_alone = figure.labels.empty() && figure.key.is_shown();
        if (is_alone && !names_of_redis.contains(figure.key.text)) {
            BOOST_TEST(name == metric_for(figure));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_figures_are_rendered_then_no_two_have_the_same_name) {
    std::set<std::string> keys;
    std::set<std::pair<std::string, allot::FigureLabels>> series;
    std::map<std::string, std::pair<FigureKind, std::string_view>> metrics;
    for (const Figure& figure : all_figures()) {
        if (figure.key.is_shown()) {
            // In INFO a section is a heading only.
            BOOST_TEST(keys.insert(figure.row + "_" + figure.key.text).second, figure.key.text);
        }
        if (!figure.metric.is_shown()) continue;
        const std::string& name = figure.metric.text;
        BOOST_TEST(series.emplace(name, figure.labels).second, name);
        const auto& [kind, help] =
            metrics.try_emplace(name, figure.kind, figure.help).first->second;
        BOOST_TEST((kind == figure.kind), name);
        BOOST_TEST(help == figure.help, name);
    }
}

BOOST_AUTO_TEST_CASE(when_the_document_lists_them_then_it_is_the_same_list) {
    const std::string tables = document_tables();
    const std::string text = document();
    std::istringstream lines{tables};
    for (std::string line; std::getline(lines, line);) {
        BOOST_TEST(text.find(line + "\n") != std::string::npos, "net/FIGURES.md must hold:\n"
                                                                    << line);
    }
    BOOST_TEST(text.ends_with(tables), "net/FIGURES.md must end with:\n" << tables);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_figures_of_the_storage)

BOOST_AUTO_TEST_CASE(when_the_status_is_rendered_then_each_figure_has_its_own_value) {
    allot::StoreStatus status{};
    status.last = 20;
    status.oldest = 3;
    status.waiting_bytes = 77;
    status.journal_file_bytes = 4096;
    status.retained_bytes = 1024;
    status.group_sizes = {5, 0, 2};
    status.written_facts = 13;
    status.snapshot = 15;
    status.snapshots_taken = 4;
    status.snapshots_failed = 1;
    status.snapshot_at = 1'700'000'000'500'000;
    status.snapshot_took_us = 250'000;
    status.snapshot_pause_us = 1'500;
    Figures figures;
    allot::program::add_store_figures(figures, status);
    allot::program::add_sink_figures(figures, two_sinks);
    const std::string page = allot::http::metric_page(figures);
    for (const std::string_view line :
         {"allot_oldest_lsn 3", "allot_journal_waiting_bytes 77",
          "allot_journal_group_facts_bucket{le=\"1\"} 5", "allot_journal_group_facts_sum 13",
          "allot_snapshots_total{result=\"taken\"} 4", "allot_snapshots_total{result=\"failed\"} 1",
          "allot_snapshot_timestamp_seconds 1700000000.5", "allot_snapshot_duration_seconds 0.25",
          "allot_snapshot_lsn 15", "allot_snapshot_age_facts 5", "allot_sink_lsn{sink=\"mail\"} 7",
          "allot_sink_lag_events{sink=\"mail\"} 2",
          "allot_sink_deliveries_total{sink=\"webhook-erp\"} 6",
          "allot_sink_needs_lsn{sink=\"webhook-erp\"} 9",
          "allot_sink_failures_total{sink=\"mail\"} 4", "allot_journal_file_bytes 4096",
          "allot_journal_retained_bytes 1024"}) {
        BOOST_TEST(page.find("\n" + std::string{line} + "\n") != std::string::npos,
                   line << " is not in\n"
                        << page);
    }
    const std::string info = allot::info_text(figures, {});
    BOOST_TEST(info.find("snapshot_pause_seconds:0.0015\r\n") != std::string::npos, info);
    BOOST_TEST(info.find("snapshots_failed:1\r\n") != std::string::npos, info);
}

BOOST_AUTO_TEST_CASE(when_a_sink_has_failed_then_its_error_adds_no_line) {
    Figures figures;
    allot::program::add_sink_figures(figures, two_sinks);
    constexpr std::array<std::string_view, 1> wanted{"sinks"};
    BOOST_TEST(
        allot::info_text(figures, wanted) ==
        "# Sinks\r\n"
        "mail_lsn:7\r\nmail_lag_events:2\r\nmail_needs_lsn:7\r\nmail_deliveries:3\r\n"
        "mail_failures:4\r\nmail_retry_seconds:1.5\r\nmail_last_error:no\\x0d\\x0alast_lsn:0\r\n"
        "webhook-erp_lsn:9\r\nwebhook-erp_lag_events:0\r\nwebhook-erp_needs_lsn:9\r\n"
        "webhook-erp_deliveries:6\r\nwebhook-erp_failures:0\r\nwebhook-erp_retry_seconds:"
        "0\r\nwebhook-erp_last_error:\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
