#include "net/http/openapi.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <vector>

#include "net/commands/routes.hpp"

namespace allot::http {

namespace json = boost::json;

namespace {

constexpr std::string_view any_rule =
    "A name, a quantity, a day, the JSON or the query breaks a rule, which the message names";
constexpr std::string_view no_stock =
    "The store is still being opened, or the storage has failed; nothing has changed";

json::object reference_to(std::string_view kind, std::string_view name) {
    return {{"$ref", "#/components/" + std::string{kind} + "/" + std::string{name}}};
}

/// \param schema a schema's name, or its JSON.
json::value schema_of(std::string_view schema) {
    if (schema.starts_with('{')) return json::parse(schema);
    return reference_to("schemas", schema);
}

json::object content_of(std::string_view type, json::value schema) {
    return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::object response_of(std::string_view description, json::object content) {
    return {{"description", description}, {"content", std::move(content)}};
}

json::object good_response(const RouteAnswer& answer) {
    if (answer.schema.empty()) {
        return response_of(answer.description,
                           content_of("text/plain", {{"type", "string"}, {"const", "OK"}}));
    }
    const std::string_view type = answer.type.empty() ? "application/json" : answer.type;
    return response_of(answer.description, content_of(type, schema_of(answer.schema)));
}

/// The errors that follow from a route's flags; the route's own descriptions replace them.
std::map<unsigned, RouteError> errors_of(const Route& route) {
    std::map<unsigned, RouteError> errors;
    const auto add = [&](const RouteError& error) { errors[error.status] = error; };
    add({400, any_rule});
    if (!route.has(flag_free)) {
        add({401, "The password is missing, or wrong"});
        add({403, "Without a password: Origin is not of this machine"});
        add({421, "Without a password: Host is not this machine"});
        add({500, "The answer is larger than --max-output allows, or the command has failed"});
    }
    if (route.has(flag_body)) {
        add({411, "Content-Length is missing"});
        add({413, "The body is too large", "Error"});
        add({415, "The body is not application/json"});
    }
    if (route.has(flag_write)) add({422, "The Idempotency-Key came with another request before"});
    if (route.store_use().stock) add({503, no_stock});
    for (const RouteError& error : route.spec->errors) {
        if (error.status != 0) add(error);
    }
    return errors;
}

json::object responses_of(const Route& route) {
    std::map<unsigned, json::object> responses;
    for (const RouteAnswer& answer : route.spec->good) {
        if (answer.status != 0) responses.emplace(answer.status, good_response(answer));
    }
    for (const auto& [status, error] : errors_of(route)) {
        const std::string_view usual = route.has(flag_book) ? "Message" : "Error";
        const std::string_view schema = error.schema.empty() ? usual : error.schema;
        responses.emplace(status, response_of(error.description,
                                              content_of("application/json", schema_of(schema))));
    }
    json::object all;
    for (auto& [status, response] : responses) {
        all.emplace(std::to_string(status), std::move(response));
    }
    return all;
}

json::object parameter_of(const Field& field, bool in_path) {
    json::object parameter{{"name", field.name}, {"in", in_path ? "path" : "query"}};
    if (in_path) parameter.emplace("required", true);
    const std::string_view about = in_path ? field.noun : field.about;
    if (!about.empty()) parameter.emplace("description", about);
    parameter.emplace("schema", schema_of(field.schema));
    return parameter;
}

json::array parameters_of(const Route& route) {
    json::array parameters;
    for (const Field& field : route.spec->fields) {
        if (!is_in_path(route.path, field.name)) continue;
        parameters.push_back(parameter_of(field, true));
    }
    if (route.has(flag_write)) parameters.push_back(reference_to("parameters", "IdempotencyKey"));
    for (const Field& field : route.spec->fields) {
        if (route.has(flag_body) || is_in_path(route.path, field.name)) continue;
        parameters.push_back(parameter_of(field, false));
    }
    if (!route.spec->header.empty()) parameters.push_back(json::parse(route.spec->header));
    return parameters;
}

json::object body_of(const RouteSpec& spec) {
    json::object content{{"schema", schema_of(spec.body_schema)},
                         {"example", json::parse(spec.example)}};
    return {{"required", true},
            {"content", json::object{{"application/json", std::move(content)}}}};
}

std::string_view tag_of(const Route& route) {
    if (route.has(flag_book)) return "plain";
    return route.path.starts_with("/v1/") ? "v1" : "server";
}

json::object operation_of(const Route& route) {
    const RouteSpec& spec = *route.spec;
    json::object operation{{"operationId", spec.id}};
    operation.emplace("summary", spec.summary.empty() ? route.command->summary : spec.summary);
    if (!spec.description.empty()) operation.emplace("description", spec.description);
    operation.emplace("tags", json::array{tag_of(route)});
    if (route.has(flag_free)) operation.emplace("security", json::array{});
    json::array parameters = parameters_of(route);
    if (!parameters.empty()) operation.emplace("parameters", std::move(parameters));
    if (route.has(flag_body)) operation.emplace("requestBody", body_of(spec));
    operation.emplace("responses", responses_of(route));
    return operation;
}

json::object paths() {
    json::object all;
    for (const Route& route : routes()) {
        std::string method{boost::beast::http::to_string(route.method)};
        for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
        json::value& path = all[route.path];
        if (path.is_null()) path.emplace_object();
        path.get_object().emplace(method, operation_of(route));
    }
    return all;
}

/// Appends one member or element a line, indented by one space a level.
void print(std::string& out, const json::value& value, std::size_t level);

void print_items(std::string& out, std::string_view brackets, const auto& items, std::size_t level,
                 auto print_item) {
    out += brackets[0];
    bool is_first = true;
    for (const auto& item : items) {
        out.append(is_first ? "\n" : ",\n").append(level + 1, ' ');
        print_item(item);
        is_first = false;
    }
    if (!is_first) out.append("\n").append(level, ' ');
    out += brackets[1];
}

void print(std::string& out, const json::value& value, std::size_t level) {
    if (const json::object* const object = value.if_object()) {
        print_items(out, "{}", *object, level, [&](const auto& member) {
            out.append(json::serialize(member.key())).append(": ");
            print(out, member.value(), level + 1);
        });
    } else if (const json::array* const array = value.if_array()) {
        print_items(out, "[]", *array, level,
                    [&](const json::value& item) { print(out, item, level + 1); });
    } else {
        out.append(json::serialize(value));
    }
}

std::string document() {
    const json::value schemas = json::parse(openapi_schemas);
    json::object all;
    for (const auto& [key, value] : schemas.get_object()) {
        if (key == "components") all.emplace("paths", paths());
        all.emplace(key, value);
    }
    std::string text;
    print(text, all, 0);
    return text + "\n";
}

}  // namespace

const std::string& openapi_text() {
    static const std::string text = document();
    return text;
}

}  // namespace allot::http
