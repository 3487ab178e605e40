#include "net/commands/reference.hpp"

namespace allot {

namespace {

std::string call_of(const CommandSpec& spec) {
    std::string text{spec.name};
    if (!spec.syntax.empty()) text.append(" ").append(spec.syntax);
    return text;
}

/// `|` ends a cell of a Markdown table.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

/// A hyphen typeset as it is typed; `\` starts a request of roff.
std::string roff(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '-' || c == '\\') escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

}  // namespace

std::vector<std::string> help_lines() {
    std::vector<std::string> lines;
    for (const CommandSpec& spec : command_table()) {
        lines.push_back(call_of(spec).append("  -  ").append(spec.summary));
    }
    lines.emplace_back("HELP verb tells more of one command.");
    return lines;
}

std::vector<std::string> help_lines(const CommandSpec& spec) {
    return {call_of(spec), std::string{"  "}.append(spec.summary).append("."),
            std::string{"  Reply: "}.append(spec.reply),
            std::string{"  Group: "}.append(spec.group).append(", since ").append(spec.since)};
}

std::string markdown_table() {
    std::string text = "| command | reply | what it does |\n|---|---|---|\n";
    for (const CommandSpec& spec : command_table()) {
        text.append("| `").append(cell(call_of(spec))).append("` | ");
        text.append(cell(spec.reply)).append(" | ").append(cell(spec.summary)).append(" |\n");
    }
    return text;
}

std::string manual_page() {
    std::string text = ".SH COMMANDS\n";
    for (const CommandSpec& spec : command_table()) {
        text.append(".TP\n.B ").append(spec.name);
        if (!spec.syntax.empty()) text.append(" \\fR\\fI").append(roff(spec.syntax)).append("\\fR");
        text.append("\n").append(roff(spec.summary)).append(".\nReply: ");
        text.append(roff(spec.reply)).append(".\n");
    }
    return text;
}

}  // namespace allot
