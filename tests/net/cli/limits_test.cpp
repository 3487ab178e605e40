// The numbers of docs/limits.md, the one document that states limits, compared with the program's.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "engine/histories.hpp"
#include "engine/name.hpp"
#include "engine/product.hpp"
#include "engine/quantity.hpp"
#include "net/cli/command.hpp"
#include "net/cli/csv/csv.hpp"
#include "net/cli/csv/diagnostics.hpp"
#include "net/cli/csv/tables.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/remote/remote.hpp"
#include "net/cli/serve.hpp"
#include "net/cli/settings/notifications.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/cli/settings/webhooks.hpp"
#include "net/core/password.hpp"
#include "net/core/slow_log.hpp"
#include "net/limits.hpp"
#include "net/notify/transfer.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"
#include "net/transport/server.hpp"
#include "storage/io/back_off.hpp"
#include "storage/journal/group_staging.hpp"
#include "tests/source_path.hpp"

namespace {

using namespace allot;

std::string text_of(const char* path) {
    std::ifstream file{testing::source_path(path)};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// `65,536`
std::string count(std::integral auto number) {
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

/// `64 KiB`
std::string size(std::uint64_t bytes) {
    const bool is_mib = bytes % (kibibyte * kibibyte) == 0;
    return count(bytes / kibibyte / (is_mib ? kibibyte : 1)) + (is_mib ? " MiB" : " KiB");
}

std::string seconds(std::chrono::milliseconds time) { return count(time.count() / 1000) + " s"; }

/// `64KiB`, `10000` and `10s` as the document writes them.
std::string spaced(std::string_view value) {
    const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
    const std::string unit{value.substr(digits)};
    return count(std::stoull(std::string{value.substr(0, digits)})) +
           (unit.empty() ? "" : " " + unit);
}

const std::string limits_document = text_of("docs/limits.md");

/// The row of the table that has the text; empty: there is none, or there are several.
std::string row_with(std::string_view text) {
    const std::size_t at = limits_document.find(text);
    if (at == std::string::npos || limits_document.find(text, at + 1) != std::string::npos)
        return {};
    const std::size_t begin = limits_document.rfind('\n', at) + 1;
    return limits_document.substr(begin, limits_document.find('\n', at) - begin);
}

/// True if the row has the words, and not as the beginning of a longer number.
bool has(const std::string& row, const std::string& words) {
    const auto is_digit = [&](std::size_t i) { return row[i] >= '0' && row[i] <= '9'; };
    const std::size_t at = row.find(" " + words);
    if (at == std::string::npos) return false;
    const std::size_t end = at + 1 + words.size();
    return !is_digit(end) && (row[end] != ',' || !is_digit(end + 1));
}

/// Expects each limit in the row that has the text before it.
void expect_limits(std::initializer_list<std::pair<std::string_view, std::string>> limits) {
    for (const auto& [what, limit] : limits) {
        const std::string row = row_with(what);
        BOOST_TEST(has(row, limit), what << ": " << limit << ": " << row);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_document_of_limits)

BOOST_AUTO_TEST_CASE(
    when_a_value_the_store_or_both_protocols_have_a_limit_then_its_number_is_there) {
    expect_limits({{"SKU, batch reference, order id", "1 to " + count(Sku::bytes_max) + " bytes"},
                   {"quantity of a line or batch", "1 to " + count(Quantity::units_max)},
                   {"batches of one SKU", count(Product::batches_max)},
                   {"histories that a store knows", count(Histories::kept_max)},
                   {"bytes not yet written", size(GroupStaging::backlog_bytes_max)},
                   {"longest pause that `RetryLater`", count(retry_later_max.count()) + " hour"},
                   {"wrong passwords in a row", count(SessionLimits{}.wrong_passwords_max)},
                   {"facts that a transaction may record", count(transaction_facts_max)},
                   {"lines of one order |", count(order_lines_max)},
                   {"candidate batches", count(explained_batches_max)},
                   {"rows of one list of shortages", count(shortage_rows_max)},
                   {"one reply to `EXPORT`", count(exported_rows_max)},
                   {"slow commands that are kept", count(SlowLog::entries_max) + "; " +
                                                       count(SlowLog::args_max) + "; " +
                                                       count(SlowLog::argument_bytes_max)},
                   {"bytes of a value that an error quotes", count(echoed_bytes_max)},
                   {"draining at the end", seconds(program::drain_max)},
                   {"waiting for a client to close", seconds(ServerOptions{}.await_close_max)}});
}

BOOST_AUTO_TEST_CASE(when_a_protocol_a_file_or_a_receiver_has_a_limit_then_its_number_is_there) {
    const RequestLimits before = RequestLimits{}.before_auth();
    expect_limits(
        {{"inline command", size(before.line_bytes_max)},
         {"one argument |", size(before.argument_bytes_max)},
         {"arguments of a request", count(before.arguments_max)},
         {"one request, framing included", size(before.request_bytes_max)},
         {"events of one `FEED`",
          count(feed_facts) + ", or `COUNT` up to " + count(feed_facts_max)},
         {"while its `FEED` waits", size(waiting_input_bytes_max)},
         {"name of a channel", count(channel_bytes_max) + " bytes"},
         {"channels and patterns of one client", count(subscriptions_max)},
         {"patterns of all clients together", count(patterns_max)},
         {"commands of a transaction", count(transaction_commands_max)},
         {"commands that each would", count(transaction_long_commands_max)},
         {"bytes of a transaction", size(transaction_bytes_max)},
         {"SKUs that a client may watch", count(watched_skus_max)},
         {"name of a client", count(client_name_bytes_max) + " bytes"},
         {"commands in a row", count(SessionLimits{}.commands_per_slice)},
         {"shortages in the store", count(shortages_per_slice)},
         {"patterns of all clients: with more", count(patterns_per_slice)},
         {"bytes of `PUBLISH`ed messages", size(published_bytes_per_slice)},
         {"channels with subscribers", count(channels_per_slice)},
         {"operations of a transaction over HTTP", count(operations_per_slice)},
         {"request line and header", size(http_header_bytes_max)},
         {"header fields", count(http_fields_max)},
         {"| JSON |", count(json_values_max) + " values"},
         {"| JSON |", count(json_members_max) + " fields"},
         {"operations of a transaction; SKUs", count(operations_max)},
         {"`Idempotency-Key`; all", "1 to " + count(idempotency_key_bytes_max) + " bytes"},
         {"`Idempotency-Key`; all", size(remembered_bytes_max)},
         {"streams of events", count(event_streams_max)},
         {"| webhooks |", count(program::webhooks_max)},
         {"bytes that are read of a receiver's", size(notify::Transfer::reply_bytes_max)},
         {"recipients of a mail", count(program::recipients_max)},
         {"a password or token", count(Password::bytes_max) + " bytes"},
         {"errors that are printed", count(program::Diagnostics::shown_max)},
         {"waiting for a server that is opening", seconds(program::Remote::loading_max)},
         {"rows of a file", count(program::rows_max) + "; " + size(program::file_bytes_max)},
         {"fields of a row", count(program::CsvReader::fields_max) + "; " +
                                 count(program::CsvReader::field_bytes_max)},
         {"lines of one order with", count(order_lines_max)}});
}

BOOST_AUTO_TEST_CASE(when_an_option_sets_a_limit_then_the_document_has_its_default) {
    std::size_t found = 0;
    for (const program::Option& option : program::all_commands().front()->syntax.options) {
        if (!option.group.ends_with(" of clients")) continue;  // limits and deadlines
        ++found;
        const std::string row = row_with("| `--" + std::string{option.name} + "` |");
        const std::string value = option.fallback == "0" ? "no bound" : spaced(option.fallback);
        BOOST_TEST(has(row, value), option.name << ": " << row);
    }
    BOOST_TEST(found > 10U);
}

BOOST_AUTO_TEST_CASE(when_an_option_has_a_range_then_the_document_has_the_range) {
    const std::regex range{"from (\\w+) to (\\w+)"};
    for (const auto& [option, rule] : {std::pair{"max-clients", program::clients_rule.text},
                                       {"max-clients-memory", program::clients_memory_rule.text},
                                       {"max-output", program::output_bytes_rule.text},
                                       {"max-request", program::request_bytes_rule.text},
                                       {"max-line", program::request_bytes_rule.text},
                                       {"max-argument", program::request_bytes_rule.text},
                                       {"max-arguments", program::arguments_rule.text}}) {
        const std::string words{rule};
        std::smatch ends;
        BOOST_REQUIRE(std::regex_search(words, ends, range));
        const std::string row = row_with("| `--" + std::string{option} + "` |");
        const std::string both = spaced(ends[1].str()) + " to " + spaced(ends[2].str());
        BOOST_TEST(has(row, both), option << ": " << row);
    }
}

BOOST_AUTO_TEST_CASE(when_the_readme_names_a_limit_then_it_is_that_of_the_program) {
    const std::string readme = text_of("README.md");
    for (const std::string& limit :
         {"up to " + count(Quantity::units_max), "up to " + count(Sku::bytes_max) + " bytes",
          "up to " + count(Product::batches_max) + " batches"}) {
        BOOST_TEST(readme.find(limit) != std::string::npos, limit);
    }
}

BOOST_AUTO_TEST_SUITE_END()
