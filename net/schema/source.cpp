#include "net/schema/source.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <string>
#include <variant>
#include <vector>

#include "net/core/rule_text.hpp"
#include "net/schema/call.hpp"
#include "net/schema/fields.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"

namespace allot {

namespace json = boost::json;

std::string_view RawValue::text() const noexcept {
    if (json == nullptr) return arguments.front();
    return json->is_string() ? std::string_view{json->get_string()} : std::string_view{};
}

std::string RawValue::shown(bool as_text) const {
    if (json == nullptr || (as_text && json->is_string())) return std::string{text()};
    return boost::json::serialize(*json);
}

// --- Words

ArgumentSource::ArgumentSource(Call& call, std::span<const Field> fields,
                               std::span<const std::string_view> arguments)
    : Source{call.server}, call_{call}, left_{arguments}, fields_{fields} {}

void ArgumentSource::fail(ErrorCode code, std::string_view text, std::string_view /*field*/) {
    call_.fail(code, text);
}

const Field* ArgumentSource::find_keyword(std::string_view word) const {
    const auto found = std::ranges::find_if(fields_, [&](const Field& field) {
        return field.role == Role::keyword && equal_ignoring_case(field.name, word);
    });
    return found == fields_.end() ? nullptr : &*found;
}

std::string ArgumentSource::keywords() const {
    std::string text;
    for (const Field& field : fields_) {
        if (field.role != Role::keyword) continue;
        text.append(text.empty() ? "" : " or ").append(upper_case(field.name));
    }
    return text;
}

RawValue ArgumentSource::take(const Field& field) {
    const std::size_t count = field.role == Role::lines ? left_.size() : 1;
    const RawValue value{left_.first(count)};
    left_ = left_.subspan(count);
    return value;
}

bool ArgumentSource::find(const Field& field, std::size_t /*at*/, RawValue& value) {
    value = {};
    if (field.role == Role::required || field.role == Role::lines) {
        value = take(field);
    } else if (field.role == Role::optional) {
        // One word is a value, whatever it is; of two, the first may be a keyword.
        const bool is_left_out =
            left_.empty() || (left_.size() % 2 == 0 && find_keyword(left_.front()) != nullptr);
        if (!is_left_out) value = take(field);
    } else {
        if (!checked_ && !check_keywords()) return false;
        checked_ = true;
        for (std::size_t i = 0; i < left_.size(); i += 2) {
            if (equal_ignoring_case(left_[i], field.name)) value = {left_.subspan(i + 1, 1)};
        }
    }
    return true;
}

bool ArgumentSource::check_keywords() {
    const auto refuse = [&](const auto&... parts) {
        call_.fail(ErrorCode::syntax, parts..., ": the arguments are ",
                   ArgumentForm{fields_}.syntax());
        return false;
    };
    for (std::size_t i = 0; i < left_.size(); i += 2) {
        const Field* const field = find_keyword(left_[i]);
        if (field == nullptr) return refuse(Quoted{left_[i]}, " is not ", keywords());
        if (i + 1 == left_.size()) return refuse("no ", field->noun, " after ", Quoted{left_[i]});
        for (std::size_t j = 0; j < i; j += 2) {
            if (!equal_ignoring_case(left_[i], left_[j])) continue;
            return refuse(Quoted{left_[i]}, " comes twice");
        }
    }
    return true;
}

// --- Objects

namespace {

const NamedText* find_part(std::span<const NamedText> parts, std::string_view name) {
    const auto found = std::ranges::find(parts, name, &NamedText::name);
    return found == parts.end() ? nullptr : &*found;
}

/// As has_only(), for those of the fields that the path has not.
bool has_only_fields(const json::object& object, std::span<const Field> fields,
                     std::span<const NamedText> path, const ReportFault& report) {
    const auto is_known = [&](const auto& member) {
        const std::string_view name = member.key();
        return std::ranges::find(fields, name, &Field::name) != fields.end() &&
               find_part(path, name) == nullptr;
    };
    if (std::ranges::all_of(object, is_known)) return true;
    std::vector<std::string_view> known;
    for (const Field& field : fields) {
        if (find_part(path, field.name) == nullptr) known.push_back(field.name);
    }
    return has_only(object, known, report);
}

}  // namespace

bool has_only(const json::object& object, std::span<const std::string_view> known,
              const ReportFault& report) {
    for (const auto& member : object) {
        const std::string_view name = member.key();
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string field;
        append_escaped(field, name, echoed_bytes_max);
        report(ErrorCode::syntax, "there is no such field here, only " + listed(known), field);
        return false;
    }
    return true;
}

ObjectSource::ObjectSource(ReportFault report, ServerContext& context, const json::object& object,
                           std::span<const Field> fields)
    : Source{context}, report_{std::move(report)}, object_{object}, fields_{fields} {}

bool ObjectSource::find(const Field& field, std::size_t at, RawValue& value) {
    if (at == 0 && !has_only_fields(object_, fields_, {}, report_)) return false;
    value = {.json = object_.if_contains(field.name)};
    return true;
}

void ObjectSource::fail(ErrorCode code, std::string_view text, std::string_view field) {
    report_(code, text, field);
}

// --- Requests

RequestSource::RequestSource(ReportFault report, ServerContext& context,
                             std::span<const Field> fields, std::span<const NamedText> path,
                             std::span<const NamedText> query, const std::string* body)
    : Source{context},
      report_{std::move(report)},
      fields_{fields},
      path_{path},
      query_{query},
      body_{body} {}

void RequestSource::fail(ErrorCode code, std::string_view text, std::string_view field) {
    report_(code, text, field);
}

bool RequestSource::read_body() {
    auto parsed = parse_object(*body_);
    if (const auto* const bad = std::get_if<BadBody>(&parsed)) {
        report_(ErrorCode::syntax, bad->text, bad->field);
        return false;
    }
    object_ = std::get<json::object>(std::move(parsed));
    return has_only_fields(*object_, fields_, path_, report_);
}

bool RequestSource::find(const Field& field, std::size_t /*at*/, RawValue& value) {
    const NamedText* part = find_part(path_, field.name);
    if (part == nullptr && body_ != nullptr) {
        if (!object_ && !read_body()) return false;
        value = {.json = object_->if_contains(field.name)};
        return true;
    }
    if (part == nullptr) part = find_part(query_, field.name);
    value = part == nullptr ? RawValue{} : RawValue{{&part->text, 1}};
    return true;
}

}  // namespace allot
