#include "net/core/info_text.hpp"

#include <algorithm>

#include "net/text/ascii_case.hpp"

namespace allot {

namespace {

bool is_wanted(const FigureSection& section, std::span<const std::string_view> wanted) {
    if (wanted.empty()) return section.is_default;
    return std::ranges::any_of(wanted, [&](std::string_view want) {
        return equal_ignoring_case(want, section.name) || equal_ignoring_case(want, "all") ||
               equal_ignoring_case(want, "everything") ||
               (section.is_default && equal_ignoring_case(want, "default"));
    });
}

void append_heading(std::string& text, std::string_view name) {
    if (!text.empty()) text.append("\r\n");
    text.append("# ").push_back(static_cast<char>(name.front() - 'a' + 'A'));
    text.append(name.substr(1)).append("\r\n");
}

/// `errorstat_SYNTAX:count=0`: figures of one row follow each other.
void append_in_row(std::string& text, const Figure& figure, const std::string*& row) {
    if (row == nullptr || *row != figure.row) {
        if (row != nullptr) text.append("\r\n");
        text.append(figure.section->row_prefix).append(figure.row).append(":");
        row = &figure.row;
    } else {
        text.append(",");
    }
    text.append(figure.key.text).append("=").append(figure_text(figure));
}

void append_line(std::string& text, const Figure& figure) {
    if (!figure.row.empty()) text.append(figure.row).append("_");
    text.append(figure.key.text).append(":").append(figure_text(figure)).append("\r\n");
}

void append_section(std::string& text, const FigureSection& section, const Figures& figures) {
    append_heading(text, section.name);
    const std::string* row = nullptr;
    for (const Figure& figure : figures.all()) {
        if (figure.section != &section || !figure.key.is_shown()) continue;
        if (section.row_prefix.empty()) {
            append_line(text, figure);
        } else {
            append_in_row(text, figure, row);
        }
    }
    if (row != nullptr) text.append("\r\n");
}

}  // namespace

std::string info_text(const Figures& figures, std::span<const std::string_view> wanted) {
    std::string text;
    for (const FigureSection& section : figure_sections) {
        if (is_wanted(section, wanted)) append_section(text, section, figures);
    }
    return text;
}

}  // namespace allot
