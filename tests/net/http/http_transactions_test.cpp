// Several commands in one request.
#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/state_hash.hpp"
#include "net/limits.hpp"
#include "tests/net/http/http_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

namespace {

using allot::test::contains;
using allot::test::expect_error;
using allot::test::HandJournal;
using allot::test::HttpAnswer;
using allot::test::HttpFixture;
using allot::test::HttpStock;

std::string allocate_one(std::string_view order, std::string_view sku, int quantity) {
    return R"({"allocate":{"order":")" + std::string{order} + R"(","lines":[{"sku":")" +
           std::string{sku} + R"(","quantity":)" + std::to_string(quantity) + "}]}}";
}

struct TransactionStock : HttpStock {
    HttpAnswer transact(const std::string& operations, std::string_view more = {},
                        std::string_view header = {}) {
        return ask("POST", "/v1/transactions",
                   R"({"operations":[)" + operations + "]" + std::string{more} + "}", header);
    }
    std::uint64_t state() { return state_hash(engine.repository); }
    std::string version_of(std::string_view sku) {
        const auto stock = ask("GET", "/v1/skus/" + std::string{sku} + "/stock").json();
        return std::to_string(stock.at("version").as_int64());
    }
};

constexpr std::string_view every_operation =
    R"({"allocate":{"order":"o","lines":[{"sku":"SKU","quantity":2},{"sku":"LAMP","quantity":1}]}},)"
    R"({"add_batch":{"batch":"new","sku":"NEW","quantity":3,"eta":"2030-01-02"}},)"
    R"({"allocate":{"order":"o","lines":[{"sku":"NEW","quantity":3}]}},)"
    R"({"reschedule":{"batch":"new","eta":"warehouse"}},{"receive":{"batch":"ship"}},)"
    R"({"set_quantity":{"batch":"here","quantity":1}},{"deallocate":{"order":"o","sku":"NEW"}},)"
    R"({"deallocate":{"order":"o","sku":"LAMP","quantity":1}},{"deallocate":{"order":"o"}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_transaction_over_http)

BOOST_FIXTURE_TEST_CASE(when_no_operation_is_refused_then_each_has_its_result, TransactionStock) {
    const auto before = engine.journal.last();
    const auto answer = transact(std::string{every_operation});
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body ==
               R"({"results":[{"order":"o","lines":[{"sku":"SKU","quantity":2,"batch":"here"},)"
               R"({"sku":"LAMP","quantity":1,"batch":"lamps"}]},)"
               R"({"batch":"new","sku":"NEW","quantity":3,"eta":"2030-01-02"},)"
               R"({"order":"o","lines":[{"sku":"NEW","quantity":3,"batch":"new"}]},)"
               R"({"batch":"new","eta":null},{"batch":"ship","eta":null},{"released":1},)"
               R"({"released":1},{"released":1},{"released":1}]})");
    BOOST_TEST(engine.journal.last() == before + 12);
}

BOOST_AUTO_TEST_CASE(
    when_the_transaction_is_executed_then_it_is_one_record_and_its_answer_waits_for_it) {
    HttpFixture<HandJournal> fixture;
    fixture.send(allot::test::http_request(
        "POST", "/v1/transactions",
        R"({"operations":[{"add_batch":{"batch":"b","sku":"S","quantity":3}},)" +
            allocate_one("o", "S", 1) + "," + allocate_one("p", "S", 1) + "]}"));
    BOOST_TEST(fixture.engine.journal.appends == 1);
    fixture.engine.journal.sync_to(2);
    BOOST_TEST(fixture.take().empty());
    fixture.engine.journal.sync();
    BOOST_TEST(fixture.take().starts_with("HTTP/1.1 200 "));
}

