#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/core/rule_text.hpp"
#include "net/core/server_context.hpp"
#include "net/http/reply.hpp"
#include "net/http/request_reader.hpp"
#include "net/http/target.hpp"

namespace allot::http {

/// One request being answered.
struct Exchange {
    const Request& request;
    const Target& target;
    /// The segments of the path that stand where the route has names in braces.
    std::span<const std::string_view> arguments;
    bool is_of_book;  ///< where errors are a message alone, without a code
    Hub& hub;
    Reply& reply;
    bool was_executed = false;  ///< a command was, whatever the business said
    bool ends_turn = false;     ///< it took long: others have their turn before the next request

    [[nodiscard]] MessageBus& bus() const noexcept { return *hub.backend.bus; }
    /// Executes a command that changes stock.
    template <class Command>
    [[nodiscard]] auto handle(const Command& command) {
        auto answer = bus().handle(command);
        was_executed = true;
        return answer;
    }
    /// What an answer that looked at the stock waits for.
    [[nodiscard]] Lsn last_lsn() const noexcept { return hub.backend.journal->last(); }
    /// \return null when the query does not have it.
    [[nodiscard]] const std::string* query(std::string_view name) const noexcept;

    /// Answers with an error and the status of its code, or with `status`, and counts it.
    void fail(ErrorCode code, std::string_view text, std::string_view field = {}) const {
        fail(status_of(code), code, text, field);
    }
    void fail(unsigned status, ErrorCode code, std::string_view text,
              std::string_view field = {}) const;
    /// Answers with what the business says.
    void refuse(Refusal refusal, Subject subject, std::string_view field = {}) const;
};

}  // namespace allot::http
