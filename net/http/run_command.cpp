// Routes of one command: it is read from path, query and body, and executed.
#include <boost/container/small_vector.hpp>

#include "net/http/exchange.hpp"
#include "net/schema/define.hpp"

namespace allot::http {

namespace {

/// The segments of the path, by the names in braces that they match.
boost::container::small_vector<NamedText, 4> path_of(const Exchange& exchange) {
    boost::container::small_vector<NamedText, 4> parts;
    std::string_view path = exchange.route->path;
    for (const std::string_view argument : exchange.arguments) {
        const std::size_t begin = path.find('{');
        if (begin == std::string_view::npos) break;
        const std::size_t end = path.find('}', begin);
        parts.push_back({path.substr(begin + 1, end - begin - 1), argument});
        path.remove_prefix(end);
    }
    return parts;
}

Lsn run_command(Exchange& exchange) {
    const Route& route = *exchange.route;
    const auto path = path_of(exchange);
    const auto query = exchange.query();
    RequestSource source{exchange.report(),
                         exchange.server,
                         route.spec->fields,
                         path,
                         query,
                         route.has(flag_body) ? &exchange.request.body : nullptr};
    const auto command = route.spec->prepare(source);
    if (command == nullptr) return 0;
    const bool writes = route.has(flag_write);
    const Lsn before = writes ? exchange.last_lsn() : 0;
    JsonWriter json{exchange.reply.body};
    const auto [lsn, failure] = command->execute(exchange, json);
    exchange.was_executed = writes;
    if (failure) return exchange.fail(*failure), lsn;
    const bool is_other = route.spec->changed != 0 && lsn > before;
    exchange.reply.status = is_other ? route.spec->changed : route.spec->status;
    if (route.spec->good.front().schema.empty()) {
        exchange.reply.type = text_type;
        exchange.reply.body = "OK";
    }
    return lsn;
}

}  // namespace

RunExchange function_of(const Route& route) noexcept {
    switch (route.spec->served_by) {
        case ServedBy::transactions:
            return transact;
        case ServedBy::feed:
            return feed;
        case ServedBy::openapi:
            return openapi;
        case ServedBy::liveness:
            return alive;
        case ServedBy::readiness:
            return ready;
        case ServedBy::metrics:
            return metrics;
        case ServedBy::command:
            break;
    }
    return run_command;
}

}  // namespace allot::http
