// Random commands for the tests in Python: a unit of them on each line, until no one reads.
#include <boost/json.hpp>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/commands/commands.hpp"

int main(int argc, char** argv) {
    using namespace allot::testing;
    if (argc != 2 && argc != 3) {
        std::fputs(
            "usage: draw_commands SEED [VERB,VERB,...]\n"
            "Prints JSON arrays, each of a command, or of a transaction from MULTI to EXEC. "
            "Draws\n"
            "the commands that are named, or all that tests/commands knows.\n",
            stderr);
        return 2;
    }
    const std::string verbs = argc == 3 ? "," + std::string{argv[2]} + "," : std::string{};
    Random random{std::stoull(argv[1])};
    SeededChance chance{random};
    Commands commands{chance, skus_drawn, [&](std::string_view verb, bool queued) {
                          const bool is_named =
                              verbs.empty() ||
                              verbs.find("," + std::string{verb} + ",") != std::string::npos;
                          return is_named && !(queued && verb == "MULTI");
                      }};
    for (;;) {
        const std::string line = boost::json::serialize(boost::json::value_from(commands.draw()));
        if (std::puts(line.c_str()) == EOF) return 0;
    }
}
