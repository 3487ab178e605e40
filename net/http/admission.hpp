#pragma once

#include <cstdint>
#include <string_view>

#include "net/http/routes.hpp"

namespace allot::http {

/// What a request's header decides, before its body is read: where the request leads, and whether
/// it may be executed.
class Admission {
public:
    /// \param request outlives this, and is read up to its body.
    Admission(ServerContext& context, Session& client, const Request& request) noexcept
        : context_{context}, client_{client}, request_{request} {}
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    enum class Verdict : std::uint8_t {
        admitted,
        refused,         ///< the reply says why
        wrong_password,  ///< to be answered later
    };
    [[nodiscard]] Verdict judge(Reply& reply);
    /// The password came with it, and was right.
    [[nodiscard]] bool is_authenticated() const noexcept { return is_authenticated_; }
    /// Null: it leads nowhere.
    [[nodiscard]] const Route* route() const noexcept { return match_.route; }
    [[nodiscard]] Exchange exchange(Reply& reply) const noexcept {
        return {{context_, client_}, request_, target_, match_.route, match_.arguments, reply};
    }

private:
    [[nodiscard]] bool refuse(Reply& reply, unsigned status, ErrorCode code, std::string_view text,
                              std::string_view field) const;
    [[nodiscard]] bool refuse_path(Reply& reply) const;
    [[nodiscard]] bool check_host(Reply& reply) const;
    [[nodiscard]] bool check_origin(Reply& reply) const;
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

/// The answer to Verdict::wrong_password, once it is due.
[[nodiscard]] Reply wrong_password_reply();

}  // namespace allot::http
