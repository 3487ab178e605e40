#include "net/cli/settings/notifications.hpp"

#include <boost/test/unit_test.hpp>

#include "net/cli/serve.hpp"
#include "tests/net/cli/program_run.hpp"
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

BOOST_AUTO_TEST_SUITE(given_the_settings_of_notifications)

BOOST_AUTO_TEST_CASE(when_nothing_is_set_then_there_is_no_sink) {
    const auto none = read({});
    BOOST_TEST(!none.mail.has_value());
    BOOST_TEST(none.webhooks.empty());
    BOOST_TEST(none.sinks().empty());
}

BOOST_AUTO_TEST_CASE(when_a_mail_server_is_set_then_out_of_stock_is_mailed) {
    const auto set = read({"--smtp", "smtp://127.0.0.1:2525", "--mail-to", "stock@example.com"});
    BOOST_TEST(set.mail.value().server.url == "smtp://127.0.0.1:2525");
    BOOST_TEST(set.mail->envelope.from == "allocations@example.com");
    BOOST_TEST((set.mail->envelope.to == std::vector<std::string>{"stock@example.com"}));
    BOOST_TEST(set.mail->password.empty());
    BOOST_TEST((set.mail->server.whole_max == 30s));
    BOOST_TEST((set.mail->server.connect_max == 10s));
    const auto sinks = set.sinks();
    BOOST_TEST_REQUIRE(sinks.size() == 1U);
    BOOST_TEST(sinks[0].name == "mail");
    BOOST_TEST(sinks[0].from == from_now);
    BOOST_TEST((sinks[0].back_off.first == 1s));
    BOOST_TEST((sinks[0].back_off.most == 60s));
    BOOST_TEST((sinks[0].back_off.jitter == BackOff::Jitter::full));
}

BOOST_AUTO_TEST_CASE(when_a_webhook_is_set_then_it_has_its_settings) {
    const auto set = read(
        {"--webhook", "https://example.com/hook", "--webhook-events", "out_of_stock,line_allocated",
         "--notify-timeout", "2s", "--notify-retry-max", "500ms"},
        {{"ALLOT_WEBHOOK_TOKEN", "s3cret"}});
    BOOST_TEST_REQUIRE(set.webhooks.size() == 1U);
    const auto& webhook = set.webhooks[0].settings;
    BOOST_TEST((webhook.events == std::vector<std::string>{"out_of_stock", "line_allocated"}));
    BOOST_TEST(webhook.token == "s3cret");
    BOOST_TEST((webhook.receiver.whole_max == 2s));
    BOOST_TEST((webhook.receiver.connect_max == 2s));
    // The name under which early builds kept the position of their only webhook.
    BOOST_TEST(set.sinks().at(0).name == "webhook");
    BOOST_TEST((set.sinks().at(0).back_off.most == 500ms));
}

