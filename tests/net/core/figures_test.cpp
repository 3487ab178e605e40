#include "net/core/figures.hpp"

#include <boost/test/unit_test.hpp>

#include "net/core/figures_json.hpp"
#include "net/core/info_text.hpp"
#include "net/http/metric_page.hpp"

namespace {

using allot::FigureHistogram;
using allot::Figures;
using namespace std::chrono_literals;

/// A figure of each type of value, and of each kind of section.
Figures some_of_each() {
    Figures figures;
    figures.begin("stock");
    figures.gauge("products", "allot_products", "SKUs", std::uint64_t{3});
    figures.gauge("ready", "allot_ready", "Whether it is", true);
    figures.begin("server");
    figures.gauge("version", "allot_build_info", "Of it", std::string{"1 \"x\""},
                  {{"version", "1"}});
    figures.counter("cpu_seconds", "allot_cpu_seconds_total", "Time", 0.1);
    figures.gauge("at_seconds", "allot_at_seconds", "When", 1'700'000'000.5);
    figures.gauge("took_seconds", allot::not_shown("why not"), "How long", 1500us);
    figures.histogram("allot_group_facts", "Sizes", FigureHistogram::of_powers({5, 0, 2}, 13));
    figures.begin("commandstats");
    figures.begin_row("get");
    figures.counter("calls", "allot_commands_total", "Calls", std::uint64_t{7});
    figures.counter("usec", "allot_command_seconds_total", "Time", 2500us);
    figures.begin_row("set");
    figures.counter("calls", "allot_commands_total", "Calls", std::uint64_t{0});
    figures.begin("sinks");
    figures.begin_row("mail");
    figures.gauge("lsn", "allot_sink_lsn", "Last", std::uint64_t{1'000'000'000'000});
    figures.begin("stock");
    figures.gauge("batches", "allot_batches", "Batches", std::uint64_t{0});
    return figures;
}

std::string info(std::initializer_list<std::string_view> wanted) {
    return allot::info_text(some_of_each(), std::vector<std::string_view>{wanted});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_figures)

BOOST_AUTO_TEST_CASE(when_info_renders_them_then_each_is_text_in_its_section) {
    BOOST_TEST(info({"stock"}) == "# Stock\r\nproducts:3\r\nready:1\r\nbatches:0\r\n");
    BOOST_TEST(info({"Server"}) ==
               "# Server\r\nversion:1 \"x\"\r\ncpu_seconds:0.1\r\nat_seconds:1700000000.5\r\n"
               "took_seconds:0.0015\r\n");
    BOOST_TEST(info({"COMMANDSTATS"}) ==
               "# Commandstats\r\ncmdstat_get:calls=7,usec=2500\r\ncmdstat_set:calls=0\r\n");
    BOOST_TEST(info({"sinks"}) == "# Sinks\r\nmail_lsn:1000000000000\r\n");
    BOOST_TEST(info({"errorstats"}) == "# Errorstats\r\n");
    BOOST_TEST(info({"stocks"}) == "");
}

BOOST_AUTO_TEST_CASE(when_info_has_no_section_then_those_that_must_be_named_are_left_out) {
    BOOST_TEST(info({}) == info({"default"}));
    BOOST_TEST(info({}).find("# Commandstats") == std::string::npos);
    BOOST_TEST(info({"all"}) == info({"Everything"}));
    BOOST_TEST(info({"all"}).find("\r\n\r\n# Commandstats\r\n") != std::string::npos);
    BOOST_TEST(info({"all"}).size() > info({}).size());
    BOOST_TEST(info({"sinks", "stock"}).find("# Stock") == 0U);  // in their own order
}

BOOST_AUTO_TEST_CASE(when_json_renders_them_then_numbers_are_numbers) {
    std::string json;
    allot::JsonWriter writer{json};
    allot::write_figures(writer, some_of_each());
    BOOST_TEST(
        json ==
        R"({"server":{"version":"1 \"x\"","cpu_seconds":0.1,"at_seconds":1700000000.5,)"
        R"("took_seconds":0.0015},"process":{},"clients":{},"stats":{},"errorstats":[],)"
        R"("commandstats":[{"verb":"get","calls":7,"usec":2500},{"verb":"set","calls":0}],)"
        R"("stock":{"products":3,"ready":true,"batches":0},"persistence":{},"replication":{},"cluster":{},)"
        R"("sinks":[{"sink":"mail","lsn":1000000000000}]})");
}

BOOST_AUTO_TEST_CASE(when_prometheus_renders_them_then_series_of_one_metric_are_adjacent) {
    const std::string page = allot::http::metric_page(some_of_each());
    for (const std::string_view part :
         {"# HELP allot_products SKUs\n# TYPE allot_products gauge\nallot_products 3\n",
          "\nallot_ready 1\n", "\nallot_build_info{version=\"1\"} 1\n",
          "# TYPE allot_cpu_seconds_total counter\nallot_cpu_seconds_total 0.1",
          "# TYPE allot_group_facts histogram\nallot_group_facts_count 7\nallot_group_facts_sum "
          "13\nallot_group_facts_bucket{le=\"1\"} 5\nallot_group_facts_bucket{le=\"2\"} 5\n"
          "allot_group_facts_bucket{le=\"+Inf\"} 7\n",
          "# TYPE allot_commands_total counter\nallot_commands_total{verb=\"get\"} 7\n"
          "allot_commands_total{verb=\"set\"} 0\n",
          "\nallot_command_seconds_total{verb=\"get\"} 0.0025",
          "\nallot_sink_lsn{sink=\"mail\"} 1000000000000\n"}) {
        BOOST_TEST(page.find(part) != std::string::npos, part << "\nis not in\n" << page);
    }
    BOOST_TEST(page.find("took_seconds") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
