#include "net/cli/program.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "net/cli/command.hpp"
#include "net/commands/registry.hpp"
#include "tests/docs/cli_page.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/scratch_directory.hpp"
#include "tests/source_path.hpp"

using namespace allot::program;
using namespace allot::testing;

namespace {
const std::vector<std::string> commands = {"serve",  "allocate", "import", "export", "check",
                                           "repair", "dump",     "backup", "restore"};
}

BOOST_AUTO_TEST_SUITE(given_the_program)

BOOST_AUTO_TEST_CASE(when_no_command_is_given_then_the_program_lists_all_and_fails) {
    const auto run = run_program({});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.out.empty());
    BOOST_TEST(contains(run.err, "usage: allot COMMAND"));
}

BOOST_AUTO_TEST_CASE(when_help_is_asked_for_then_the_program_shows_every_command) {
    for (const char* const question : {"help", "--help", "-h"}) {
        const auto run = run_program({question});
        BOOST_TEST(run.code == 0);
        BOOST_TEST(run.err.empty());
        for (const auto& command : commands) BOOST_TEST(contains(run.out, "  " + command + " "));
    }
}

BOOST_AUTO_TEST_CASE(when_a_command_is_called_with_help_then_it_shows_its_options) {
    for (const auto& command : commands) {
        const auto run = run_program({command, "--help"});
        BOOST_TEST(run.code == 0, run.err);
        BOOST_TEST(run.out.starts_with("usage: allot " + command + " [OPTION...]"));
        BOOST_TEST(contains(run.out, "--print-config"));
        BOOST_TEST(run_program({"help", command}).out == run.out);
        BOOST_TEST(run_program({command, "-h"}).out == run.out);
        BOOST_TEST(contains(run.out, "\nExamples:\n  allot " + command + " "), run.out);
    }
    BOOST_TEST(contains(run_program({"serve", "--help"}).out, "(default: 127.0.0.1:25568)"));
}

BOOST_AUTO_TEST_CASE(when_a_command_has_many_options_then_its_help_groups_them) {
    const std::string help = run_program({"serve", "--help"}).out;
    std::size_t last = 0;
    for (const char* const group :
         {"\nGeneral:\n", "\nListening:\n", "\nPasswords and TLS:\n", "\nStorage:\n",
          "\nLimits of clients:\n", "\nDeadlines of clients:\n", "\nLogging:\n", "\nMail:\n",
          "\nWebhooks:\n", "\nMail and webhooks:\n", "\nFrom the environment only",
          "\nExamples:\n"}) {
        const std::size_t at = help.find(group);
        BOOST_TEST((at != std::string::npos && at > last), group << " in " << help);
        last = at;
    }
    BOOST_TEST(help.find("--max-clients ") > help.find("\nLimits of clients:"));
    BOOST_TEST(!contains(help, "\nOptions:"));
}

BOOST_AUTO_TEST_CASE(when_an_option_belongs_to_every_command_then_help_and_manual_describe_it) {
    const std::string manual = run_program({"manual"}).out;
    for (const Command* const command :
         {&serve_command, &allocate_command, &import_command, &export_command, &check_command,
          &repair_command, &dump_command, &backup_command, &restore_command}) {
        const std::string help = run_program({std::string{command->syntax.name}, "-h"}).out;
        for (const Option& option : command->syntax.options) {
            BOOST_TEST_CONTEXT(option.name) {
                BOOST_TEST(option.help.size() > 5);
                const bool secret = option.from == Option::From::environment_only;
                const std::string shown =
                    secret ? variable_of(option.name) : "--" + std::string{option.name};
                BOOST_TEST(contains(help, shown + " "), help);
                if (secret) BOOST_TEST(contains(manual, ".B " + shown + "\nthe "));
            }
        }
    }
    BOOST_TEST(!contains(manual, "\\-\\-password "));
}

BOOST_AUTO_TEST_CASE(when_the_version_is_asked_for_then_the_program_prints_it) {
    const auto run = run_program({"--version"});
    BOOST_TEST(run.code == 0);
    BOOST_TEST(run.out == "allot " ALLOT_VERSION "\n");
}

