// Whether a request is let in: from its header, before its body is read.
#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <utility>

#include "net/core/rule_text.hpp"
#include "net/http/credentials.hpp"
#include "net/http/http_session.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"

namespace allot {

using boost::beast::http::verb;

namespace {

bool is_json(std::string_view type) {
    std::string_view media = type.substr(0, type.find(';'));
    while (media.ends_with(' ') || media.ends_with('\t')) media.remove_suffix(1);
    return equal_ignoring_case(media, http::json_type);
}

/// An address, or localhost: a name that cannot be made to resolve to another machine.
bool is_local_name(std::string_view host) {
    if (host.starts_with('[')) return true;
    host = host.substr(0, host.find(':'));
    return equal_ignoring_case(host, "localhost") ||
           (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Where a page is from, as a browser says it: of this machine. An address will not do here, for
/// a site may be at one; nor `null`, for that is anybody's.
bool is_local_origin(std::string_view origin) {
    constexpr std::string_view after_scheme = "://";
    const std::size_t scheme = origin.find(after_scheme);
    if (scheme == std::string_view::npos) return false;
    const std::string_view host = origin.substr(scheme + after_scheme.size());
    return is_local_name(host) &&
           (host.starts_with("127.") || host == "[::1]" || host.starts_with("[::1]:") ||
            equal_ignoring_case(host.substr(0, host.find(':')), "localhost"));
}

/// The end of an error: which parts the query may have.
std::string allowed_parts_text(std::span<const std::string_view> known) {
    known = known.first(static_cast<std::size_t>(std::ranges::find(known, "") - known.begin()));
    return known.empty() ? ": it takes none" : ", only " + listed(known);
}

bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= idempotency_key_bytes_max &&
           std::ranges::all_of(key, [](char c) { return c >= '!' && c <= '~'; });
}

}  // namespace

/// What is known of a request without its body decides whether that is read at all.
/// \return false when it has been answered, or will be.
bool HttpSession::admit() {
    const http::Request& request = reader_->request();
    auto target = http::Target::parse(request.target);
    if (!target) {
        return fail(
            400, ErrorCode::syntax,
            in_quotes(request.target) +
                " is no path: it begins with /, is well encoded, and has no segment . or ..",
            "target");
    }
    target_ = std::move(*target);
    match_ = http::find_route(request.method, target_);
    if (!admit_host() || !admit_origin() || !admit_client()) return false;
    if (match_.route != nullptr) return admit_query() && admit_key() && admit_body();
    if (!match_.is_path) {
        return fail(404, ErrorCode::generic,
                    "there is nothing at " + in_quotes(request.target) +
                        ": /v1/openapi.json describes all that there is",
                    "target");
    }
    const std::string methods = http::methods_of(target_);
    if (request.method == verb::unknown) {
        return fail(501, ErrorCode::generic, "it is not known here: this path has " + methods,
                    "method");
    }
    context_.counters.count(ErrorCode::generic);
    http::Reply reply{.status = 405, .header = "Allow: " + methods + "\r\n"};
    const auto method = boost::beast::http::to_string(request.method);
    http::set_error(
        reply, ErrorCode::generic,
        in_quotes({method.data(), method.size()}) + " is not for this path: it has " + methods,
        "method");
    reply_early(reply);
    return false;
}

bool HttpSession::admit_host() {
    const auto& host = reader_->request().host;
    if (!context_.identity.http_local_names_only || !host || is_local_name(*host)) return true;
    if (match_.has(route_free)) return true;
    context_.counters.count(DisconnectReason::cross_protocol);
    return fail(421, ErrorCode::generic,
                in_quotes(*host) +
                    " is neither localhost nor an address: without a password, no other name is "
                    "served",
                "Host");
}

/// What a page of another site sends, without a body, a browser does not ask about first.
bool HttpSession::admit_origin() {
    const auto& origin = reader_->request().origin;
    if (!context_.identity.http_local_names_only || !origin || is_local_origin(*origin))
        return true;
    if (match_.has(route_free)) return true;
    context_.counters.count(DisconnectReason::cross_protocol);
    return fail(403, ErrorCode::generic,
                in_quotes(*origin) +
                    " is not of this machine: without a password, no other site's page is served",
                "Origin");
}

bool HttpSession::admit_client() {
    if (!context_.password || match_.has(route_free)) return true;
    const auto& authorization = reader_->request().authorization;
    if (!authorization) {
        return fail(401, ErrorCode::no_auth, "Authentication required.", "Authorization");
    }
    const auto password = http::password_in(*authorization);
    if (password && context_.password->matches(*password)) {
        wrong_passwords_ = 0;
        unauthenticated_since_ = ServerContext::Time::max();
        return true;
    }
    delay_wrong_password();
    return false;
}

bool HttpSession::admit_query() {
    for (auto part = target_.query.begin(); part != target_.query.end(); ++part) {
        const std::string& name = part->first;
        const auto refuse = [&](const std::string& text) {
            std::string escaped;
            append_escaped(escaped, name, echoed_bytes_max);
            return fail(400, ErrorCode::syntax, text, escaped);
        };
        const auto& known = match_.route->query;
        if (name.empty() || std::ranges::find(known, name) == known.end()) {
            return refuse("the query has no such part here" + allowed_parts_text(known));
        }
        const auto is_same = [&](const auto& earlier) { return earlier.first == name; };
        if (std::any_of(target_.query.begin(), part, is_same)) {
            return refuse("a part of the query comes twice");
        }
    }
    return true;
}

bool HttpSession::admit_key() {
    const auto& key = reader_->request().idempotency_key;
    return !key || is_key(*key) ||
           fail(400, ErrorCode::syntax,
                in_quotes(*key) + " is no key: it has 1 to " +
                    std::to_string(idempotency_key_bytes_max) +
                    " bytes of printable ASCII, without spaces",
                "Idempotency-Key");
}

bool HttpSession::admit_body() {
    const http::Request& request = reader_->request();
    if (!match_.route->has(route_body)) return true;
    if (!request.has_body) {
        return fail(411, ErrorCode::syntax,
                    "it is missing, so that the length of the body is not told", "Content-Length");
    }
    if (!request.content_type || !is_json(*request.content_type)) {
        return fail(415, ErrorCode::syntax,
                    (request.content_type ? in_quotes(*request.content_type) + " is not read"
                                          : std::string{"it is missing"}) +
                        ": a body is application/json",
                    "Content-Type");
    }
    return true;
}

}  // namespace allot
