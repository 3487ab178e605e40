#include "net/http/transaction_body.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "net/commands/registry.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"

namespace allot {

namespace json = boost::json;

namespace {

using http::Condition;
using http::Operation;
using Operations = std::vector<Operation>;
using Conditions = std::vector<Condition>;

/// The commands that may be part of a transaction.
const std::vector<const CommandSpec*>& kinds() {
    static const std::vector<const CommandSpec*> all = [] {
        std::vector<const CommandSpec*> specs;
        for (const CommandSpec& spec : command_table()) {
            if (!spec.operation.empty()) specs.push_back(&spec);
        }
        return specs;
    }();
    return all;
}

/// `expected an array, not '{}'`
std::string expected(std::string_view what, const json::value& value) {
    return std::string{"expected "}.append(what).append(", not ") +
           in_quotes(json::serialize(value));
}

/// \param at `operations[3]`
std::optional<Operation> read_operation(Source& source, const json::value& value,
                                        const std::string& at) {
    const auto fail = [&](std::string_view text, const std::string& field) {
        source.fail(ErrorCode::syntax, text, field);
        return std::nullopt;
    };
    const auto report_in = [&source](const std::string& element) {
        return [&source, element](ErrorCode code, std::string_view text, std::string_view field) {
            source.fail(code, text, element + "." + std::string{field});
        };
    };
    const json::object* const outer = value.if_object();
    if (outer == nullptr) return fail(expected("an object", value), at);
    std::vector<std::string_view> names;
    for (const CommandSpec* const spec : kinds()) names.push_back(spec->operation);
    if (!has_only(*outer, names, report_in(at))) return {};
    if (outer->size() != 1) return fail("expected one field, of " + listed(names), at);
    const auto& [kind, inner] = *outer->begin();
    const CommandSpec& spec =
        **std::ranges::find(kinds(), std::string_view{kind}, &CommandSpec::operation);
    const std::string where = at + "." + std::string{spec.operation};
    if (!inner.is_object()) return fail(expected("an object", inner), where);
    ObjectSource members{report_in(where), source.context(), inner.get_object(), spec.fields};
    auto command = spec.prepare(members);
    if (command == nullptr) return {};
    return Operation{spec.operation, std::move(command)};
}

std::optional<Condition> read_condition(Source& source, std::string_view key,
                                        const json::value& value) {
    std::string escaped{"if."};
    append_escaped(escaped, key, echoed_bytes_max);
    const auto sku =
        ValueOf<Sku>::read(source, {.name = escaped, .role = Role::required}, {{&key, 1}});
    if (!sku) return {};
    const std::int64_t* const number = value.if_int64();
    if (number != nullptr && *number >= 0) {
        return Condition{*sku, static_cast<std::uint64_t>(*number)};
    }
    source.fail(ErrorCode::syntax, expected("an integer from 0", value),
                std::string{"if."}.append(key));
    return {};
}

}  // namespace

template <>
struct ValueOf<Operations> {
    static constexpr std::string_view noun = "operations";
    static constexpr std::string_view schema = "";
    static std::optional<Operations> read(Source& source, const Field& field,
                                          const RawValue& value) {
        const json::array* const array = value.json->if_array();
        const auto fail = [&](std::string_view text) {
            source.fail(ErrorCode::syntax, text, field.name);
            return std::nullopt;
        };
        if (array == nullptr) return fail(expected("an array", *value.json));
        if (array->empty() || array->size() > operations_max) {
            return fail("expected 1 to " + std::to_string(operations_max) + " operations, not " +
                        std::to_string(array->size()));
        }
        Operations operations;
        for (std::size_t i = 0; i < array->size(); ++i) {
            auto operation =
                read_operation(source, (*array)[i], "operations[" + std::to_string(i) + "]");
            if (!operation) return {};
            operations.push_back(*std::move(operation));
        }
        return operations;
    }
};

template <>
struct ValueOf<Conditions> {
    static constexpr std::string_view noun = "versions";
    static constexpr std::string_view schema = "";
    static std::optional<Conditions> read(Source& source, const Field& field,
                                          const RawValue& value) {
        const json::object* const object = value.json->if_object();
        if (object == nullptr) {
            source.fail(ErrorCode::syntax, expected("an object", *value.json), field.name);
            return {};
        }
        Conditions conditions;
        for (const auto& member : *object) {
            const auto condition = read_condition(source, member.key(), member.value());
            if (!condition) return {};
            conditions.push_back(*condition);
        }
        return conditions;
    }
};

template <>
struct ValueOf<bool> {
    static constexpr std::string_view noun = "flag";
    static constexpr std::string_view schema = "";
    static std::optional<bool> read(Source& source, const Field& field, const RawValue& value) {
        if (const bool* const flag = value.json->if_bool()) return *flag;
        source.fail(ErrorCode::syntax, expected("true or false", *value.json), field.name);
        return {};
    }
};

namespace http {

namespace {
struct Body {
    static constexpr std::tuple fields{required<Operations>("operations"),
                                       optional<Conditions>("if"), optional<bool>("atomic", true)};
};
}  // namespace

std::optional<Transaction> read_transaction(const Exchange& exchange) {
    const auto parsed = parse_object(exchange.request.body, transaction_json_limits);
    if (const auto* const bad = std::get_if<BadBody>(&parsed)) {
        exchange.fail(ErrorCode::syntax, bad->text, bad->field);
        return {};
    }
    ObjectSource source{exchange.report(), exchange.server, std::get<json::object>(parsed),
                        detail::fields_of<Body>};
    return read<Transaction>(source, Body::fields);
}

}  // namespace http
}  // namespace allot