BOOST_FIXTURE_TEST_CASE(when_an_operation_is_refused_then_none_of_them_has_happened,
                        TransactionStock) {
    const auto before = state();
    for (const std::string_view refused :
         {R"({"allocate":{"order":"p","lines":[{"sku":"NO","quantity":1}]}})",
          R"({"add_batch":{"batch":"here","sku":"SKU","quantity":11}})",
          R"({"set_quantity":{"batch":"none","quantity":1}})",
          R"({"reschedule":{"batch":"none","eta":null}})", R"({"receive":{"batch":"none"}})"}) {
        const auto answer = transact(std::string{every_operation} + "," + std::string{refused});
        BOOST_TEST(answer.status == 409U, answer.body);
        BOOST_TEST(answer.json().at("error").at("operation").as_int64() == 9);
        BOOST_TEST(state() == before, refused);
    }
    expect_error(transact(allocate_one("o", "LAMP", 1) + R"(,{"receive":{"batch":"none"}})"), 409,
                 "NOSUCHBATCH", "operations[1].receive.batch", "No batch none");
    BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(when_stock_runs_out_then_only_that_line_is_short, TransactionStock) {
    const auto last = engine.journal.last();
    expect_error(transact(allocate_one("o", "LAMP", 4) + "," +
                          R"({"allocate":{"order":"p","lines":[{"sku":"SKU","quantity":1},)"
                          R"({"sku":"LAMP","quantity":2}]}})"),
                 409, "OUTOFSTOCK", "operations[1].allocate.lines[1].sku",
                 "Out of stock for sku LAMP");
    BOOST_TEST(engine.journal.last() == last + 1);
    BOOST_TEST(ask("GET", "/v1/skus/LAMP/available").body == R"({"sku":"LAMP","available":5})");
    BOOST_TEST(
        contains(ask("GET", "/v1/shortages").body, R"([{"order":"p","sku":"LAMP","quantity":2,)"));
}

BOOST_FIXTURE_TEST_CASE(when_the_refused_line_was_held_before_then_it_is_not_short,
                        TransactionStock) {
    transact(allocate_one("o", "LAMP", 5));
    const auto before = state();
    expect_error(transact(R"({"deallocate":{"order":"o"}},)" + allocate_one("p", "LAMP", 1) + "," +
                          allocate_one("o", "LAMP", 5)),
                 409, "OUTOFSTOCK", "operations[2].allocate.lines[0].sku");
    BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_not_atomic_then_the_other_operations_stand,
                        TransactionStock) {
    const auto answer =
        transact(allocate_one("o", "LAMP", 4) + "," + allocate_one("p", "LAMP", 2) + "," +
                     allocate_one("q", "LAMP", 1) + R"(,{"receive":{"batch":"none"}})",
                 R"(,"atomic":false)");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body ==
               R"({"results":[{"order":"o","lines":[{"sku":"LAMP","quantity":4,"batch":"lamps"}]},)"
               R"({"error":{"code":"OUTOFSTOCK","message":"Out of stock for sku LAMP",)"
               R"("field":"operations[1].allocate.lines[0].sku","operation":1}},)"
               R"({"order":"q","lines":[{"sku":"LAMP","quantity":1,"batch":"lamps"}]},)"
               R"({"error":{"code":"NOSUCHBATCH","message":"No batch none",)"
               R"("field":"operations[3].receive.batch","operation":3}}]})");
    BOOST_TEST(contains(ask("GET", "/v1/shortages").body, R"("order":"p","sku":"LAMP")"));
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_expects_versions_then_it_runs_only_with_these,
                        TransactionStock) {
    const std::string known = R"(,"if":{"LAMP":)" + version_of("LAMP") + R"(,"NEW":0})";
    BOOST_TEST(transact(allocate_one("o", "LAMP", 1), known).status == 200U);
    const auto before = state();
    expect_error(transact(allocate_one("p", "LAMP", 1), known), 412, "CONFLICT", "if.LAMP",
                 "Sku LAMP is at version 2, not 1");
    BOOST_TEST(state() == before);
    // A refused operation, or one without effect, leaves the version as it was.
    transact(allocate_one("p", "LAMP", 99) + "," + allocate_one("o", "LAMP", 1),
             R"(,"atomic":false)");
    BOOST_TEST(version_of("LAMP") == "2");
    ask("PUT", "/v1/batches/first", R"({"sku":"NEW","quantity":1})");
    expect_error(transact(allocate_one("p", "LAMP", 1), R"(,"if":{"NEW":0})"), 412, "CONFLICT",
                 "if.NEW", "Sku NEW is at version 1, not 0");
    expect_error(transact(allocate_one("p", "LAMP", 1), R"(,"if":{"NONE":7})"), 412, "CONFLICT",
                 "if.NONE", "is at version 0, not 7");
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_comes_with_a_key_again_then_the_first_answer_is_given,
                        TransactionStock) {
    constexpr std::string_view key = "Idempotency-Key: 7\r\n";
    for (const std::string more : {R"(,"if":{"LAMP":1})", R"(,"if":{"LAMP":99})", ""}) {
        const std::string_view header = more.empty()           ? "Idempotency-Key: 9\r\n"
                                        : contains(more, "99") ? "Idempotency-Key: 8\r\n"
                                                               : key;
        const auto first = transact(allocate_one("o", "LAMP", 1), more, header);
        const auto last = engine.journal.last();
        const auto again = transact(allocate_one("o", "LAMP", 1), more, header);
        BOOST_TEST(again.status == first.status);
        BOOST_TEST(again.body == first.body);
        BOOST_TEST(engine.journal.last() == last);
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_breaks_a_rule_then_the_field_is_named_and_nothing_done,
                        TransactionStock) {
    const auto before = state();
    const auto body = [&](const std::string& text) {
        return ask("POST", "/v1/transactions", text);
    };
    const auto good = allocate_one("o", "LAMP", 1);
    expect_error(body("{}"), 400, "SYNTAX", "operations", "the field is missing");
    expect_error(transact(""), 400, "SYNTAX", "operations", "1 to 1000 operations, not 0");
    expect_error(transact(good + ",7"), 400, "SYNTAX", "operations[1]",
                 "expected an object, not '7'");
    expect_error(transact(good + ",{}"), 400, "SYNTAX", "operations[1]", "expected one field, of");
    expect_error(transact(good + R"(,{"steal":{}})"), 400, "SYNTAX", "operations[1].steal");
    expect_error(transact(good + R"(,{"receive":{"batch":"b"},"allocate":{}})"), 400, "SYNTAX",
                 "operations[1]", "expected one field, of");
    expect_error(transact(good + R"(,{"receive":"b"})"), 400, "SYNTAX", "operations[1].receive");
    expect_error(transact(good + "," + allocate_one("p", "LAMP", 0)), 400, "BADQTY",
                 "operations[1].allocate.lines[0].quantity");
    expect_error(transact(good + R"(,{"allocate":{"order":"p","lines":[]}})"), 400, "SYNTAX",
                 "operations[1].allocate.lines");
    expect_error(transact(good + R"(,{"deallocate":{"order":"p","quantity":1}})"), 400, "SYNTAX",
                 "operations[1].deallocate.sku");
    expect_error(transact(good + R"(,{"reschedule":{"batch":"b","eta":"soon"}})"), 400, "BADDATE",
                 "operations[1].reschedule.eta");
    expect_error(transact(good, R"(,"if":7)"), 400, "SYNTAX", "if");
    expect_error(transact(good, R"(,"if":{"a b\n":7})"), 400, "BADNAME", "if.a b\\x0a");
    expect_error(transact(good, R"(,"if":{"LAMP":-1})"), 400, "SYNTAX", "if.LAMP",
                 "expected an integer from 0, not '-1'");
    expect_error(transact(good, R"(,"atomic":1)"), 400, "SYNTAX", "atomic");
    expect_error(transact(good, R"(,"more":1)"), 400, "SYNTAX", "more");
    BOOST_TEST(state() == before);
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_beyond_its_bounds_then_it_is_refused,
                        TransactionStock) {
    std::string many = allocate_one("o", "LAMP", 1), skus = R"(,"if":{"LAMP":1)";
    for (std::size_t i = 1; i < allot::operations_max; ++i)
        many += "," + allocate_one("o", "LAMP", 1);
    BOOST_TEST(transact(many).status == 200U);
    expect_error(transact(many + "," + allocate_one("o", "LAMP", 1)), 400, "SYNTAX", "operations");
    for (int i = 1; i < 256; ++i) skus += ",\"s" + std::to_string(i) + "\":0";
    BOOST_TEST(transact(allocate_one("p", "LAMP", 99), skus + "}").status == 412U);
    expect_error(transact(allocate_one("p", "LAMP", 1), skus + R"(,"t":0})"), 400, "SYNTAX", "",
                 "an object has more than 256 fields");
    expect_error(transact(R"({"receive":{"batch":[[[1]]]}})"), 400, "SYNTAX", "",
                 "nested more than 6 deep");
    // Other routes keep the narrower limits.
    expect_error(ask("PUT", "/v1/batches/b", R"({"sku":[[[[1]]]]})"), 400, "SYNTAX", "",
                 "nested more than 4 deep");
}

BOOST_AUTO_TEST_CASE(when_the_answer_would_be_too_large_then_the_transaction_is_undone) {
    allot::SessionLimits limits;
    limits.set_output_bytes_max(8 * allot::kibibyte);
    HttpFixture<HandJournal> fixture{limits};
    fixture.engine.journal.sync_at_once();
    fixture.ask("PUT", "/v1/batches/b", R"({"sku":"S","quantity":1000})");
    std::string operations = allocate_one("o", "S", 1);
    for (int i = 2; i < 200; ++i) operations += "," + allocate_one("o", "S", i % 40 + 1);
    for (const std::string_view more : {"", R"(,"atomic":false)"}) {
        const auto answer =
            fixture.ask("POST", "/v1/transactions",
                        R"({"operations":[)" + operations + "]" + std::string{more} + "}");
        expect_error(answer, 422, "ERR", "", "nothing has changed");
        BOOST_TEST(fixture.engine.journal.last() == 1U);
        BOOST_TEST(fixture.engine.repository.ledger().line_count() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(when_the_journal_fails_then_nothing_has_changed) {
    HttpFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("PUT", "/v1/batches/b", R"({"sku":"S","quantity":1000})");
    const auto before = state_hash(fixture.engine.repository);
    fixture.engine.journal.fail();
    const auto body =
        R"({"operations":[)" + allocate_one("o", "S", 1) + "," + allocate_one("p", "S", 1) + "]}";
    expect_error(fixture.ask("POST", "/v1/transactions", body), 503, "READONLY", "");
    BOOST_TEST(state_hash(fixture.engine.repository) == before);
}

BOOST_AUTO_TEST_SUITE_END()
