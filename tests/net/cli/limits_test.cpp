// The numbers of docs/limits.md, the one document that states limits, compared with the program's.

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <limits>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/containers/compact_name.hpp"
#include "engine/eta.hpp"
#include "engine/histories.hpp"
#include "engine/name.hpp"
#include "engine/product.hpp"
#include "engine/quantity.hpp"
#include "net/cli/command.hpp"
#include "net/cli/csv/csv.hpp"
#include "net/cli/csv/diagnostics.hpp"
#include "net/cli/csv/tables.hpp"
#include "net/cli/export_remote.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/io/log_queue.hpp"
#include "net/cli/program_figures.hpp"
#include "net/cli/remote/remote.hpp"
#include "net/cli/remote/reply_reader.hpp"
#include "net/cli/remote/server_link.hpp"
#include "net/cli/serve.hpp"
#include "net/cli/settings/notifications.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/cli/settings/webhooks.hpp"
#include "net/core/password.hpp"
#include "net/core/rate_limited_log.hpp"
#include "net/core/slow_log.hpp"
#include "net/http/transaction_body.hpp"
#include "net/limits.hpp"
#include "net/notify/transfer.hpp"
#include "net/notify/webhook.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"
#include "net/transport/server.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/format/manifest.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/io/back_off.hpp"
#include "storage/journal/group_staging.hpp"
#include "storage/journal/journal_piece.hpp"
#include "storage/journal/next_segment.hpp"
#include "storage/options.hpp"
#include "storage/recovery/store_image.hpp"
#include "storage/snapshot/snapshot_thread.hpp"
#include "tests/net/cli/limits_document.hpp"

