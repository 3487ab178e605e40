#include "net/commands/routes.hpp"

#include <string>
#include <vector>

#include "net/commands/orders/book.hpp"
#include "net/commands/registry.hpp"
#include "net/commands/server_routes.hpp"
#include "net/core/counters.hpp"

namespace allot {

namespace {

std::array<std::string_view, 3> query_of(const RouteSpec& spec) {
    std::array<std::string_view, 3> query{};
    if ((spec.flags & flag_body) != 0) return query;
    std::size_t size = 0;
    for (const Field& field : spec.fields) {
        if (!is_in_path(spec.path, field.name)) query.at(size++) = field.name;
    }
    return query;
}

std::vector<Route> all_routes() {
    std::vector<Route> table;
    const auto add = [&](const RouteSpec& spec, const CommandSpec* command) {
        if (!spec.is_there()) return;
        const unsigned flags = spec.flags | (command == nullptr ? 0U : command->flags);
        table.push_back({spec.method, spec.path, static_cast<std::uint16_t>(flags), query_of(spec),
                         &spec, command});
    };
    for (const RouteSpec& spec : book_routes()) add(spec, nullptr);
    for (const CommandSpec& command : command_table()) {
        for (const RouteSpec& spec : command.routes) add(spec, &command);
    }
    for (const RouteSpec& spec : server_routes()) add(spec, nullptr);
    BOOST_ASSERT(table.size() <= Counters::routes_max);
    return table;
}

}  // namespace

std::string_view method_text(boost::beast::http::verb method) noexcept {
    const auto text = boost::beast::http::to_string(method);
    return {text.data(), text.size()};
}

bool is_in_path(std::string_view path, std::string_view field) {
    return path.find("{" + std::string{field} + "}") != std::string_view::npos;
}

std::span<const Route> routes() noexcept {
    static const std::vector<Route> table = all_routes();
    return table;
}

std::size_t route_index(const Route* route) noexcept {
    return route == nullptr ? Counters::routes_max
                            : static_cast<std::size_t>(route - routes().data());
}

}  // namespace allot
