#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http/exchange.hpp"
#include "net/schema/define.hpp"
#include "net/text/json_body.hpp"

namespace allot::http {

/// Deeper than the body of one command; and `if` has one field for each SKU.
inline constexpr JsonLimits transaction_json_limits{.depth = 6, .members = json_members_max};

/// One command of a transaction.
struct Operation {
    std::string_view kind;  ///< CommandSpec::operation
    std::unique_ptr<PreparedCommand> command;
};

/// A condition: the stock of the SKU still has this version.
struct Condition {
    Sku sku;
    Version version;
};

struct Transaction {
    std::vector<Operation> operations;
    std::optional<std::vector<Condition>> conditions;
    bool is_atomic;
};

/// \return none after replying with an error that names the field and the rule.
[[nodiscard]] std::optional<Transaction> read_transaction(const Exchange& exchange);

}  // namespace allot::http