namespace {

using namespace allot;
using namespace allot::testing;

/// A number of the program, in words of the document's row that has the text.
struct StatedLimit {
    std::string_view row;
    std::string words;
};
using Limits = std::vector<StatedLimit>;

std::string day_range() {
    const bool is_range = Eta::parse("0001-01-01") && Eta::parse("9999-12-31") &&
                          !Eta::parse("0000-12-31") && !Eta::parse("10000-01-01");
    return is_range ? "0001-01-01 to 9999-12-31" : "other days";
}

/// The part of a rule's text that the pattern captures.
std::string captured(std::string_view rule, const char* pattern) {
    const std::string text{rule};
    std::smatch parts;
    BOOST_REQUIRE(std::regex_search(text, parts, std::regex{pattern}));
    return parts[1].str();
}

/// `1 KiB to 64 MiB`, of `a size from 1KiB to 64MiB`.
std::string range(std::string_view rule) {
    return spaced(captured(rule, "from (\\w+) to")) + " to " +
           spaced(captured(rule, "from \\w+ to (\\w+)"));
}

/// `up to 24 h`, of `a time …, at most 24h`.
std::string up_to(std::string_view rule) {
    return "up to " + spaced(captured(rule, "at most (\\w+)"));
}

std::string option_default(std::string_view name) {
    const program::Option* const option =
        program::find_option(program::serve_command.syntax.options, name);
    BOOST_REQUIRE(option != nullptr);
    return option->fallback == "0" ? "no bound" : spaced(option->fallback);
}

Limits of_values_and_store() {
    std::chrono::milliseconds waited{0};
    for (std::uint64_t i = 1; i <= NextSegment::attempts_max; ++i) {
        waited += NextSegment::back_off.after(i, 1);
    }
    const int age_days = std::stoi(captured(program::age_rule.text, "at most (\\d+)d"));
    return {
        {"SKU, batch reference, order id", "1 to " + count_text(Sku::bytes_max) + " bytes"},
        {"quantity of a line or batch", "1 to " + count_text(Quantity::units_max)},
        {"quantity of a line or batch", "set to " + count_text(Purchased::units_min)},
        {"| days |", day_range()},
        {"products, batches, orders", power(std::numeric_limits<Index>::max()) + " - 1 each"},
        {"batches of one SKU", count_text(Product::batches_max)},
        {"| shortages | no bound", count_text(sizeof(CompactName) - 1) + " bytes"},
        {"facts in one unit of work",
         count_text((journal::frame_bytes_max - 1) / journal::fact_bytes_max)},
        {"| journal file |", range(program::segment_bytes_rule.text)},
        {"| journal file |", size_text(StoreOptions{}.segment_bytes)},
        {"| journal file |", "from " + size_text(StoreOptions::segment_bytes_min)},
        {"pause before the journal's next",
         time_text(NextSegment::back_off.first) + " to " + time_text(NextSegment::back_off.most)},
        {"accepted before the full disk", count_text(NextSegment::attempts_max) + " attempts"},
        {"accepted before the full disk",
         "some " + time_text(std::chrono::floor<std::chrono::seconds>(waited))},
        {"time between two syncs",
         time_text(Durability::interval_min) + " to " + time_text(Durability::interval_max)},
        {"bytes not yet written", size_text(GroupStaging::backlog_bytes_max)},
        {"| `--keep-journal-age` |", count_text(age_days / 365) + " years"},
        {"| `--keep-journal-age` |",
         count_text(
             std::chrono::floor<std::chrono::years>(StoreOptions::keep_journal_age_max).count()) +
             " years"},
        {"histories that a store knows", count_text(Histories::kept_max)},
        {"pause after a failed snapshot", count_text(SnapshotThread::retry_delay.count()) + " min"},
        {"event sinks' names", "1 to " + count_text(sink_file::name_bytes_max) + " of"},
        {"event sink's last error", count_text(program::sink_error_bytes_max)},
        {"longest pause that `RetryLater`", count_text(retry_later_max.count()) + " hour"},
        {"in which `repair`", size_text(JournalPiece::patched_frame_bytes_max)},
        {"attempts of `backup`", count_text(StoreImage::attempts_max)},
        {"files of a backup", size_text(Manifest::text_bytes_max)},
        {"| machine |", count_text(8 * sizeof(void*)) + " bits"},
    };
}

Limits of_the_server() {
    const program::LogQueue::Limits log;
    return {
        {"wrong passwords in a row", count_text(SessionLimits{}.wrong_passwords_max)},
        {"pause before a wrong password", time_text(SessionLimits{}.wrong_password_delay)},
        {"facts that a transaction may record", count_text(transaction_facts_max)},
        {"lines of one order |", count_text(order_lines_max)},
        {"candidate batches", count_text(explained_batches_max)},
        {"rows of one list of shortages", count_text(shortage_rows_max)},
        {"one reply to `EXPORT`", count_text(exported_rows_max)},
        {"slow commands that are kept", count_text(SlowLog::entries_max) + "; " +
                                            count_text(SlowLog::args_max) + "; " +
                                            count_text(SlowLog::argument_bytes_max)},
        {"| `--slow-log` |", option_default("slow-log")},
        {"| `--slow-log` |", up_to(program::slow_log_rule.text)},
        {"| `--slow-log` |", captured(program::slow_log_rule.text, "or (0 for all)")},
        {"bytes of a value that an error quotes", count_text(echoed_bytes_max)},
        {"draining at the end", time_text(program::drain_max)},
        {"waiting for a client to close", time_text(ServerOptions{}.await_close_max)},
        {"queued lines of the log", size_text(log.bytes) + "; " + time_text(log.drain)},
        {"log lines about errors", count_text(RateLimitedLog::lines_max) + " a minute"},
    };
}

Limits of_resp() {
    const RequestLimits before = RequestLimits{}.before_auth();
    return {
        {"inline command", size_text(before.line_bytes_max)},
        {"one argument |", size_text(before.argument_bytes_max)},
        {"arguments of a request", count_text(before.arguments_max)},
        {"one request, framing included", size_text(before.request_bytes_max)},
        {"events of one `FEED`",
         count_text(feed_facts) + ", or `COUNT` up to " + count_text(feed_facts_max)},
        {"time that a `FEED` with", "0 (no bound), or up to " + power(feed_block_ms_max) + " ms"},
        {"while its `FEED` waits", size_text(waiting_input_bytes_max)},
        {"name of a channel", count_text(channel_bytes_max) + " bytes"},
        {"channels and patterns of one client", count_text(subscriptions_max)},
        {"patterns of all clients together", count_text(patterns_max)},
        {"commands of a transaction", count_text(transaction_commands_max)},
        {"commands that each would", count_text(transaction_long_commands_max)},
        {"bytes of a transaction", size_text(transaction_bytes_max)},
        {"SKUs that a client may watch", count_text(watched_skus_max)},
        {"name of a client", count_text(client_name_bytes_max) + " bytes"},
        {"commands in a row", count_text(SessionLimits{}.commands_per_slice)},
        {"shortages in the store", count_text(shortages_per_slice)},
        {"patterns of all clients: with more", count_text(patterns_per_slice)},
        {"bytes of `PUBLISH`ed messages", size_text(published_bytes_per_slice)},
        {"facts that become messages", count_text(delivered_facts_max)},
        {"messages of facts", count_text(deliveries_max)},
        {"channels with subscribers", count_text(channels_per_slice)},
        {"operations of a transaction over HTTP", count_text(operations_per_slice)},
    };
}

Limits of_http_and_receivers() {
    const auto json = [](const JsonLimits& limits, std::string_view between) {
        return count_text(limits.depth) + " deep" + std::string{between} +
               count_text(limits.members) + " fields";
    };
    return {
        {"request line and header", size_text(http_header_bytes_max) + " each"},
        {"header fields", count_text(http_fields_max)},
        {"| JSON |", json({}, ", ")},
        {"| JSON |", count_text(json_values_max) + " values"},
        {"| JSON |", json(http::transaction_json_limits, " and ")},
        {"operations of a transaction; SKUs",
         count_text(operations_max) + "; " + count_text(json_members_max)},
        {"`Idempotency-Key`; all", "1 to " + count_text(idempotency_key_bytes_max) + " bytes"},
        {"`Idempotency-Key`; all", size_text(remembered_bytes_max)},
        {"streams of events", count_text(event_streams_max)},
        {"gets a heartbeat", time_text(event_heartbeat)},
        {"| webhooks |", count_text(program::webhooks_max)},
        {"name of a webhook", "1 to " + count_text(program::NamedWebhook::name_bytes_max) + " of"},
        {"bytes that are read of a receiver's", size_text(notify::Transfer::reply_bytes_max)},
        {"recipients of a mail", count_text(program::recipients_max)},
        {"idle connection to a receiver", time_text(notify::Webhook::connection_idle_max)},
        {"| one attempt |", option_default("notify-timeout")},
        {"| one attempt |", up_to(program::duration_rule.text)},
        {"| one attempt |", time_text(program::Notifications::connect_max) + " to connect"},
        {"pause between two attempts", time_text(program::Notifications::retry_first)},
        {"pause between two attempts", option_default("notify-retry-max")},
        {"a password or token", count_text(Password::bytes_max) + " bytes"},
    };
}

Limits of_files_and_servers() {
    return {
        {"errors that are printed", count_text(program::Diagnostics::shown_max)},
        {"connecting to a server", time_text(program::ServerLink::connect_max) + "; " +
                                       time_text(program::ServerLink::answer_max) + "; " +
                                       time_text(program::Remote::loading_max)},
        {"one reply of a server", size_text(program::reply_bytes_max)},
        {"`export --from`", time_text(program::RemoteStock::silence_max)},
        {"rows of a file",
         count_text(program::rows_max) + "; " + size_text(program::file_bytes_max)},
        {"fields of a row", count_text(program::CsvReader::fields_max) + "; " +
                                count_text(program::CsvReader::field_bytes_max)},
        {"lines of one order with", count_text(order_lines_max)},
    };
}

/// The rows of options in the tables of the server.
Limits of_options() {
    Limits limits;
    const auto add = [&](const char* row, std::string_view option, std::string_view rule,
                         bool is_time) {
        limits.push_back({row, option_default(option)});
        limits.push_back({row, is_time ? up_to(rule) : range(rule)});
    };
    add("| `--max-clients` |", "max-clients", program::clients_rule.text, false);
    add("| `--max-clients-memory` |", "max-clients-memory", program::clients_memory_rule.text,
        false);
    add("| `--max-output` |", "max-output", program::output_bytes_rule.text, false);
    add("| `--max-request` |", "max-request", program::request_bytes_rule.text, false);
    add("| `--max-line` |", "max-line", program::request_bytes_rule.text, false);
    add("| `--max-argument` |", "max-argument", program::request_bytes_rule.text, false);
    add("| `--max-arguments` |", "max-arguments", program::arguments_rule.text, false);
    add("| `--handshake-timeout` |", "handshake-timeout", program::duration_rule.text, true);
    add("| `--request-timeout` |", "request-timeout", program::duration_rule.text, true);
    add("| `--output-timeout` |", "output-timeout", program::duration_rule.text, true);
    add("| `--idle-timeout` |", "idle-timeout", program::duration_rule.text, true);
    return limits;
}

Limits all_limits() {
    Limits all;
    for (const Limits& part : {of_values_and_store(), of_the_server(), of_options(), of_resp(),
                               of_http_and_receivers(), of_files_and_servers()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/// Rows with numbers that were measured, beside those of the program.
constexpr std::array<std::string_view, 4> measured{
    "batches of one SKU", "lines on one SKU", "| shortages | no bound", "duration of a snapshot"};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_document_of_limits)

BOOST_AUTO_TEST_CASE(when_the_program_has_a_limit_then_its_number_is_in_its_row) {
    for (const auto& [what, words] : all_limits()) {
        const std::string row = row_with(what);
        BOOST_TEST(find_words(row, words) != std::string::npos,
                   what << ": " << words << ": " << row);
    }
}

BOOST_AUTO_TEST_CASE(when_a_row_has_a_number_then_it_is_one_of_the_program_or_measured) {
    const Limits limits = all_limits();
    const auto rows = table_rows();
    BOOST_TEST(rows.size() > 80U);
    for (const std::string& row : rows) {
        const auto is_in_row = [&](std::string_view text) { return row.find(text) != row.npos; };
        if (std::ranges::any_of(measured, is_in_row)) continue;
        std::string rest = row.substr(row.find(" | ", 1) + 2);
        if (const std::size_t digits = rest.find("`0-9`"); digits != rest.npos) {
            rest.erase(digits, 5);  // characters of a name
        }
        for (const StatedLimit& limit : limits) {
            const std::size_t at = is_in_row(limit.row) ? find_words(rest, limit.words) : rest.npos;
            if (at != rest.npos) rest.erase(at, limit.words.size());
        }
        BOOST_TEST(rest.find_first_of("0123456789") == rest.npos, row << ": " << rest);
    }
}

BOOST_AUTO_TEST_CASE(when_an_option_sets_a_limit_then_the_document_has_it) {
    const Limits options = of_options();
    for (const program::Option& option : program::serve_command.syntax.options) {
        if (!option.group.ends_with(" of clients")) continue;  // limits and deadlines
        const std::string row = "| `--" + std::string{option.name} + "` |";
        BOOST_TEST(std::ranges::count(options, row, &StatedLimit::row) == 2, option.name);
    }
}

BOOST_AUTO_TEST_CASE(when_the_readme_names_a_limit_then_it_is_that_of_the_program) {
    const std::string readme = text_of("README.md");
    for (const std::string& limit : {"up to " + count_text(Quantity::units_max),
                                     "up to " + count_text(Sku::bytes_max) + " bytes",
                                     "up to " + count_text(Product::batches_max) + " batches"}) {
        BOOST_TEST(readme.find(limit) != std::string::npos, limit);
    }
}

BOOST_AUTO_TEST_SUITE_END()
