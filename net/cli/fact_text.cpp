#include "net/cli/fact_text.hpp"

#include <string_view>
#include <variant>

#include "net/cli/io/logger.hpp"
#include "net/core/fact_view.hpp"
#include "net/core/rule_text.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

struct PlainValue {
    std::string operator()(std::string_view name) const { return as_word(name); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(Eta eta) const { return day_text(eta); }
};

}  // namespace

std::string fact_as_text(const CommittedFact& fact) {
    const FactView parts = view_of(fact.fact);
    std::string text = std::to_string(fact.lsn) + ' ' + utc_timestamp(fact.time) + ' ';
    text += parts.event;
    for (const auto& field : parts.fields) {
        text += ' ';
        text += field.key;
        text += '=' + std::visit(PlainValue{}, field.value);
    }
    return text;
}

std::string fact_as_json(const CommittedFact& fact) {
    const FactView parts = view_of(fact.fact);
    std::string json = R"({"lsn":)" + std::to_string(fact.lsn) + R"(,"time":")" +
                       utc_timestamp(fact.time) + R"(","fact":)";
    append_json_string(json, parts.event);
    for (const auto& field : parts.fields) {
        json += ',';
        append_json_string(json, field.key);
        json += ':';
        append_json(json, field.value);
    }
    return json + '}';
}

}  // namespace allot::program
