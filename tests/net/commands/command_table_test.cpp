#include "net/commands/registry.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "net/commands/routes.hpp"
#include "net/text/ascii_case.hpp"
#include "tests/docs/tables.hpp"
#include "tests/source_path.hpp"

namespace {

std::string document(const char* name) {
    std::ifstream file{allot::testing::source_path("net") / name};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void expect_in(const char* name, const std::string& table) {
    BOOST_TEST(document(name).find("\n" + table + "\n") != std::string::npos,
               "net/" << name << " must hold this table, which ./dev docs writes:\n"
                      << table);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_command_table)

BOOST_AUTO_TEST_CASE(when_documents_list_the_commands_then_they_have_the_same_tables) {
    expect_in("resp/PROTOCOL.md", allot::docs::command_table());
    expect_in("http/HTTP.md", allot::docs::route_table());
    expect_in("http/HTTP.md", allot::docs::book_route_table());
    expect_in("http/HTTP.md", allot::docs::operation_table());
}

BOOST_AUTO_TEST_CASE(when_a_route_names_commands_then_they_exist) {
    const std::regex name{"`(\\w+)(?: (\\w+))?`"};
    std::size_t named = 0;
    for (const allot::Route& route : allot::routes()) {
        const std::string text{route.spec->command};
        for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at) {
            ++named;
            const auto* const command = allot::command_table().find((*at)[1].str());
            BOOST_TEST_REQUIRE(command != nullptr, text);
            const std::string word = (*at)[2];  // a subcommand, or an argument
            BOOST_TEST(
                (word.empty() || command->subcommands.empty() ||
                 std::ranges::count(command->subcommands, word, &allot::Subcommand::name) == 1),
                text);
        }
    }
    BOOST_TEST(named > 5U);
}

BOOST_AUTO_TEST_CASE(when_a_command_has_fields_then_its_syntax_and_arity_follow_from_them) {
    const auto syntax = [](std::string_view verb) {
        return allot::command_table().find(verb)->syntax;
    };
    BOOST_TEST(syntax("ALLOCATE") == "order sku quantity [sku quantity ...]");
    BOOST_TEST(syntax("DEALLOCATE") == "order [sku [quantity]]");
    BOOST_TEST(syntax("ADDBATCH") == "batch sku quantity [eta]");
    BOOST_TEST(syntax("SHORTAGES") == "[sku] [AFTER lsn]");
    const auto& allocate = *allot::command_table().find("ALLOCATE");
    BOOST_TEST((allocate.accepts(3) && allocate.accepts(5) && !allocate.accepts(4)));
    const auto& shortages = *allot::command_table().find("SHORTAGES");
    BOOST_TEST((shortages.accepts(0) && shortages.accepts(3) && !shortages.accepts(4)));
}

BOOST_AUTO_TEST_CASE(when_a_verb_is_looked_up_then_case_does_not_matter_and_nothing_else_is_found) {
    std::set<std::string_view> names;
    for (const allot::CommandSpec& spec : allot::command_table()) {
        BOOST_TEST(spec.name.size() <= allot::verb_bytes_max);
        BOOST_TEST(names.insert(spec.name).second);
        BOOST_TEST(allot::command_table().find(spec.name) == &spec);
        BOOST_TEST(allot::command_table().find(allot::lower_case(spec.name)) == &spec);
        const std::string longer = std::string{spec.name} + '\0';
        BOOST_TEST(allot::command_table().find(longer) == nullptr);
        const auto* const shorter = allot::command_table().find(spec.name.substr(1));
        BOOST_TEST((shorter == nullptr || shorter->name == spec.name.substr(1)));  // PSUBSCRIBE
    }
    for (const std::string_view none :
         {"", "ALLOCATEALLOCATEALLOCATE", "ALLOCAT\x05", "0ING", "P\xC9NG", "PING "}) {
        BOOST_TEST(allot::command_table().find(none) == nullptr, none);
    }
}

BOOST_AUTO_TEST_CASE(when_a_verb_has_any_byte_then_only_letters_have_two_cases) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string verb{'P', static_cast<char>(byte), 'N', 'G'};
        BOOST_TEST((allot::command_table().find(verb) != nullptr) == (byte == 'i' || byte == 'I'),
                   byte);
    }
}

BOOST_AUTO_TEST_SUITE_END()
