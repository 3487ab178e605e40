// The readers of settings, and of single values: an accepted value is accepted again when it is
// written; and escaped text fits into one line.

#include <algorithm>
#include <sstream>
#include <string>

#include "engine/eta.hpp"
#include "engine/name.hpp"
#include "engine/quantity.hpp"
#include "net/cli/command.hpp"
#include "net/cli/settings/ini.hpp"
#include "net/cli/settings/rules.hpp"
#include "net/resp/inline_words.hpp"
#include "net/text/escape.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_settings {

using namespace program;

void read_file(std::string_view text) {
    std::vector<IniEntry> entries;
    try {
        entries = read_ini("f", text);
    } catch (const UsageError&) {
        return;  // a refusal is a valid outcome
    }
    std::string written = "#\n";  // a byte order mark of a key is not one of the file
    std::uint32_t line = 0;
    for (const IniEntry& entry : entries) {
        fuzz::require(!entry.key.empty() && entry.line > line, "a key has a line of its own");
        line = entry.line;
        written += entry.key + " = " + entry.value + "\n";
    }
    const auto again = read_ini("f", written);
    fuzz::require(again.size() == entries.size(), "what was written is read again");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        fuzz::require(again[i].key == entries[i].key && again[i].value == entries[i].value,
                      "key and value are as they were");
    }
}

/// Settings from a command line and the text of a file.
Settings settings_of(const std::vector<std::string>& arguments, const std::string& file) {
    const Environment environment{{"ALLOT_DURABILITY", "interval=5ms"}};
    return read_settings(serve_command.syntax,
                         {.arguments = arguments,
                          .environment = environment,
                          .known = serve_command.syntax.options,
                          .read_file = [&](const std::string&) { return file; },
                          .warning = [](const std::string&) {}});
}

/// A command line, one argument a line, up to an empty one; the rest is a file.
void read_all(std::string_view text) {
    std::vector<std::string> arguments{"--config=f"};
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) break;
        arguments.emplace_back(line);
    }
    std::ostringstream shown;
    try {
        const Settings settings = settings_of(arguments, std::string{text});
        settings.print(shown);
        const Settings again = settings_of({"--config=f"}, shown.str());
        for (const Option& option : serve_command.syntax.options) {
            if (option.from == Option::From::flag_only || option.name == "config") continue;
            // The environment overrides a file, and is the same both times.
            if (again.at(option.name).origin.starts_with("environment")) continue;
            fuzz::require(std::ranges::equal(settings.all(option.name), again.all(option.name), {},
                                             &Settings::Setting::text, &Settings::Setting::text),
                          "what is shown sets the same");
        }
    } catch (const UsageError& error) {
        fuzz::require(std::string_view{error.what()}.find('\n') == std::string_view::npos,
                      "a message is one line");
    }
}

void read_values(std::string_view text) {
    if (const auto listen = read_endpoint(text)) {
        const bool v6 = listen->host.find(':') != std::string::npos;
        const std::string written =
            (v6 ? "[" + listen->host + "]" : listen->host) + ":" + std::to_string(listen->port);
        fuzz::require(read_endpoint(written) == listen, "an endpoint is read again");
    }
    if (const auto durability = read_durability(text)) {
        const auto ms = durability->interval.count();
        fuzz::require(durability->mode != Durability::Mode::interval || (ms >= 1 && ms <= 60'000),
                      "an interval is within its bounds");
    }
    if (const auto bytes = read_bytes(text)) {
        fuzz::require(read_bytes(std::to_string(*bytes)) == bytes, "a size is read again");
        fuzz::require(text.find_first_not_of("0123456789KMGiB") == std::string_view::npos,
                      "a size is digits and a unit");
    }
    if (const auto quantity = Quantity::parse(text)) {
        fuzz::require(Quantity::parse(std::to_string(quantity->units())).value() == *quantity &&
                          text.find_first_not_of("0123456789") == std::string_view::npos,
                      "a quantity is digits");
    }
    if (const auto eta = Eta::parse(text)) {
        fuzz::require(eta->to_string() == text && Eta::of_days(eta->days()).value() == *eta,
                      "a day is written as it is read");
    }
}

/// The rule for names, applied to one code point at a time.
bool is_name_slowly(std::string_view text, bool is_stored) {
    if (text.empty() || text.size() > Sku::bytes_max) return false;
    if (text.front() == ' ' || text.back() == ' ') return false;
    if (text.find("  ") != std::string_view::npos) return false;
    while (!text.empty()) {
        const std::int32_t point = detail::take_code_point(text);
        if (point == ' ') continue;
        if (point < 0 || detail::is_control_or_space(point)) return false;
        if (!is_stored && detail::is_invisible_point(point)) return false;
    }
    return true;
}

void escape(std::string_view text) {
    std::string line;
    append_quoted(line, {text});
    append_escaped(line, text, text.size());
    for (const char c : line) fuzz::require(c >= ' ' && c <= '~', "quoted is printable ASCII");
    line.clear();
    append_text(line, text);
    const std::string word = as_word(text);
    const std::string all_escaped = escaped(text);
    const std::string_view logged = all_escaped;
    for (std::string_view rest : {std::string_view{line}, std::string_view{word}, logged}) {
        while (!rest.empty()) {
            const std::int32_t point = detail::take_code_point(rest);
            fuzz::require(point >= 0 && !detail::is_invisible_point(point),
                          "what people read is one line of UTF-8 that they can see");
        }
    }
}

/// A name as text shows it is one argument of an inline command.
void read_word(std::string_view name) {
    std::string line = as_word(name);
    boost::container::small_vector<std::string_view, 2> words;
    const auto outcome = split_inline(line, 2, words);
    fuzz::require(outcome == InlineOutcome::split && words.size() == 1 && words[0] == name,
                  "a name is read as the word that is shown");
}

extern "C" int FUZZ_TARGET(settings)(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    read_values(text);
    fuzz::require(is_name(text) == is_name_slowly(text, false), "a name is checked whole");
    fuzz::require(is_stored_name(text) == is_name_slowly(text, true), "so is one that is stored");
    fuzz::require(!is_name(text) || is_stored_name(text), "a name may be stored");
    if (is_name(text)) read_word(text);
    escape(text);
    read_file(text);
    read_all(text);
    return 0;
}

}  // namespace allot::fuzz::target_settings