BOOST_AUTO_TEST_CASE(when_there_are_several_webhooks_then_each_has_its_own) {
    const ScratchDirectory scratch;
    scratch.write("erp-token", "for-erp\n");
    const std::vector<std::string> urls{"--webhook=erp=https://erp.example.com/in?a=b",
                                        "--webhook=http://a/", "--webhook=shop-2=http://b/"};
    std::vector<std::string> arguments{"--webhook-token-file", "erp=" + scratch / "erp-token",
                                       "--webhook-events", "erp=line_allocated,batch_added",
                                       "--webhook-events=shop-2=line_deallocated"};
    std::vector<std::string> backwards = arguments;
    arguments.insert(arguments.begin(), urls.begin(), urls.end());
    backwards.insert(backwards.end(), urls.rbegin(), urls.rend());
    for (const auto& each : {arguments, backwards}) {
        const auto set = read(each, {{"ALLOT_WEBHOOK_TOKEN", "for-a"}});
        BOOST_TEST_REQUIRE(set.webhooks.size() == 3U);
        std::string all;
        for (const auto& webhook : set.webhooks) {
            all += webhook.sink_name() + ' ' + webhook.settings.receiver.url + ' ' +
                   webhook.settings.token + ' ' + webhook.settings.events.front() + '\n';
        }
        BOOST_TEST(all ==
                   "webhook http://a/ for-a out_of_stock\n"
                   "webhook-erp https://erp.example.com/in?a=b for-erp line_allocated\n"
                   "webhook-shop-2 http://b/  line_deallocated\n");
        BOOST_TEST(set.sinks().size() == 3U);
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_several_recipients_then_a_mail_goes_to_all) {
    const auto set = read({"--smtp", "smtp://a", "--mail-to", "b@x", "--mail-to", "a@x"});
    BOOST_TEST((set.mail.value().envelope.to == std::vector<std::string>{"b@x", "a@x"}));
    BOOST_TEST(set.sinks().size() == 1U);
}

BOOST_AUTO_TEST_CASE(when_one_of_several_values_is_wrong_then_value_and_rule_are_named) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> bad{
        {{"--webhook=a=http://a", "--webhook=a=http://b"},
         "webhook (flag --webhook): value 'a=http://b': the name 'a' is there already"},
        {{"--webhook=http://a", "--webhook=http://b"},
         "webhook (flag --webhook): value 'http://b': is the second one without a NAME= before it"},
        {{"--webhook=a=http://x/in", "--webhook=b=HTTP://X:80/in"},
         "value 'b=HTTP://X:80/in': has the same URL as 'a'"},
        {{"--webhook=http://x/", "--webhook=b=http://x"}, "has the same URL as the one without a "},
        {{"--webhook=A=http://x"}, "expected [NAME=]URL, an http:// or https:// URL without user"},
        {{"--webhook=abcdefghijklmnopqrstuvwxy=http://x"}, "a NAME of 1..24 of a-z, 0-9 and -"},
        {{"--webhook=a=http://x", "--webhook", ""}, "webhook (flag --webhook): value '': expected"},
        {{"--webhook=a=http://x", "--webhook-events=b=out_of_stock"},
         "webhook-events (flag --webhook-events): value 'b=out_of_stock': there is no webhook 'b'"},
        {{"--webhook=a=http://x", "--webhook-events=line_allocated"},
         "value 'line_allocated': each webhook has a name: say NAME= before it"},
        {{"--webhook=a=http://x", "--webhook-token-file=/t"}, "each webhook has a name"},
        {{"--webhook=a=http://x", "--webhook-token-file=a="}, "expected [NAME=]FILE"},
        {{"--smtp=smtp://a", "--mail-to=a@x", "--mail-to=a@x"},
         "mail-to (flag --mail-to): value 'a@x': is there already"}};
    for (const auto& [arguments, text] : bad) {
        const std::string said = refusal(arguments);
        BOOST_TEST(contains(said, text), said);
    }
    const std::string said = refusal({"--webhook=a=http://x"}, {{"ALLOT_WEBHOOK_TOKEN", "s3cret"}});
    BOOST_TEST(contains(said, "webhook-token (environment ALLOT_WEBHOOK_TOKEN): is for the"), said);
    BOOST_TEST(!contains(said, "s3cret"));
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_sinks_then_the_bound_is_named) {
    std::vector<std::string> webhooks;
    for (std::size_t i = 0; i < program::webhooks_max; ++i) {
        webhooks.push_back("--webhook=n" + std::to_string(i) + "=http://h" + std::to_string(i));
    }
    BOOST_TEST(read(webhooks).sinks().size() == 16U);
    webhooks.emplace_back("--webhook=http://more");
    BOOST_TEST(contains(refusal(webhooks), "webhook: 17 are set: at most 16 may be"));
    std::vector<std::string> mails{"--smtp=smtp://a"};
    for (std::size_t i = 0; i < program::recipients_max; ++i) {
        mails.push_back("--mail-to=n" + std::to_string(i) + "@x");
    }
    BOOST_TEST(read(mails).mail.value().envelope.to.size() == 50U);
    mails.emplace_back("--mail-to=more@x");
    BOOST_TEST(contains(refusal(mails), "mail-to: 51 are set: at most 50 may be"));
}

BOOST_AUTO_TEST_CASE(when_a_setting_is_invalid_then_the_rule_is_named) {
    const ScratchDirectory scratch;
    scratch.write("token", "line\x01\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> bad{
        {{"--smtp", "http://a"}, "smtp (flag --smtp): value 'http://a': expected smtp://HOST"},
        {{"--smtp", "smtp://a"}, "mail-to (default): value '': expected an ASCII address"},
        {{"--mail-to", "a@b"}, "mail-to: needs --smtp, too"},
        {{"--webhook", "http://user:pw@a"},
         "expected [NAME=]URL, an http:// or https:// URL without user"},
        {{"--webhook", "http://a", "--webhook-events", "out_of_stock,nothing"},
         "webhook-events (flag --webhook-events): value 'out_of_stock,nothing': expected "
         "[NAME=]EVENTS"},
        {{"--webhook", "http://a", "--webhook-token-file", scratch / "token"},
         "token of the webhook: must be printable ASCII"},
        {{"--webhook", "http://a", "--notify-timeout", "0"}, "and not 0"},
        {{"--smtp", "smtp://a", "--mail-to", "a@b", "--smtp-user", "u"},
         "smtp-user: a name and a password are needed together"},
        {{"--smtp", "smtp://a", "--mail-to", "a@b", "--smtp-password", "pw"},
         "--smtp-password: every user of this machine can read a command line"}};
    for (const auto& [arguments, text] : bad) {
        const std::string said = refusal(arguments);
        BOOST_TEST(contains(said, text), said);
    }
}

BOOST_AUTO_TEST_CASE(when_several_are_shown_then_a_file_can_say_the_same) {
    const ScratchDirectory scratch;
    const std::vector<std::string> arguments{"--webhook=a=http://a", "--webhook=b=http://b",
                                             "--webhook-events=b=line_allocated"};
    for (const auto& each : {std::vector{arguments[0], arguments[1]}, arguments}) {
        std::vector<std::string> shown{"serve", "--print-config"};
        shown.insert(shown.end(), each.begin(), each.end());
        scratch.write("shown.ini", run_program(shown, {}).out);
        const auto again =
            run_program({"serve", "--print-config", "--config", scratch / "shown.ini"}, {});
        BOOST_TEST(again.code == 0, again.err);
        BOOST_TEST(contains(again.out, "webhook = a=http://a\n"));
        BOOST_TEST(contains(again.out, "webhook = b=http://b\n"));
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
