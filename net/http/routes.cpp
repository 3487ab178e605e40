#include "net/http/routes.hpp"

#include <algorithm>

namespace allot::http {

using boost::beast::http::verb;

namespace {

/// Matches the segments with the path; the segments of names in braces become arguments.
bool matches(std::string_view path, const Target& target, Match& match) noexcept {
    std::size_t arguments = 0;
    for (const std::string& segment : target.segments) {
        if (path.empty()) return false;
        path.remove_prefix(1);  // the slash
        const std::string_view wanted = path.substr(0, path.find('/'));
        path.remove_prefix(wanted.size());
        if (wanted.starts_with('{')) {
            if (segment.empty()) return false;
            match.arguments[arguments++] = segment;
        } else if (wanted != segment) {
            return false;
        }
    }
    return path.empty();
}

}  // namespace

Match find_route(verb method, const Target& target) noexcept {
    Match match;
    const verb wanted = method == verb::head ? verb::get : method;
    for (const Route& route : routes()) {
        if (!matches(route.path, target, match)) continue;
        match.is_path = true;
        if (route.method != wanted) continue;
        match.route = &route;
        break;
    }
    return match;
}

std::string methods_of(const Target& target) {
    std::string methods;
    Match ignored;
    for (const verb method : {verb::post, verb::put, verb::patch, verb::get, verb::delete_}) {
        for (const Route& route : routes()) {
            if (route.method != method || !matches(route.path, target, ignored)) continue;
            if (!methods.empty()) methods.append(", ");
            methods.append(method_text(method));
            if (method == verb::get) methods.append(", HEAD");
        }
    }
    return methods;
}

}  // namespace allot::http
