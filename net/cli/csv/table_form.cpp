#include "net/cli/csv/table_form.hpp"

#include <algorithm>
#include <vector>

#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

constexpr std::size_t names_shown_max = 8;
constexpr std::size_t not_found = ~std::size_t{0};

std::string_view without_blanks(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_called(const Column& column, std::string_view name) {
    return !name.empty() && std::ranges::any_of(column.names, [&](std::string_view each) {
        return equal_ignoring_case(each, name);
    });
}

/// `batch (or batchref, ref)`
std::string text_of(const Column& column) {
    std::string text{column.names[0]};
    const char* before = " (or ";
    for (const std::string_view name : std::span{column.names}.subspan(1)) {
        if (name.empty()) continue;
        text.append(before).append(name);
        before = ", ";
    }
    if (column.names[1].empty()) return text;
    return text += ')';
}

std::string text_of(const TableForm& form) {
    std::string text = "a file of " + std::string{form.what} + " has the columns ";
    for (const Column& column : form.columns) {
        if (&column != form.columns.data()) text += ", ";
        text += text_of(column);
    }
    return text + ", in any order, after a header that names them";
}

std::string joined(const CsvRow& row, char delimiter) {
    std::string text;
    for (const CsvField& field : row) {
        if (&field != &row.front()) text += delimiter;
        text += field.text;
    }
    return text;
}

void report_missing(const CsvRow& header, char delimiter,
                    const std::vector<std::string_view>& missing, const TableForm& form,
                    std::string_view file, Diagnostics& diagnostics) {
    std::string rule = "there is no column ";
    for (std::size_t i = 0; i < missing.size(); ++i) {
        if (i != 0) rule += ", ";
        rule += missing[i];
    }
    diagnostics.add(file, header.empty() ? TextPosition{} : header.front().position,
                    joined(header, delimiter), rule + ": " + text_of(form));
}

void note_others(const std::vector<const CsvField*>& others, std::string_view file,
                 Diagnostics& diagnostics) {
    if (others.empty()) return;
    std::string text = others.size() == 1 ? "a column is ignored: " : "columns ignored: ";
    for (std::size_t i = 0; i < std::min(others.size(), names_shown_max); ++i) {
        if (i != 0) text += ", ";
        text += "'" + escaped_short(others[i]->text) + "'";
    }
    if (others.size() > names_shown_max) {
        text += " and " + std::to_string(others.size() - names_shown_max) + " more";
    }
    diagnostics.note(file, others.front()->position, text);
}

}  // namespace

std::string TableForm::header() const {
    std::string text;
    for (const Column& column : columns) {
        if (!text.empty()) text += ',';
        text += column.names[0];
    }
    return text;
}

std::optional<Layout> read_layout(const CsvRow& header, char delimiter, const TableForm& form,
                                  std::string_view file, Diagnostics& diagnostics) {
    Layout layout;
    layout.at.fill(not_found);
    layout.width = header.size();
    std::vector<const CsvField*> others;
    bool is_clear = true;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto column = std::ranges::find_if(form.columns, [&](const Column& each) {
            return is_called(each, without_blanks(header[i].text));
        });
        if (column == form.columns.end()) {
            others.push_back(&header[i]);
            continue;
        }
        std::size_t& at = layout.at[static_cast<std::size_t>(column - form.columns.begin())];
        if (at != not_found) {
            diagnostics.add(
                file, header[i].position, header[i].text,
                "this column is there twice, before as '" + escaped_short(header[at].text) + "'");
            is_clear = false;
        }
        at = i;
    }
    std::vector<std::string_view> missing;
    for (std::size_t i = 0; i < form.columns.size(); ++i) {
        if (layout.at[i] == not_found) missing.push_back(form.columns[i].names[0]);
    }
    if (!missing.empty()) report_missing(header, delimiter, missing, form, file, diagnostics);
    if (!missing.empty() || !is_clear) return std::nullopt;
    note_others(others, file, diagnostics);
    return layout;
}

}  // namespace allot::program
