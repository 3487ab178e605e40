#include "net/cli/settings/password_setting.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "net/cli/serve.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

struct Operator {
    Operator() {
        scratch.write("file", "hunter2\r\nsecond line\n");
        ::chmod((scratch / "file").c_str(), 0600);
    }

    [[nodiscard]] ProgramRun serve(std::vector<std::string> more,
                                   program::Environment environment = {}) const {
        more.insert(more.begin(), {"serve", "--print-config", "--listen", "0.0.0.0:0"});
        return run_program(more, environment);
    }

    ScratchDirectory scratch;
};

program::PasswordSetting read(const std::string& file, program::Environment environment = {}) {
    static constexpr std::array options = {program::password_file_option, program::password_option};
    const program::Syntax syntax{
        .name = "test", .operands = "", .summary = "", .details = "", .options = options};
    std::vector<std::string> arguments;
    if (!file.empty()) arguments = {"--password-file", file};
    return program::read_password(program::read_settings(syntax, {.arguments = arguments,
                                                                  .environment = environment,
                                                                  .known = options,
                                                                  .read_file = {},
                                                                  .warning = {}}));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_an_operator_with_a_password, Operator)

BOOST_AUTO_TEST_CASE(when_the_password_is_in_a_file_then_it_is_the_first_line) {
    const auto given = read(scratch / "file");
    BOOST_REQUIRE(given.password.has_value());
    BOOST_TEST(given.password->matches("hunter2"));
    BOOST_TEST(given.warning.empty());
    scratch.write("whole", "no line end");
    BOOST_TEST(read(scratch / "whole").password->matches("no line end"));
}

BOOST_AUTO_TEST_CASE(when_an_editor_added_a_mark_or_saved_it_as_utf16_then_it_is_refused) {
    using namespace std::string_literals;
    const std::string wide = "is UTF-16, or has a zero byte; it has to be saved as UTF-8";
    const std::string marked = "begins with a byte order mark (U+FEFF); it has to be saved without";
    for (const auto& [text, rule] : {std::pair{"\xEF\xBB\xBFhunter2\n"s, marked},
                                     {"\xEF\xBB\xBF"s, marked},
                                     {"\xFF\xFEh\0u\0\n\0"s, wide},
                                     {"\xFE\xFF\0h\0u\0\n"s, wide},
                                     {"h\0u\0\n\0"s, wide},
                                     {"\0h\0u\0\n"s, wide}}) {
        scratch.write("odd", text);
        const auto run = serve({"--password-file", scratch / "odd"});
        BOOST_TEST(run.code == 2);
        BOOST_TEST(contains(run.err, scratch / "odd" + ": " + rule), run.err);
        BOOST_TEST(!contains(run.err, "hunter2"));
    }
    BOOST_TEST(contains(serve({}, {{"ALLOT_PASSWORD", "\xEF\xBB\xBFhunter2"}}).err, marked));
}

BOOST_AUTO_TEST_CASE(when_the_password_has_a_character_that_nothing_shows_then_it_is_refused) {
    for (const auto& [text, rule] : {std::pair{"hunter2\u200B\n", "\\u{200b} at byte 8"},
                                     {"hun\u00A0ter2", "\\u{a0} at byte 4"},
                                     {"\u202Ehunter2\n", "\\u{202e} at byte 1"},
                                     {"hunter2\uFEFF\r\nmore", "\\u{feff} at byte 8"}}) {
        scratch.write("odd", text);
        const auto run = serve({"--password-file", scratch / "odd"});
        BOOST_TEST(run.code == 2);
        BOOST_TEST(contains(run.err, scratch / "odd" + ": has the invisible character " + rule),
                   run.err);
        BOOST_TEST(!contains(run.err, "hunter2"));
    }
    scratch.write("odd", "h\tr\xFF\xE2\u00FC 2\n\u200B");  // what is no UTF-8 is left to the user
    BOOST_TEST(read(scratch / "odd").password->matches("h\tr\xFF\xE2\u00FC 2"));
}

BOOST_AUTO_TEST_CASE(when_the_password_is_in_the_environment_then_it_is_all_of_the_variable) {
    BOOST_TEST(read("", {{"ALLOT_PASSWORD", " a b"}}).password->matches(" a b"));
    BOOST_TEST(!read("").password.has_value());
}

BOOST_AUTO_TEST_CASE(when_everyone_can_read_the_file_then_there_is_a_warning) {
    ::chmod((scratch / "file").c_str(), 0604);
    BOOST_TEST(read(scratch / "file").warning ==
               "every user of this machine can read the password in " + scratch / "file");
}

BOOST_AUTO_TEST_CASE(when_a_password_is_set_then_other_machines_may_reach_the_server) {
    BOOST_TEST(serve({}).code == 2);
    BOOST_TEST(serve({"--password-file", scratch / "file"}).code == 0);
    BOOST_TEST(serve({}, {{"ALLOT_PASSWORD", "hunter2"}}).code == 0);
    BOOST_TEST(serve({"--listen-without-password"}).code == 0);
}

BOOST_AUTO_TEST_CASE(when_settings_are_shown_then_the_password_is_not) {
    const auto from_variable = serve({}, {{"ALLOT_PASSWORD", "hunter2"}});
    BOOST_TEST(!contains(from_variable.out + from_variable.err, "hunter2"));
    BOOST_TEST(!contains(from_variable.out, "\npassword = "));
    const auto from_file = serve({"--password-file", scratch / "file"});
    BOOST_TEST(!contains(from_file.out + from_file.err, "hunter2"));
    BOOST_TEST(contains(from_file.out, "password-file = " + scratch / "file"));
}

