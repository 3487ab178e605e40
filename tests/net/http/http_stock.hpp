#pragma once

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>
#include <string_view>

#include "tests/net/http/http_fixture.hpp"

namespace allot::test {

/// Ten of SKU in the warehouse, ten on a ship, and five lamps.
struct HttpStock : HttpFixture<> {
    HttpStock() {
        ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":10})");
        ask("PUT", "/v1/batches/ship", R"({"sku":"SKU","quantity":10,"eta":"2030-01-02"})");
        ask("PUT", "/v1/batches/lamps", R"({"sku":"LAMP","quantity":5,"eta":null})");
    }
};

/// An order that this stock can serve.
inline constexpr std::string_view two_lines =
    R"({"lines":[{"sku":"SKU","quantity":4},{"sku":"LAMP","quantity":2}]})";

/// \param field empty: the error has no field.
/// \param part contained in the body.
inline void expect_error(const HttpAnswer& answer, unsigned status, std::string_view code,
                         std::string_view field, std::string_view part = {}) {
    BOOST_TEST(answer.status == status, answer.body);
    const auto error = answer.json().at("error").as_object();
    BOOST_TEST(std::string_view{error.at("code").as_string()} == code, answer.body);
    BOOST_TEST((error.contains("field") ? std::string_view{error.at("field").as_string()}
                                        : std::string_view{}) == field,
               answer.body);
    BOOST_TEST(contains(answer.body, part), answer.body);
}

}  // namespace allot::test
