#include "net/commands/registry.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "net/commands/reference.hpp"
#include "net/text/ascii_case.hpp"

namespace {

std::string protocol_document() {
    std::ifstream file{std::filesystem::path{ALLOT_SOURCE_DIR} / "net" / "resp" / "PROTOCOL.md"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_command_table)

BOOST_AUTO_TEST_CASE(when_the_protocol_document_lists_the_commands_then_it_is_the_same_table) {
    const std::string document = protocol_document();
    BOOST_TEST_REQUIRE(!document.empty());
    BOOST_TEST(document.find("\n" + allot::markdown_table() + "\n") != std::string::npos,
               "net/resp/PROTOCOL.md must hold this table:\n"
                   << allot::markdown_table());
}

BOOST_AUTO_TEST_CASE(when_a_verb_is_looked_up_then_case_does_not_matter_and_nothing_else_is_found) {
    std::set<std::string_view> names;
    for (const allot::CommandSpec& spec : allot::command_table()) {
        BOOST_TEST(spec.name.size() <= allot::verb_bytes_max);
        BOOST_TEST(names.insert(spec.name).second);
        BOOST_TEST(allot::find_command(spec.name) == &spec);
        BOOST_TEST(allot::find_command(allot::lower_case(spec.name)) == &spec);
        const std::string longer = std::string{spec.name} + '\0';
        BOOST_TEST(allot::find_command(longer) == nullptr);
        const auto* const shorter = allot::find_command(spec.name.substr(1));
        BOOST_TEST((shorter == nullptr || shorter->name == spec.name.substr(1)));  // PSUBSCRIBE
    }
    for (const std::string_view none :
         {"", "ALLOCATEALLOCATEALLOCATE", "ALLOCAT\x05", "0ING", "P\xC9NG", "PING "}) {
        BOOST_TEST(allot::find_command(none) == nullptr, none);
    }
}

BOOST_AUTO_TEST_CASE(when_every_byte_stands_in_a_verb_then_only_letters_have_two_cases) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string verb{'P', static_cast<char>(byte), 'N', 'G'};
        BOOST_TEST((allot::find_command(verb) != nullptr) == (byte == 'i' || byte == 'I'), byte);
    }
}

BOOST_AUTO_TEST_CASE(when_the_manual_page_is_made_then_every_command_is_in_it) {
    const std::string page = allot::manual_page();
    BOOST_TEST(page.starts_with(".SH COMMANDS\n"));
    for (const allot::CommandSpec& spec : allot::command_table()) {
        BOOST_TEST(page.find(".B " + std::string{spec.name}) != std::string::npos);
    }
    BOOST_TEST(page.find("NO\\-EVICT") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
