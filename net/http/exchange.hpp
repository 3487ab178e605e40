#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/commands/routes.hpp"
#include "net/http/reply.hpp"
#include "net/http/request_reader.hpp"
#include "net/http/target.hpp"
#include "net/schema/call.hpp"
#include "net/schema/source.hpp"

namespace allot::http {

/// One request being executed and answered.
struct Exchange : Context {
    const Request& request;
    const Target& target;
    const Route* route;  ///< null: the target has none
    /// The segments of the path that match the names in braces of the route.
    std::span<const std::string_view> arguments;
    Reply& reply;
    bool was_executed = false;  ///< a command was executed, even if it was refused

    /// True if the route's errors have only a message, without a code.
    [[nodiscard]] bool is_of_book() const noexcept {
        return route != nullptr && route->has(flag_book);
    }
    [[nodiscard]] std::vector<NamedText> query() const;

    /// Fills in the reply; an exception becomes an error. \pre there is a route, and the body has
    /// been read. \return the LSN of the last fact that the reply may depend on; 0: none.
    Lsn execute();

    /// Answers with an error and the status of its code, or with `status`, and counts it.
    void fail(ErrorCode code, std::string_view text, std::string_view field = {}) const {
        fail(status_of(code), code, text, field);
    }
    void fail(unsigned status, ErrorCode code, std::string_view text,
              std::string_view field = {}) const;
    void fail(const Failure& failure) const;
    /// Does the same without counting the error.
    void answer_error(unsigned status, ErrorCode code, std::string_view text,
                      std::string_view field) const;
    /// Returns a function for a Source that replies with the broken rule.
    [[nodiscard]] ReportFault report() const {
        return [this](ErrorCode code, std::string_view text, std::string_view field) {
            fail(code, text, field);
        };
    }

private:
    Lsn execute_once(std::string_view key);
    Lsn dispatch();
};

/// Executes a request and fills in the reply.
/// \return the LSN of the last fact that the reply may depend on; 0: none.
using RunExchange = Lsn (*)(Exchange& exchange);

[[nodiscard]] RunExchange function_of(const Route& route) noexcept;

// Routes that are not one command.
Lsn transact(Exchange& exchange);
Lsn feed(Exchange& exchange);
Lsn openapi(Exchange& exchange);
Lsn alive(Exchange& exchange);
Lsn ready(Exchange& exchange);
Lsn metrics(Exchange& exchange);

}  // namespace allot::http
