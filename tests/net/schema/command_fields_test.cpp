// Reading the fields of a command from arguments, from JSON, and from path and query.

#include "net/schema/fields.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "net/schema/call.hpp"
#include "net/schema/define.hpp"
#include "tests/net/fakes.hpp"

namespace {

using namespace allot;

/// A command for this test only.
struct Shipment {
    struct Parameters {
        OrderId order;
        std::optional<Sku> sku;
        std::optional<Quantity> quantity;
        Lsn after;
        Eta by;
    };
    static constexpr std::tuple fields{
        required<OrderId>("order"), optional<Sku>("sku"),
        optional_with_previous<Quantity>("quantity", "It is that of a SKU"),
        keyword<Lsn>("after", 7), keyword<Eta>("by", Eta::warehouse())};
};

/// `order sku quantity after by`, with `-` for a missing field; or the error.
std::string shown(const std::optional<Shipment::Parameters>& parameters, const std::string& error) {
    if (!parameters) return error;
    std::string text{parameters->order.view()};
    text.append(" ").append(parameters->sku ? parameters->sku->view() : "-");
    text.append(" ").append(parameters->quantity ? std::to_string(parameters->quantity->units())
                                                 : "-");
    text.append(" ").append(std::to_string(parameters->after)).append(" ");
    return text.append(parameters->by.in_warehouse() ? "-" : parameters->by.to_string());
}

struct FieldsFixture : test::RespFixture<> {
    std::string words(std::vector<std::string_view> args) {
        std::string reply;
        ReplyWriter writer{reply};
        args.insert(args.begin(), "SHIPMENT");
        Call call{{context, session}, nullptr, args, writer};
        const auto parameters = detail::read_arguments<Shipment>(call, 1);
        return shown(parameters, reply.substr(0, reply.find('\r')));
    }
    ReportFault reporter() {
        return [this](ErrorCode code, std::string_view text, std::string_view field) {
            error.assign(word_of(code)).append(" ").append(field).append(": ").append(text);
        };
    }
    std::string json(const std::string& text) {
        const auto value = boost::json::parse(text);
        ObjectSource source{reporter(), context, value.get_object(), detail::fields_of<Shipment>};
        const auto parameters = read<Shipment::Parameters>(source, Shipment::fields);
        return shown(parameters, error);
    }
    std::string request(std::vector<NamedText> query, const std::string* body = nullptr) {
        const NamedText path{"order", "o"};
        RequestSource source{reporter(), context, detail::fields_of<Shipment>,
                             {&path, 1}, query,   body};
        const auto parameters = read<Shipment::Parameters>(source, Shipment::fields);
        return shown(parameters, error);
    }
    std::string error;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_the_fields_of_a_command, FieldsFixture)

BOOST_AUTO_TEST_CASE(when_fields_come_as_arguments_then_position_and_keyword_determine_them) {
    BOOST_TEST(words({"o"}) == "o - - 7 -");
    BOOST_TEST(words({"o", "s"}) == "o s - 7 -");
    BOOST_TEST(words({"o", "s", "3"}) == "o s 3 7 -");
    BOOST_TEST(words({"o", "by", "2030-01-02"}) == "o - - 7 2030-01-02");
    BOOST_TEST(words({"o", "s", "AFTER", "9"}) == "o s - 9 -");
    BOOST_TEST(words({"o", "s", "3", "By", "warehouse", "after", "0"}) == "o s 3 0 -");
    BOOST_TEST(words({"o", "after"}) == "o after - 7 -");  // one word is a SKU, whatever it is
}

BOOST_AUTO_TEST_CASE(when_arguments_break_a_rule_then_the_error_names_it) {
    const std::string form = ": the arguments are order [sku [quantity]] [AFTER lsn] [BY day]";
    BOOST_TEST(words({"o", "s", "3", "until", "9"}) == "-SYNTAX 'until' is not AFTER or BY" + form);
    BOOST_TEST(words({"o", "s", "3", "by"}) == "-SYNTAX no day after 'by'" + form);
    BOOST_TEST(words({"o", "after", "1", "AFTER", "2"}) == "-SYNTAX 'AFTER' comes twice" + form);
    BOOST_TEST(words({"o", "s", "0"}).starts_with("-BADQTY invalid quantity '0'"));
    BOOST_TEST(words({"o", "by", "soon"}).starts_with("-BADDATE invalid date 'soon'"));
    BOOST_TEST(words({"o", "after", "-1"}).starts_with("-SYNTAX invalid LSN '-1'"));
}

BOOST_AUTO_TEST_CASE(when_fields_come_as_json_then_members_have_their_names_and_types) {
    BOOST_TEST(json(R"({"order":"o"})") == "o - - 7 -");
    BOOST_TEST(json(R"({"by":"2030-01-02","after":9,"quantity":3,"sku":"s","order":"o"})") ==
               "o s 3 9 2030-01-02");
    BOOST_TEST(json("{}") == "SYNTAX order: the field is missing");
    BOOST_TEST(json(R"({"order":"o","skew":1})") ==
               "SYNTAX skew: there is no such field here, only order, sku, quantity, after "
               "and by");
    BOOST_TEST(json(R"({"order":"o","quantity":3})") ==
               "SYNTAX sku: it is missing: it is that of a SKU");
    BOOST_TEST(json(R"({"order":"o","sku":"s","quantity":"3"})")
                   .starts_with("BADQTY quantity: invalid quantity '\"3\"'"));
}

BOOST_AUTO_TEST_CASE(when_fields_come_with_a_request_then_a_field_of_the_path_is_in_no_other_part) {
    BOOST_TEST(request({}) == "o - - 7 -");
    BOOST_TEST(request({{"after", "9"}, {"sku", "s"}}) == "o s - 9 -");
    BOOST_TEST(request({{"quantity", "3"}}) == "SYNTAX sku: it is missing: it is that of a SKU");
    const std::string body = R"({"sku":"s","quantity":3})";
    BOOST_TEST(request({}, &body) == "o s 3 7 -");
    const std::string again = R"({"order":"p"})";
    BOOST_TEST(request({}, &again) ==
               "SYNTAX order: there is no such field here, only sku, quantity, after and by");
    const std::string none = "[]";
    BOOST_TEST(request({}, &none) == "SYNTAX : '[]' is no JSON object");
}

BOOST_AUTO_TEST_SUITE_END()
