#include "net/program/fact_text.hpp"

#include <cstdio>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "net/program/logger.hpp"

namespace allot::program {
namespace {

/// A name, a number, or a day that may be none.
using FieldValue = std::variant<std::string, std::uint64_t, Eta>;

struct FactField {
    std::string_view key;
    FieldValue value;
};

struct FactParts {
    std::string_view type;
    std::vector<FactField> fields;
};

FieldValue of(const auto& name_or_units) {
    if constexpr (requires { name_or_units.view(); }) {
        return std::string{name_or_units.view()};
    } else {
        return static_cast<std::uint64_t>(name_or_units.units());
    }
}

std::vector<FactField> fields_of(const OrderLine& line) {
    return {{"order", of(line.order)}, {"sku", of(line.sku)}, {"qty", of(line.quantity)}};
}

struct Taker {
    FactParts operator()(const BatchAdded& f) const {
        return {
            "BatchAdded",
            {{"batch", of(f.batch)}, {"sku", of(f.sku)}, {"qty", of(f.purchased)}, {"eta", f.eta}}};
    }
    FactParts operator()(const BatchQuantityChanged& f) const {
        return {
            "BatchQuantityChanged",
            {{"batch", of(f.batch)}, {"sku", of(f.sku)}, {"from", of(f.from)}, {"to", of(f.to)}}};
    }
    FactParts operator()(const BatchRescheduled& f) const {
        return {"BatchRescheduled",
                {{"batch", of(f.batch)}, {"sku", of(f.sku)}, {"from", f.from}, {"to", f.to}}};
    }
    FactParts operator()(const LineAllocated& f) const {
        FactParts parts{"LineAllocated", fields_of(f.line)};
        parts.fields.push_back({"batch", of(f.batch)});
        return parts;
    }
    FactParts operator()(const LineDeallocated& f) const {
        FactParts parts{"LineDeallocated", fields_of(f.line)};
        parts.fields.push_back({"batch", of(f.batch)});
        parts.fields.push_back({"allocated_at", f.allocated_at});
        return parts;
    }
    FactParts operator()(const OutOfStock& f) const { return {"OutOfStock", fields_of(f.line)}; }
    FactParts operator()(const ShortageWithdrawn& f) const {
        return {"ShortageWithdrawn", fields_of(f.line)};
    }
};

/// RFC 8259. \pre `text` is UTF-8.
std::string json_string(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += {'\\', c};
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            json += code;
        } else {
            json += c;
        }
    }
    return json + '"';
}

struct JsonValue {
    std::string operator()(const std::string& name) const { return json_string(name); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(Eta eta) const {
        return eta.in_warehouse() ? "null" : json_string(eta.to_string());
    }
};

struct PlainValue {
    std::string operator()(const std::string& name) const { return name; }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(Eta eta) const {
        return eta.in_warehouse() ? "warehouse" : eta.to_string();
    }
};

}  // namespace

std::string fact_as_text(const CommittedFact& fact) {
    const FactParts parts = std::visit(Taker{}, fact.fact);
    std::string text = std::to_string(fact.lsn) + ' ' + utc_timestamp(fact.time) + ' ';
    text += parts.type;
    for (const auto& [key, value] : parts.fields) {
        text += ' ';
        text += key;
        text += '=' + std::visit(PlainValue{}, value);
    }
    return text;
}

std::string fact_as_json(const CommittedFact& fact) {
    const FactParts parts = std::visit(Taker{}, fact.fact);
    std::string json = R"({"lsn":)" + std::to_string(fact.lsn) + R"(,"time":")" +
                       utc_timestamp(fact.time) + R"(","fact":)" + json_string(parts.type);
    for (const auto& [key, value] : parts.fields) {
        json += ',' + json_string(key) + ':' + std::visit(JsonValue{}, value);
    }
    return json + '}';
}

}  // namespace allot::program
