#include "net/cli/csv/diagnostics.hpp"

#include <ostream>

#include "net/text/escape.hpp"

namespace allot::program {
namespace {

std::string text_of(std::string_view file, TextPosition position) {
    return escaped(file) + ':' + std::to_string(position.line) + ':' +
           std::to_string(position.column) + ": ";
}

void print_all(const std::vector<std::string>& shown, std::size_t count, std::string_view what,
               std::ostream& to) {
    for (const std::string& line : shown) to << line << '\n';
    if (count > shown.size()) to << "and " << count - shown.size() << " more" << what << '\n';
}

}  // namespace

void Diagnostics::add(std::string_view file, TextPosition position, std::string_view value,
                      std::string_view rule) {
    ++count_;
    if (shown_.size() == shown_max) return;
    std::string text = text_of(file, position) + "value '" + escaped_short(value) + "': ";
    shown_.push_back(text.append(rule));
}

void Diagnostics::note(std::string_view file, TextPosition position, std::string_view text) {
    ++notes_count_;
    if (notes_.size() == shown_max) return;
    notes_.push_back((text_of(file, position) + "note: ").append(text));
}

void Diagnostics::print(std::ostream& to) const {
    print_all(notes_, notes_count_, " notes", to);
    print_all(shown_, count_, "", to);
}

}  // namespace allot::program