BOOST_AUTO_TEST_CASE(when_the_manual_is_asked_for_then_every_command_and_option_is_in_it) {
    const auto run = run_program({"manual"});
    BOOST_TEST(run.code == 0);
    BOOST_TEST(run.out.starts_with(".TH ALLOT 1"));
    for (const auto& command : commands) BOOST_TEST(contains(run.out, ".SS allot " + command));
    BOOST_TEST(contains(run.out, ".B \\-\\-snapshot\\-every"));
    for (const allot::CommandSpec& spec : allot::command_table()) {
        BOOST_TEST(contains(run.out, ".B " + std::string{spec.name}));
    }
    BOOST_TEST(contains(run.out, "NO\\-EVICT"));
}

BOOST_AUTO_TEST_CASE(
    when_the_documents_list_commands_and_options_then_they_are_those_of_the_program) {
    std::ifstream page{allot::testing::source_path("docs/cli.md")};
    const std::string text{std::istreambuf_iterator<char>{page}, {}};
    BOOST_TEST((text == allot::docs::cli_page()), "docs/cli.md is not what ./dev docs writes");
}

BOOST_AUTO_TEST_CASE(when_the_command_is_unknown_then_the_error_names_it) {
    const auto run = run_program({"frob\nnicate"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.err ==
               "allot frob\\nnicate: 'frob\\nnicate': there is no such command; allot --help lists "
               "them\n");
    BOOST_TEST(run_program({"help", "frobnicate"}).code == 2);
}

BOOST_AUTO_TEST_CASE(when_an_option_is_unknown_then_nothing_is_done) {
    const auto run = run_program({"export", "--frobnicate", "x"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.err ==
               "allot export: unrecognised option '--frobnicate'; see allot export --help\n");
}

BOOST_AUTO_TEST_CASE(
    when_print_config_is_given_then_the_program_prints_the_settings_and_does_nothing_else) {
    const ScratchDirectory scratch;
    scratch.write("a.ini", "# how we run it\n\ndurability = interval=50ms\nmax-clients = 7\n");
    const auto run = run_program(
        {"serve", "--print-config", "--config", scratch / "a.ini", "--data", scratch / "store"},
        {{"ALLOT_MAX_CLIENTS", "8"}});
    BOOST_TEST(run.code == 0, run.err);
    for (const std::string& expected :
         {"# flag --data\ndata = " + (scratch / "store") + "\n",
          "# file " + (scratch / "a.ini") + ":3\ndurability = interval=50ms\n",
          std::string{"# environment ALLOT_MAX_CLIENTS\nmax-clients = 8\n"},
          std::string{"# default\nlisten = 127.0.0.1:25568\n"}}) {
        BOOST_TEST(contains(run.out, expected), expected << " in " << run.out);
    }
    BOOST_TEST(!scratch.has("store"));
}

BOOST_AUTO_TEST_CASE(when_a_setting_is_wrong_then_asking_for_them_shows_that_too) {
    const auto run = run_program({"serve", "--print-config"}, {{"ALLOT_LISTEN", "nowhere"}});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(contains(run.err, "listen (environment ALLOT_LISTEN): value 'nowhere': expected"));
}

BOOST_AUTO_TEST_CASE(when_a_variable_is_unknown_then_it_warns_and_continues) {
    const auto run = run_program({"export", "--help"}, {{"ALLOT_FROBNICATE", "x"}});
    BOOST_TEST(run.code == 0);
    const auto print = run_program({"check", "--print-config"}, {{"ALLOT_FROBNICATE", "x"}});
    BOOST_TEST(print.code == 0);
    BOOST_TEST(print.err ==
               "allot: warning: environment ALLOT_FROBNICATE: is no setting, and ignored\n");
}

BOOST_AUTO_TEST_CASE(when_its_output_cannot_be_written_then_it_fails) {
    std::ostream nowhere{nullptr};
    std::ostringstream err;
    allot::program::Console console{nowhere, err};
    const std::vector<std::string> arguments = {"help"};
    BOOST_TEST(allot::program::run(arguments, {}, console) == 1);
    BOOST_TEST(err.str() == "allot help: cannot write to standard output\n");
}

BOOST_AUTO_TEST_SUITE_END()
