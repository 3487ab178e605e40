#include "net/program/notifications.hpp"

#include <boost/test/unit_test.hpp>

#include "net/program/serve.hpp"
#include "tests/program/program_run.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

program::Notifications read(const std::vector<std::string>& arguments,
                            const program::Environment& environment = {}) {
    static constexpr auto& syntax = program::serve_command.syntax;
    return program::ServeSettings::from(program::read_settings(syntax, {.arguments = arguments,
                                                                        .environment = environment,
                                                                        .known = syntax.options,
                                                                        .read_file = {},
                                                                        .warning = {}}))
        .notifications;
}

std::string refusal(std::vector<std::string> arguments, program::Environment environment = {}) {
    arguments.insert(arguments.begin(), {"serve", "--print-config"});
    const auto run = run_program(arguments, environment);
    BOOST_TEST(run.code == 2);
    return run.err;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_an_operator_who_wants_to_be_notified)

BOOST_AUTO_TEST_CASE(when_nothing_is_set_then_nobody_is) {
    const auto none = read({});
    BOOST_TEST(!none.mail.has_value());
    BOOST_TEST(!none.webhook.has_value());
    BOOST_TEST(none.handlers().empty());
}

BOOST_AUTO_TEST_CASE(when_a_mail_server_is_set_then_out_of_stock_is_mailed) {
    const auto set = read({"--smtp", "smtp://127.0.0.1:2525", "--mail-to", "stock@example.com"});
    BOOST_TEST(set.mail.value().server.url == "smtp://127.0.0.1:2525");
    BOOST_TEST(set.mail->envelope.from == "allocations@example.com");
    BOOST_TEST(set.mail->envelope.to == "stock@example.com");
    BOOST_TEST(set.mail->password.empty());
    BOOST_TEST((set.mail->server.whole_max == 30s));
    BOOST_TEST((set.mail->server.connect_max == 10s));
    const auto handlers = set.handlers();
    BOOST_TEST_REQUIRE(handlers.size() == 1U);
    BOOST_TEST(handlers[0].name == "mail");
    BOOST_TEST(handlers[0].from == from_now);
    BOOST_TEST((handlers[0].back_off.first == 1s));
    BOOST_TEST((handlers[0].back_off.most == 60s));
    BOOST_TEST((handlers[0].back_off.jitter == BackOff::Jitter::full));
}

BOOST_AUTO_TEST_CASE(when_a_webhook_is_set_then_it_has_what_it_asks_for) {
    const auto set = read(
        {"--webhook", "https://example.com/hook", "--webhook-events", "out_of_stock,line_allocated",
         "--notify-timeout", "2s", "--notify-retry-max", "500ms"},
        {{"ALLOT_WEBHOOK_TOKEN", "s3cret"}});
    BOOST_TEST(
        (set.webhook.value().events == std::vector<std::string>{"out_of_stock", "line_allocated"}));
    BOOST_TEST(set.webhook->token == "s3cret");
    BOOST_TEST((set.webhook->receiver.whole_max == 2s));
    BOOST_TEST((set.webhook->receiver.connect_max == 2s));
    BOOST_TEST((set.handlers().at(0).back_off.most == 500ms));
}

BOOST_AUTO_TEST_CASE(when_a_setting_is_none_then_the_rule_is_named) {
    const ScratchDirectory scratch;
    scratch.write("token", "line\x01\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> bad{
        {{"--smtp", "http://a"}, "smtp (flag --smtp): value 'http://a': must be smtp://HOST"},
        {{"--smtp", "smtp://a"}, "mail-to (default): value '': must be an ASCII address"},
        {{"--mail-to", "a@b"}, "mail-to: needs --smtp, too"},
        {{"--webhook", "http://user:pw@a"}, "must be an http:// or https:// URL without user"},
        {{"--webhook", "http://a", "--webhook-events", "out_of_stock,nothing"},
         "webhook-events (flag --webhook-events): value 'out_of_stock,nothing': must be names"},
        {{"--webhook", "http://a", "--webhook-events", ""}, "must be names of events"},
        {{"--webhook", "http://a", "--webhook-token-file", scratch / "token"},
         "token of the webhook: must be printable ASCII"},
        {{"--webhook", "http://a", "--notify-timeout", "0"}, "and not 0"},
        {{"--smtp", "smtp://a", "--mail-to", "a@b", "--smtp-user", "u"},
         "smtp-user: a name and a password are needed together"},
        {{"--smtp", "smtp://a", "--mail-to", "a@b", "--smtp-password", "pw"},
         "--smtp-password: everyone on this machine can read a command line"}};
    for (const auto& [arguments, text] : bad) {
        const std::string said = refusal(arguments);
        BOOST_TEST(contains(said, text), said);
    }
}

BOOST_AUTO_TEST_CASE(when_settings_are_shown_then_secrets_are_not) {
    const auto run =
        run_program({"serve", "--print-config", "--webhook", "http://a", "--smtp", "smtp://a",
                     "--mail-to", "a@b", "--smtp-user", "u"},
                    {{"ALLOT_WEBHOOK_TOKEN", "s3cret"}, {"ALLOT_SMTP_PASSWORD", "s3cret"}});
    BOOST_TEST(run.code == 0);
    BOOST_TEST(contains(run.out, "webhook = http://a\n"));
    BOOST_TEST(!contains(run.out + run.err, "s3cret"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_handlers_at_work)

BOOST_AUTO_TEST_CASE(when_info_tells_of_them_then_no_error_can_add_a_line) {
    const auto section = program::handler_info({{.name = "mail",
                                                 .done = 7,
                                                 .kept = 6,
                                                 .lag = 2,
                                                 .acted = 3,
                                                 .failures = 4,
                                                 .last_error = "no\r\nlast_lsn:0"}});
    BOOST_TEST(section.name == "Handlers");
    using Field = std::pair<std::string, std::string>;
    BOOST_TEST(
        (section.fields == std::vector<Field>{{"mail_lsn", "7"},
                                              {"mail_lag", "2"},
                                              {"mail_deliveries", "3"},
                                              {"mail_failures", "4"},
                                              {"mail_last_error", "no\\x0d\\x0alast_lsn:0"}}));
}

BOOST_AUTO_TEST_SUITE_END()
