#include "tests/docs/tables.hpp"

#include "net/commands/registry.hpp"
#include "net/commands/routes.hpp"
#include "net/schema/call.hpp"
#include "tests/docs/markdown.hpp"

namespace allot::docs {

std::string command_table() {
    std::string text = "| command | reply | what it does |\n|---|---|---|\n";
    for (const CommandSpec& spec : allot::command_table()) {
        text.append("| `").append(cell(usage_of(spec.name, spec.syntax))).append("` | ");
        text.append(cell(spec.reply)).append(" | ").append(cell(spec.summary)).append(" |\n");
    }
    return text;
}

namespace {

/// `POST /v1/orders/{order}/allocations` `{"lines":…}`: a query belongs to the target, a body does
/// not.
std::string request_of(const Route& route) {
    const auto method = boost::beast::http::to_string(route.method);
    std::string text{"`"};
    text.append(method.data(), method.size()).append(" ").append(route.path);
    const std::string_view call = route.spec->call;
    if (call.starts_with('{')) text.append("` `");
    return cell(text.append(call).append("`"));
}

std::string command_of(const Route& route) {
    if (!route.spec->command.empty()) return std::string{route.spec->command};
    if (route.command == nullptr) return {};
    return "`" + std::string{route.command->name} + "`";
}

}  // namespace

std::string route_table() {
    std::string text = "| | command | answers |\n|---|---|---|\n";
    for (const Route& route : routes()) {
        if (route.has(flag_book)) continue;
        const std::string command = command_of(route);
        text.append("| ").append(request_of(route)).append(" |");
        text.append(command.empty() ? "" : " ").append(command);
        text.append(" | ").append(route.spec->answers).append(" |\n");
    }
    return text;
}

std::string book_route_table() {
    std::string text = "| | answers |\n|---|---|\n";
    for (const Route& route : routes()) {
        if (!route.has(flag_book)) continue;
        text.append("| ").append(request_of(route)).append(" | ");
        text.append(route.spec->answers).append(" |\n");
    }
    return text;
}

namespace {

std::string fields_of_operation(const CommandSpec& spec) {
    std::string text;
    for (const Field& field : spec.fields) {
        text.append(text.empty() ? "`" : ", `").append(field.name).append("`");
        if (field.role == Role::optional || field.role == Role::keyword) text.append("?");
        if (field.role == Role::lines) text.append(" of `sku` and `quantity`");
    }
    return text;
}

}  // namespace

std::string operation_table() {
    std::string text = "| operation | its fields | its result |\n|---|---|---|\n";
    for (const CommandSpec& spec : allot::command_table()) {
        if (spec.operation.empty()) continue;
        text.append("| `").append(spec.operation).append("` | ");
        text.append(fields_of_operation(spec)).append(" | `").append(spec.result).append("` |\n");
    }
    return text;
}

}  // namespace allot::docs
