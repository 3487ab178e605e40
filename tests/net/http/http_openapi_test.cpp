// The description of the API, compared with the routes and commands.

#include "net/http/openapi.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "net/commands/registry.hpp"
#include "net/core/figures.hpp"
#include "net/http/routes.hpp"
#include "tests/net/http/http_fixture.hpp"
#include "tests/source_path.hpp"

namespace {

namespace json = boost::json;
using allot::test::HttpFixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_description_of_the_api)

BOOST_AUTO_TEST_CASE(when_the_description_is_compared_with_the_routes_then_neither_has_more) {
    std::set<std::string> described;
    const json::value description = json::parse(std::string{allot::http::openapi_text()});
    for (const auto& [path, methods] : description.at("paths").as_object()) {
        for (const auto& [method, ignored] : methods.as_object()) {
            described.insert(std::string{method} + " " + std::string{path});
        }
    }
    std::set<std::string> served;
    for (const allot::Route& route : allot::routes()) {
        std::string method{boost::beast::http::to_string(route.method)};
        for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
        served.insert(method + " " + std::string{route.path});
    }
    BOOST_TEST(served == described, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(when_a_page_asks_or_an_answer_is_too_large_then_the_status_is_described) {
    const json::value description = json::parse(std::string{allot::http::openapi_text()});
    for (const allot::Route& route : allot::routes()) {
        if (route.has(allot::flag_free)) continue;
        const std::string method{boost::beast::http::to_string(route.method)};
        std::string small_method = method;
        boost::algorithm::to_lower(small_method);
        const json::value& responses =
            description.at("paths").at(route.path).at(small_method).at("responses");
        const auto status = [&](std::string_view host, std::string_view origin, bool is_small) {
            HttpFixture<> fixture;
            fixture.context.identity.http_local_names_only = true;
            if (is_small) fixture.context.limits.reply_bytes_max = 0;
            std::string request = method + " " + std::string{route.path} + " HTTP/1.1\r\nHost: ";
            request.append(host).append("\r\nOrigin: ").append(origin);
            request.append("\r\nContent-Type: application/json\r\nContent-Length: ");
            const std::string_view body = route.spec->example;
            request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
            return fixture.ask_raw(request).status;
        };
        for (const auto& [expected, met] :
             {std::pair{403U, status("localhost", "http://server.example", false)},
              std::pair{421U, status("server.example", "http://localhost", false)},
              std::pair{500U, status("localhost", "http://localhost", true)}}) {
            BOOST_TEST(met == expected, route.path);
            BOOST_TEST(responses.as_object().contains(std::to_string(expected)), route.path);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_the_description_lists_the_codes_of_errors_then_none_is_missing) {
    std::set<std::string> described;
    const json::value description = json::parse(std::string{allot::http::openapi_text()});
    const json::value& error = description.at("components").at("schemas").at("ErrorText");
    for (const json::value& code : error.at("properties").at("code").at("enum").as_array()) {
        described.emplace(code.as_string());
    }
    std::set<std::string> known{allot::error_words.begin(), allot::error_words.end()};
    for (const char* other : {"NOPROTO", "EXECABORT", "DIVERGED"}) {  // of RESP alone
        BOOST_TEST(known.erase(other) == 1U);
    }
    BOOST_TEST(described == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(when_the_description_describes_figures_then_it_has_their_sections) {
    const json::value description = json::parse(std::string{allot::http::openapi_text()});
    const json::object& info =
        description.at("components").at("schemas").at("Info").at("properties").as_object();
    BOOST_TEST(info.size() == allot::figure_sections.size());
    for (const allot::FigureSection& section : allot::figure_sections) {
        BOOST_TEST_REQUIRE(info.contains(section.name), section.name);
        const json::object& described = info.at(section.name).as_object();
        BOOST_TEST(described.contains("items") == !section.row_label.empty(), section.name);
        if (section.row_label.empty()) continue;
        BOOST_TEST(described.at("items").at("required").at(0).as_string() == section.row_label);
    }
}

BOOST_AUTO_TEST_CASE(when_a_command_has_no_route_then_the_document_says_so) {
    std::ifstream file{allot::testing::source_path("net/http/HTTP.md")};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::string routes = text.substr(0, text.find("\nThree routes are"));
    const std::size_t absent = routes.find("\nThese commands have no route:");
    BOOST_REQUIRE(absent != std::string::npos);
    for (const allot::CommandSpec& spec : allot::command_table()) {
        const std::string name = "`" + std::string{spec.name};
        const auto named = [&](std::string_view part) {
            return part.find(name + "`") != std::string_view::npos ||
                   part.find(name + " ") != std::string_view::npos;
        };
        const bool has_route = named(std::string_view{routes}.substr(0, absent));
        const bool has_none = named(std::string_view{routes}.substr(absent));
        BOOST_TEST(has_route != has_none, spec.name);
    }
}

BOOST_AUTO_TEST_CASE(when_the_description_is_requested_then_it_is_the_file_in_the_tree) {
    std::ifstream file{allot::testing::source_path("net/http/openapi.json")};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    HttpFixture<> fixture;
    BOOST_TEST(fixture.ask("GET", "/v1/openapi.json").body == text);
}

BOOST_AUTO_TEST_SUITE_END()
