#include "net/http/admission.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "net/core/rule_text.hpp"
#include "net/http/credentials.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot::http {

using boost::beast::http::verb;

namespace {

bool is_json(std::string_view type) {
    std::string_view media = type.substr(0, type.find(';'));
    while (media.ends_with(' ') || media.ends_with('\t')) media.remove_suffix(1);
    return equal_ignoring_case(media, json_type);
}

/// `localhost` or a loopback address, with or without a port: docs/security.md says why.
bool is_loopback(std::string_view host) {
    const std::size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
    if (colon != std::string_view::npos) {
        constexpr std::uint64_t port_max = 65'535;
        if (!parse_uint(host.substr(colon + 1), port_max)) return false;
        host = host.substr(0, colon);
    }
    if (equal_ignoring_case(host, "localhost")) return true;
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback() && address.is_v6() == is_bracketed;
}

bool is_loopback_origin(std::string_view origin) {
    constexpr std::string_view after_scheme = "://";
    const std::size_t scheme = origin.find(after_scheme);
    return scheme != std::string_view::npos &&
           is_loopback(origin.substr(scheme + after_scheme.size()));
}

std::string unknown_parameter_text(std::span<const std::string_view> known) {
    known = known.first(static_cast<std::size_t>(std::ranges::find(known, "") - known.begin()));
    return "unknown query parameter: this path takes " + (known.empty() ? "none" : listed(known));
}

bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= idempotency_key_bytes_max &&
           std::ranges::all_of(key, [](char c) { return c >= '!' && c <= '~'; });
}

/// Header field of each 401.
constexpr const char* authenticate_line =
    "WWW-Authenticate: Bearer realm=\"allot\", Basic realm=\"allot\"\r\n";

}  // namespace

Reply wrong_password_reply() {
    Reply reply{.status = 401, .header = authenticate_line};
    set_error(reply, ErrorCode::wrong_pass, wrong_pass_text, "Authorization");
    return reply;
}

Admission::Verdict Admission::judge(Reply& reply) {
    const auto verdict = [](bool holds) { return holds ? Verdict::admitted : Verdict::refused; };
    auto target = Target::parse(request_.target);
    if (!target) {
        return verdict(
            refuse(reply, 400, ErrorCode::syntax,
                   "invalid target " + in_quotes(request_.target) +
                       ": expected a path that begins with /, is percent-encoded, and has no "
                       "segment . or ..",
                   "target"));
    }
    target_ = std::move(*target);
    match_ = find_route(request_.method, target_);
    if (!check_web_page(reply)) return Verdict::refused;
    const Verdict password = check_password(reply);
    if (password != Verdict::admitted) return password;
    if (match_.route == nullptr) return verdict(refuse_path(reply));
    return verdict(check_query(reply) && check_key(reply) && check_body(reply));
}

/// \return false, for the caller to return.
bool Admission::refuse(Reply& reply, unsigned status, ErrorCode code, std::string_view text,
                       std::string_view field) const {
    exchange(reply).fail(status, code, text, field);
    return false;
}

bool Admission::refuse_path(Reply& reply) const {
    if (!match_.is_path) {
        return refuse(reply, 404, ErrorCode::generic,
                      "no resource at " + in_quotes(request_.target) +
                          ": /v1/openapi.json describes all paths",
                      "target");
    }
    const std::string methods = methods_of(target_);
    if (request_.method == verb::unknown) {
        return refuse(reply, 501, ErrorCode::generic,
                      "unknown method: this path supports " + methods, "method");
    }
    reply.header = "Allow: " + methods + "\r\n";
    return refuse(reply, 405, ErrorCode::generic,
                  "unsupported method " + in_quotes(method_text(request_.method)) +
                      ": this path supports " + methods,
                  "method");
}

bool Admission::check_web_page(Reply& reply) const {
    if (!context_.identity.http_local_names_only || match_.has(flag_free)) return true;
    const auto check = [&](const auto& value, bool (*is_local)(std::string_view), unsigned status,
                           std::string_view field) {
        if (!value || is_local(*value)) return true;
        context_.counters.count(DisconnectReason::cross_protocol);
        return refuse(reply, status, ErrorCode::generic,
                      "invalid " + std::string{field} + " " + in_quotes(*value) +
                          ": without a password, expected localhost or a loopback address",
                      field);
    };
    return check(request_.host, is_loopback, 421, "Host") &&
           check(request_.origin, is_loopback_origin, 403, "Origin");
}

Admission::Verdict Admission::check_password(Reply& reply) {
    if (!context_.password || match_.has(flag_free)) return Verdict::admitted;
    if (!request_.authorization) {
        reply.header = authenticate_line;
        (void)refuse(reply, 401, ErrorCode::no_auth, "Authentication required.", "Authorization");
        return Verdict::refused;
    }
    const auto password = password_in(*request_.authorization);
    is_authenticated_ = password && context_.password->matches(*password);
    return is_authenticated_ ? Verdict::admitted : Verdict::wrong_password;
}

bool Admission::check_query(Reply& reply) const {
    for (auto part = target_.query.begin(); part != target_.query.end(); ++part) {
        const std::string& name = part->first;
        const auto refuse_part = [&](const std::string& text) {
            std::string escaped;
            append_escaped(escaped, name, echoed_bytes_max);
            return refuse(reply, 400, ErrorCode::syntax, text, escaped);
        };
        const auto& known = match_.route->query;
        if (name.empty() || std::ranges::find(known, name) == known.end()) {
            return refuse_part(unknown_parameter_text(known));
        }
        const auto is_same = [&](const auto& earlier) { return earlier.first == name; };
        if (std::any_of(target_.query.begin(), part, is_same)) {
            return refuse_part("repeated query parameter");
        }
    }
    return true;
}

bool Admission::check_key(Reply& reply) const {
    const auto& key = request_.idempotency_key;
    return !key || is_key(*key) ||
           refuse(reply, 400, ErrorCode::syntax,
                  "invalid Idempotency-Key " + in_quotes(*key) + ": expected 1 to " +
                      std::to_string(idempotency_key_bytes_max) +
                      " bytes of printable ASCII, without spaces",
                  "Idempotency-Key");
}

bool Admission::check_body(Reply& reply) const {
    if (!match_.route->has(flag_body)) return true;
    if (!request_.has_body) {
        return refuse(reply, 411, ErrorCode::syntax, "missing Content-Length", "Content-Length");
    }
    const auto& type = request_.content_type;
    if (!type || !is_json(*type)) {
        return refuse(reply, 415, ErrorCode::syntax,
                      (type ? "invalid Content-Type " + in_quotes(*type) : "missing Content-Type") +
                          ": expected application/json",
                      "Content-Type");
    }
    return true;
}

}  // namespace allot::http
