#include "net/cli/settings/settings.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <system_error>

#include "net/cli/command.hpp"

using namespace allot::program;

namespace {

constexpr std::array options = {
    help_option,
    print_config_option,
    config_option,
    data_option,
    Option{"sample-stock", "", "", "a switch"},
    Option{"from", "LSN", "1", "a matter of one call", Option::From::flag_only},
    Option{"to", "ADDRESS", "all", "perhaps several", Option::From::anywhere, true}};
constexpr std::array elsewhere = {
    data_option, config_option, options[4],
    options[5],  options[6],    Option{"listen", "ADDRESS:PORT", "", "of another command"}};

/// One way in which a command may be called.
struct Invocation {
    std::vector<std::string> arguments = {};
    Environment environment = {};
    std::string file = {};  // the contents of every configuration file
    std::size_t operands_max = 0;
    std::vector<std::string> warnings = {};

    Settings read() {
        const Syntax syntax{.name = "test",
                            .operands = "DIR",
                            .summary = "",
                            .details = "",
                            .options = options,
                            .operands_min = operands_max,
                            .operands_max = operands_max};
        return read_settings(syntax,
                             {.arguments = arguments,
                              .environment = environment,
                              .known = elsewhere,
                              .read_file =
                                  [this](const std::string& path) {
                                      if (path != "none.ini") return file;
                                      throw std::system_error{ENOENT, std::generic_category(),
                                                              "cannot read none.ini"};
                                  },
                              .warning = [this](const std::string& w) { warnings.push_back(w); }});
    }