BOOST_AUTO_TEST_CASE(when_the_password_is_an_argument_then_it_is_refused_and_not_repeated) {
    for (const auto& arguments :
         {std::vector<std::string>{"--password", "hunter2"}, {"--password=hunter2"}}) {
        const auto run = serve(arguments);
        BOOST_TEST(run.code == 2);
        BOOST_TEST(run.err ==
                   "allot serve: --password: every user of this machine can read a command line; "
                   "use a file, or ALLOT_PASSWORD\n");
    }
}

BOOST_AUTO_TEST_CASE(
    when_the_password_cannot_be_used_then_the_error_names_its_source_and_not_its_value) {
    const std::string file = scratch / "file";
    BOOST_TEST(serve({"--password-file", scratch / "none"}).err ==
               "allot serve: password-file (flag --password-file): cannot read " +
                   scratch / "none" + ": No such file or directory\n");
    scratch.write("empty", "\nsecond");
    BOOST_TEST(serve({"--password-file", scratch / "empty"}).err ==
               "allot serve: password-file (flag --password-file): the first line of " +
                   scratch / "empty" + ": must have 1..512 bytes\n");
    for (const std::string& bad : {std::string{}, std::string(513, 'x')}) {
        const auto run = serve({}, {{"ALLOT_PASSWORD", bad}});
        BOOST_TEST(run.code == 2);
        BOOST_TEST(run.err ==
                   "allot serve: password (environment ALLOT_PASSWORD): must have 1..512 bytes\n");
    }
    BOOST_TEST(serve({"--password-file", file}, {{"ALLOT_PASSWORD", "hunter2"}}).err ==
               "allot serve: password-file (flag --password-file): there is a password in the "
               "environment ALLOT_PASSWORD, too\n");
    scratch.write("a.ini", "password = hunter2\n");
    const auto run = serve({"--config", scratch / "a.ini"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(contains(run.err, "a.ini:1: 'password': there is no such key"));
    BOOST_TEST(!contains(run.err, "hunter2"));
}

BOOST_AUTO_TEST_CASE(when_help_is_printed_then_it_says_how_to_set_it) {
    const auto help = run_program({"serve", "--help"}).out;
    BOOST_TEST(contains(help, "--password-file"));
    BOOST_TEST(contains(help, "ALLOT_PASSWORD"));
    BOOST_TEST(!contains(help, "--password "));
    BOOST_TEST(!contains(run_program({"manual"}).out, "\\-\\-password\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_limits)

BOOST_AUTO_TEST_CASE(when_limits_are_set_then_the_server_has_them) {
    using namespace std::chrono_literals;
    static constexpr auto& syntax = program::serve_command.syntax;
    const auto served = [](std::vector<std::string> arguments) {
        return program::ServeSettings::from(program::read_settings(syntax, {.arguments = arguments,
                                                                            .environment = {},
                                                                            .known = syntax.options,
                                                                            .read_file = {},
                                                                            .warning = {}}))
            .server;
    };
    const ServerOptions set =
        served({"--max-clients=7", "--max-line=1KiB", "--max-argument=2KiB", "--max-arguments=16",
                "--max-request=3KiB", "--max-clients-memory=5MiB", "--max-output=512KiB",
                "--handshake-timeout=1s", "--request-timeout=2min", "--output-timeout=300ms",
                "--idle-timeout=4h"});
    BOOST_TEST(set.clients_max == 7U);
    BOOST_TEST(set.session.request.line_bytes_max == 1024U);
    BOOST_TEST(set.session.request.argument_bytes_max == 2048U);
    BOOST_TEST(set.session.request.arguments_max == 16U);
    BOOST_TEST(set.session.request.request_bytes_max == 3072U);
    BOOST_TEST(set.session.output_bytes_max == 524'288U);
    BOOST_TEST(set.clients_memory_max == 5U << 20U);
    BOOST_TEST(set.session.output_pause_bytes == 131'072U);
    BOOST_TEST(set.session.reply_bytes_max == 393'216U);
    BOOST_TEST((set.handshake_max == 1s));
    BOOST_TEST((set.request_stalled_max == 2min));
    BOOST_TEST((set.output_stalled_max == 300ms));
    BOOST_TEST((set.idle_max == 4h));

    // The program's defaults are those of the library.
    const ServerOptions usual = served({});
    const ServerOptions built_in;
    BOOST_TEST(usual.clients_max == built_in.clients_max);
    BOOST_TEST(usual.clients_memory_max == built_in.clients_memory_max);
    BOOST_TEST(usual.session.request.line_bytes_max == built_in.session.request.line_bytes_max);
    BOOST_TEST(usual.session.request.argument_bytes_max ==
               built_in.session.request.argument_bytes_max);
    BOOST_TEST(usual.session.request.arguments_max == built_in.session.request.arguments_max);
    BOOST_TEST(usual.session.request.request_bytes_max ==
               built_in.session.request.request_bytes_max);
    BOOST_TEST(usual.session.output_bytes_max == built_in.session.output_bytes_max);
    BOOST_TEST(usual.session.output_pause_bytes == built_in.session.output_pause_bytes);
    BOOST_TEST(usual.session.reply_bytes_max == built_in.session.reply_bytes_max);
    BOOST_TEST((usual.handshake_max == built_in.handshake_max));
    BOOST_TEST((usual.request_stalled_max == built_in.request_stalled_max));
    BOOST_TEST((usual.output_stalled_max == built_in.output_stalled_max));
    BOOST_TEST((usual.idle_max == built_in.idle_max));
}

BOOST_AUTO_TEST_SUITE_END()
