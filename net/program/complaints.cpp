#include "net/program/complaints.hpp"

#include <ostream>

#include "net/program/escape.hpp"

namespace allot::program {

void Complaints::add(std::string_view file, Place place, std::string_view value,
                     std::string_view rule) {
    ++count_;
    if (shown_.size() == shown_max) return;
    std::string text = escaped(file);
    text += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
    text += ": value '" + escaped_short(value) + "': ";
    shown_.push_back(text.append(rule));
}

void Complaints::print(std::ostream& to) const {
    for (const std::string& line : shown_) to << line << '\n';
    if (count_ > shown_.size()) to << "and " << count_ - shown_.size() << " more\n";
}

}  // namespace allot::program