    /// \return the diagnostic about the call.
    std::string error() {
        try {
            (void)read();
        } catch (const UsageError& error) {
            return error.what();
        }
        return "none";
    }
};

Settings settings_of(Invocation call) { return call.read(); }
std::string error_of(Invocation call) { return call.error(); }

std::string data_and_origin(Invocation call) {
    const auto settings = call.read();
    return settings.text("data") + " from " + settings.at("data").origin;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_setting_with_four_sources)

BOOST_AUTO_TEST_CASE(when_all_sources_set_it_then_the_flag_wins) {
    BOOST_TEST(data_and_origin({.arguments = {"--data", "f", "--config=a.ini"},
                                .environment = {{"ALLOT_DATA", "e"}},
                                .file = "data = i\n"}) == "f from flag --data");
}

BOOST_AUTO_TEST_CASE(when_no_flag_sets_it_then_the_environment_wins) {
    BOOST_TEST(data_and_origin({.arguments = {"--config", "a.ini"},
                                .environment = {{"ALLOT_DATA", "e"}},
                                .file = "data = i\n"}) == "e from environment ALLOT_DATA");
}

BOOST_AUTO_TEST_CASE(when_only_the_file_has_the_setting_then_the_file_beats_the_default) {
    BOOST_TEST(data_and_origin({.arguments = {"--config", "a.ini"},
                                .file = "# a comment\n\n  data =  i j \r\n"}) ==
               "i j from file a.ini:3");
}

BOOST_AUTO_TEST_CASE(when_the_environment_names_the_file_then_it_is_read) {
    BOOST_TEST(data_and_origin({.environment = {{"ALLOT_CONFIG", "b.ini"}}, .file = "data=i"}) ==
               "i from file b.ini:1");
}

BOOST_AUTO_TEST_CASE(when_no_source_sets_it_then_it_has_the_default) {
    BOOST_TEST(data_and_origin({}) == "stock from default");
}

BOOST_AUTO_TEST_CASE(when_a_switch_is_on_outside_then_a_flag_switches_it_off) {
    Invocation on{.environment = {{"ALLOT_SAMPLE_STOCK", "yes"}}};
    BOOST_TEST(on.read().is_on("sample-stock"));
    on.arguments = {"--sample-stock=no"};
    BOOST_TEST(!on.read().is_on("sample-stock"));
    BOOST_TEST(settings_of({.arguments = {"--sample-stock"}}).is_on("sample-stock"));
    BOOST_TEST(!settings_of({}).is_on("sample-stock"));
}

BOOST_AUTO_TEST_CASE(
    when_the_settings_are_printed_then_they_are_a_file_that_gives_the_same_and_names_each_source) {
    Invocation call{.arguments = {"--data", "f"}, .environment = {{"ALLOT_SAMPLE_STOCK", "1"}}};
    std::ostringstream shown;
    call.read().print(shown);
    BOOST_TEST(shown.str() ==
               "# flag --data\ndata = f\n"
               "# environment ALLOT_SAMPLE_STOCK\nsample-stock = 1\n"
               "# default\nto = all\n");
    const auto again = settings_of({.arguments = {"--config", "a"}, .file = shown.str()});
    BOOST_TEST(again.text("data") == "f");
    BOOST_TEST(again.is_on("sample-stock"));
}

BOOST_AUTO_TEST_CASE(when_a_file_begins_with_a_byte_order_mark_then_it_is_passed_over) {
    BOOST_TEST(settings_of({.arguments = {"--config", "a"},
                            .file = "\xEF\xBB\xBF"
                                    "data = f\n"})
                   .text("data") == "f");
    BOOST_TEST(error_of({.arguments = {"--config", "a"},
                         .file = "\n\xEF\xBB\xBF"
                                 "data = f\n"}) ==
               "a:2: '\\u{feff}data': there is no such key; a key is the name of an option, "
               "without --");
}

BOOST_AUTO_TEST_CASE(when_a_file_is_utf16_then_it_is_refused_as_that) {
    using namespace std::string_literals;
    for (const std::string& text : {"\xFF\xFE"
                                    "d\0"s,
                                    "\xFE\xFF\0d"s, "d\0a\0t\0a\0=\0f\0"s}) {
        BOOST_TEST(error_of({.arguments = {"--config", "a"}, .file = text}) ==
                   "a: is UTF-16, or has a zero byte; a configuration file is UTF-8");
    }
}

BOOST_AUTO_TEST_CASE(when_no_line_can_hold_a_value_then_showing_it_is_refused) {
    for (const char* const value : {" f", "f\t", "f\r", "f\ng"}) {
        std::ostringstream shown;
        const Settings settings = settings_of({.arguments = {"--data", value}});
        BOOST_CHECK_THROW(settings.print(shown), UsageError);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_command_line)

BOOST_AUTO_TEST_CASE(when_operands_are_between_flags_then_they_are_found_in_order) {
    const auto settings = settings_of({.arguments = {"here", "--data", "f"}, .operands_max = 1});
    BOOST_TEST(settings.operands().at(0) == "here");
    BOOST_TEST(settings_of({.arguments = {"--", "--data"}, .operands_max = 1}).operands().at(0) ==
               "--data");
}

BOOST_AUTO_TEST_CASE(when_a_switch_comes_before_an_operand_then_it_does_not_take_it) {
    const auto settings = settings_of({.arguments = {"--sample-stock", "here"}, .operands_max = 1});
    BOOST_TEST(settings.operands().at(0) == "here");
    BOOST_TEST(settings.is_on("sample-stock"));
}

BOOST_AUTO_TEST_CASE(when_the_command_line_is_wrong_then_the_error_names_value_and_reason) {
    const std::string see = "; see allot test --help";
    for (const std::string option : {"--frobnicate", "--dat", "--operand", "-x", "--listen"}) {
        BOOST_TEST(error_of({.arguments = {option, "x"}}) ==
                   "unrecognised option '" + option + "'" + see);
    }
    BOOST_TEST(
        error_of({.arguments = {"--data="}}).starts_with("the argument for option '--data'"));
    for (const char* const placeholder :
         {"-a=%option%", "-x%original_token%", "--%option%=%value%", "--data=%option%", "--from"}) {
        const std::string said = error_of({.arguments = {placeholder, "--x%option%"}});
        BOOST_TEST(said.find("ption") != std::string::npos, said);
    }
    BOOST_TEST(error_of({.arguments = {"--x%canonical_option%=y"}}) ==
               "unrecognised option '--x%canonical_option%'" + see);
    BOOST_TEST(error_of({.arguments = {"--data"}}) ==
               "the required argument for option '--data' is missing" + see);
    BOOST_TEST(error_of({.arguments = {"--data", "a", "--data", "b"}}) == "--data: is given twice");
    BOOST_TEST(error_of({.arguments = {"here"}}) ==
               "'here': is one argument too many: the command takes DIR" + see);
    BOOST_TEST(error_of({.operands_max = 1}) == "needs DIR" + see);
}

BOOST_AUTO_TEST_CASE(when_a_value_breaks_its_rule_then_the_error_says_where_it_was_set) {
    const Rule<int> rule{[](std::string_view) { return std::optional<int>{}; }, "anything else"};
    const auto diagnostic = [&](Invocation call) {
        try {
            (void)call.read().get("data", rule);
        } catch (const UsageError& error) {
            return std::string{error.what()};
        }
        return std::string{"none"};
    };
    BOOST_TEST(diagnostic({.arguments = {"--data", "x\n"}}) ==
               "data (flag --data): value 'x\\n': expected anything else");
    BOOST_TEST(diagnostic({.arguments = {"--config", "a.ini"}, .file = "\ndata = y"}) ==
               "data (file a.ini:2): value 'y': expected anything else");
}

BOOST_AUTO_TEST_CASE(when_the_command_line_has_help_then_operands_may_be_missing) {
    BOOST_TEST(settings_of({.arguments = {"--help"}, .operands_max = 1}).is_on("help"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_option_that_may_be_set_several_times)

namespace {
std::string all_of(Invocation call) {
    std::string all;
    const auto settings = call.read();
    for (const auto& setting : settings.all("to")) {
        all += setting.text + " from " + setting.origin + '\n';
    }
    return all;
}
}  // namespace

BOOST_AUTO_TEST_CASE(when_the_option_is_set_twice_then_both_count_in_their_order) {
    BOOST_TEST(all_of({.arguments = {"--to", "b", "--to=a"}}) ==
               "b from flag --to\na from flag --to\n");
    BOOST_TEST(all_of({.environment = {{"ALLOT_TO", "b\n\na c\n"}}}) ==
               "b from environment ALLOT_TO\na c from environment ALLOT_TO\n");
    BOOST_TEST(all_of({.arguments = {"--config", "a.ini"}, .file = "to = b\nto = x=a\n"}) ==
               "b from file a.ini:1\nx=a from file a.ini:2\n");
    BOOST_TEST(all_of({}) == "all from default\n");
}

BOOST_AUTO_TEST_CASE(when_two_sources_set_it_then_one_replaces_the_other) {
    const std::string file = "to = a\nto = b\n";
    BOOST_TEST(all_of({.arguments = {"--config=a.ini", "--to=c"}, .file = file}) ==
               "c from flag --to\n");
    BOOST_TEST(all_of({.arguments = {"--config=a.ini"},
                       .environment = {{"ALLOT_TO", "d"}},
                       .file = file}) == "d from environment ALLOT_TO\n");
    BOOST_TEST(all_of({.arguments = {"--config=a.ini", "--to", ""}, .file = file}).empty());
}

BOOST_AUTO_TEST_CASE(when_the_option_is_shown_then_a_file_can_say_all_of_it) {
    std::ostringstream shown;
    settings_of({.arguments = {"--to", "b", "--to=x=a"}}).print(shown);
    BOOST_TEST(
        shown.str().find("# flag --to\nto = b\n# flag --to\nto = x=a\n") != std::string::npos,
        shown.str());
    BOOST_TEST(all_of({.arguments = {"--config", "a.ini"}, .file = shown.str()})
                   .starts_with("b from file a.ini:"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_environment)

BOOST_AUTO_TEST_CASE(when_a_variable_is_of_another_command_then_it_does_no_harm) {
    Invocation call{.environment = {{"ALLOT_LISTEN", "x"}, {"PATH", "y"}}};
    BOOST_TEST(call.error() == "none");
    BOOST_TEST(call.warnings.empty());
}

BOOST_AUTO_TEST_CASE(when_a_variable_looks_like_ours_and_is_not_then_there_is_a_warning) {
    Invocation call{.environment = {{"ALLOT_FROBNICATE", "x"}, {"ALLOT_FROM", "7"}}};
    BOOST_TEST(call.read().text("from") == "1");
    BOOST_REQUIRE_EQUAL(call.warnings.size(), 2);
    BOOST_TEST(call.warnings[0] == "environment ALLOT_FROBNICATE: is no setting, and ignored");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_configuration_file)

BOOST_AUTO_TEST_CASE(when_a_key_is_of_another_command_then_it_does_no_harm) {
    BOOST_TEST(error_of({.arguments = {"--config", "a"}, .file = "listen = x\n"}) == "none");
}

BOOST_AUTO_TEST_CASE(when_a_line_is_wrong_then_the_error_names_file_line_and_rule) {
    const auto error_in = [](const std::string& file) {
        return error_of({.arguments = {"--config", "a.ini"}, .file = file});
    };
    BOOST_TEST(
        error_in("data = x\n\nfrobnicate = 1\n") ==
        "a.ini:3: 'frobnicate': there is no such key; a key is the name of an option, without --");
    BOOST_TEST(error_in("from = 3") ==
               "a.ini:1: 'from': there is no such key; a key is the name of an option, without --");
    BOOST_TEST(
        error_in("config = b.ini") ==
        "a.ini:1: 'config': there is no such key; a key is the name of an option, without --");
    BOOST_TEST(error_in("[serve]") ==
               "a.ini:1: '[serve]': a line is 'key = value', or a comment after #");
    BOOST_TEST(error_in("= x").starts_with("a.ini:1: '= x': a line is"));
    BOOST_TEST(error_in("data = x\n; no\ndata = y\n") ==
               "a.ini:3: 'data': is set in line 1 already");
}

BOOST_AUTO_TEST_CASE(when_the_configuration_file_cannot_be_read_then_that_is_an_error) {
    BOOST_TEST(error_of({.arguments = {"--config", "none.ini"}}) ==
               "config: cannot read none.ini: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
