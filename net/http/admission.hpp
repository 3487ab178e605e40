#pragma once

#include <cstdint>
#include <string_view>

#include "net/http/routes.hpp"

namespace allot::http {

/// Checks a request's header before its body is read: finds the route, and decides whether the
/// request may be executed.
class Admission {
public:
    /// \param request outlives this; its header has been read.
    Admission(ServerContext& context, Session& client, const Request& request) noexcept
        : context_{context}, client_{client}, request_{request} {}
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    enum class Verdict : std::uint8_t {
        admitted,
        refused,         ///< the reply says why
        wrong_password,  ///< reply later, with wrong_password_reply()
    };
    [[nodiscard]] Verdict judge(Reply& reply);
    /// True if the request has the right password.
    [[nodiscard]] bool is_authenticated() const noexcept { return is_authenticated_; }
    /// The route of the target; null: none.
    [[nodiscard]] const Route* route() const noexcept { return match_.route; }
    [[nodiscard]] Exchange exchange(Reply& reply) const noexcept {
        return {{context_, client_}, request_, target_, match_.route, match_.arguments, reply};
    }

private:
    [[nodiscard]] bool refuse(Reply& reply, unsigned status, ErrorCode code, std::string_view text,
                              std::string_view field) const;
    [[nodiscard]] bool refuse_path(Reply& reply) const;
    [[nodiscard]] bool check_web_page(Reply& reply) const;
    [[nodiscard]] Verdict check_password(Reply& reply);
    [[nodiscard]] bool check_query(Reply& reply) const;
    [[nodiscard]] bool check_key(Reply& reply) const;
    [[nodiscard]] bool check_body(Reply& reply) const;

    ServerContext& context_;
    Session& client_;
    const Request& request_;
    Target target_;
    Match match_;
    bool is_authenticated_ = false;
};

/// The reply to Verdict::wrong_password, sent after a delay.
[[nodiscard]] Reply wrong_password_reply();

}  // namespace allot::http
