#include <boost/test/unit_test.hpp>
#include <map>
#include <sstream>
#include <string>

#include "net/core/figures.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::test::HttpFixture;
using namespace std::chrono_literals;

/// The values by name and labels.
std::map<std::string, double> figures_in(const std::string& page) {
    std::map<std::string, double> figures;
    std::istringstream lines{page};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        const std::size_t space = line.rfind(' ');
        BOOST_TEST_REQUIRE(space != std::string::npos);
        const bool is_new =
            figures.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second;
        BOOST_TEST(is_new, line);
    }
    return figures;
}

struct Watched : HttpFixture<allot::test::HandJournal> {
    [[nodiscard]] std::map<std::string, double> figures() {
        return figures_in(ask("GET", "/metrics").body);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_monitor)

BOOST_AUTO_TEST_CASE(when_prometheus_scrapes_then_it_gets_the_text_format) {
    Watched fixture;
    const auto answer = fixture.ask("GET", "/metrics");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.says("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    BOOST_TEST(fixture.ask("HEAD", "/metrics").status == 200U);
    BOOST_TEST(fixture.ask("GET", "/metrics?sku=x").status == 400U);
}

BOOST_AUTO_TEST_CASE(when_there_is_a_password_then_the_monitor_must_give_it) {
    HttpFixture<> fixture{{}, allot::Password{"open sesame"}};
    BOOST_TEST(fixture.ask("GET", "/metrics").status == 401U);
    BOOST_TEST(fixture.ask("GET", "/metrics", {}, "Authorization: Bearer open sesame\r\n").status ==
               200U);
    BOOST_TEST(fixture.ask("GET", "/readyz").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_requests_were_served_then_the_counts_have_grown_by_them) {
    Watched fixture;
    const auto before = fixture.figures();
    fixture.ask("GET", "/v1/skus/none/available");
    allot::RespSession session{fixture.context, "test:2"};
    for (const std::string_view line :
         {"ADDBATCH b s 5\r\n", "ALLOCATE o s 3\r\n", "ALLOCATE p s 3\r\n", "NONSENSE\r\n"}) {
        const auto buffer = session.prepare();
        session.received(line.copy(buffer.data(), buffer.size()));
        (void)session.execute();
    }
    fixture.context.store.unlock();
    fixture.engine.journal.sync_to(1);
    auto after = fixture.figures();
    const auto grown = [&](const std::string& name) {
        BOOST_TEST(before.contains(name), name);
        return after[name] - before.at(name);
    };
    BOOST_TEST(grown("allot_commands_total{verb=\"allocate\"}") == 2);
    BOOST_TEST(grown("allot_commands_total{verb=\"(unknown)\"}") == 1);
    BOOST_TEST(grown("allot_errors_total{code=\"OUTOFSTOCK\"}") == 1);
    BOOST_TEST(grown("allot_errors_total{code=\"INVALIDSKU\"}") == 1);
    BOOST_TEST(grown("allot_clients{protocol=\"resp\"}") == 1);
    BOOST_TEST(grown("allot_batches") == 1);
    BOOST_TEST(grown("allot_lines") == 1);
    BOOST_TEST(grown("allot_shortages") == 1);
    BOOST_TEST(grown("allot_last_lsn") == 3);
    BOOST_TEST(grown("allot_journal_lag_facts") == 2);
    BOOST_TEST(
        grown("allot_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"2xx\"}") == 1);
    BOOST_TEST(grown("allot_http_requests_total{method=\"GET\",route=\"/v1/skus/{sku}/available\","
                     "status=\"4xx\"}") == 1);
    BOOST_TEST(after["allot_client_output_bytes"] > 0);  // replies that wait
    BOOST_TEST(after["process_resident_memory_bytes"] > 1e6);
    BOOST_TEST(after["process_open_fds"] > 2);
}

BOOST_AUTO_TEST_CASE(when_a_client_sends_paths_and_names_then_no_label_has_them) {
    Watched fixture;
    fixture.engine.journal.sync_at_once();
    const auto before = fixture.figures().size();
    fixture.ask("GET", "/a-path-of-mine");
    fixture.ask("GET", "/v1/skus/a-name-of-mine/stock");
    fixture.ask("PUT", "/v1/batches/a-name-of-mine", R"({"sku":"SKU","quantity":1})");
    const std::string page = fixture.ask("GET", "/metrics").body;
    BOOST_TEST(page.find("of-mine") == std::string::npos);
    BOOST_TEST(figures_in(page).size() == before);
    BOOST_TEST(figures_in(page).at(
                   "allot_http_requests_total{method=\"\",route=\"(none)\",status=\"4xx\"}") == 1);
}

BOOST_AUTO_TEST_CASE(when_times_were_taken_then_their_buckets_count_those_below_too) {
    Watched fixture;
    fixture.context.timings.durable.add(300ns);
    fixture.context.timings.durable.add(1ms);
    fixture.context.timings.durable.add(1h);
    auto figures = fixture.figures();
    BOOST_TEST(figures["allot_durable_seconds_count"] == 3);
    BOOST_TEST(figures["allot_durable_seconds_sum"] == 3600.0010003,
               boost::test_tools::tolerance(1e-9));
    BOOST_TEST(figures["allot_durable_seconds_bucket{le=\"+Inf\"}"] == 3);
    constexpr std::string_view bucket = "allot_durable_seconds_bucket{le=\"";
    std::size_t buckets = 0;
    for (const auto& [name, value] : figures) {
        if (!name.starts_with(bucket)) continue;
        const double bound = std::stod(name.substr(bucket.size()));
        BOOST_TEST(value == (bound >= 300e-9) + (bound >= 1e-3) + (bound >= 3600), name);
        ++buckets;
    }
    BOOST_TEST(buckets == allot::LatencyHistogram::bounds + 1);
}

BOOST_AUTO_TEST_CASE(when_clients_of_http_alone_hold_buffers_then_they_count) {
    Watched fixture;
    BOOST_TEST_REQUIRE(fixture.context.sessions().empty());
    BOOST_TEST(fixture.figures()["allot_client_buffer_bytes"] >= 2048);
    const auto held = fixture.ask("GET", "/v1/info").json().at("clients").at("client_buffer_bytes");
    BOOST_TEST(held.as_int64() >= 2048);
}

BOOST_AUTO_TEST_CASE(when_the_storage_has_figures_of_its_own_then_they_are_there) {
    Watched fixture;
    BOOST_TEST(!fixture.figures().contains("allot_oldest_lsn"));
    fixture.context.store.backend.add_figures = [](allot::Figures& to) {
        to.begin("persistence");
        to.gauge("oldest_lsn", "allot_oldest_lsn", "The first fact", std::uint64_t{3});
    };
    BOOST_TEST(fixture.figures()["allot_oldest_lsn"] == 3);
    BOOST_TEST(
        fixture.ask("GET", "/v1/info").json().at("persistence").at("oldest_lsn").as_int64() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
