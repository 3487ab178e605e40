#include "net/core/figures_json.hpp"

#include "net/text/json_text.hpp"

namespace allot {

namespace {

struct ValueWriter {
    JsonWriter& json;
    const Figure& figure;

    void operator()(std::uint64_t whole) const { json.integer(static_cast<std::int64_t>(whole)); }
    void operator()(bool flag) const { json.boolean(flag); }
    void operator()(const std::string& text) const { json.string(text); }
    void operator()(double /*fraction*/) const { json.number(figure_text(figure)); }
    void operator()(std::chrono::nanoseconds /*time*/) const { json.number(figure_text(figure)); }
    void operator()(const FigureHistogram& /*not_shown*/) const {}
};

class SectionWriter {
public:
    SectionWriter(JsonWriter& json, const FigureSection& section) : json_{json}, section_{section} {
        json_.key(section_.name);
        has_rows() ? json_.begin_array() : json_.begin_object();
    }
    void add(const Figure& figure) {
        if (has_rows() && (row_ == nullptr || *row_ != figure.row)) begin_row(figure.row);
        json_.key(figure.key.text);
        std::visit(ValueWriter{json_, figure}, figure.value);
    }
    void end() {
        if (!has_rows() || row_ != nullptr) json_.end_object();
        if (has_rows()) json_.end_array();
    }

private:
    [[nodiscard]] bool has_rows() const noexcept { return !section_.row_label.empty(); }
    void begin_row(const std::string& row) {
        if (row_ != nullptr) json_.end_object();
        json_.begin_object().key(section_.row_label).string(row);
        row_ = &row;
    }

    JsonWriter& json_;
    const FigureSection& section_;
    const std::string* row_ = nullptr;
};

}  // namespace

void write_figures(JsonWriter& json, const Figures& figures) {
    json.begin_object();
    for (const FigureSection& section : figure_sections) {
        SectionWriter writer{json, section};
        for (const Figure& figure : figures.all()) {
            if (figure.section == &section && figure.key.is_shown()) writer.add(figure);
        }
        writer.end();
    }
    json.end_object();
}

}  // namespace allot
