#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http/exchange.hpp"
#include "net/schema/define.hpp"

namespace allot::http {

/// One command of a transaction.
struct Operation {
    std::string_view kind;  ///< CommandSpec::operation
    std::unique_ptr<PreparedCommand> command;
};

/// That the stock of a SKU is still as it was then.
struct Condition {
    Sku sku;
    Version version;
};

/// What the body of a transaction asks for.
struct Transaction {
    std::vector<Operation> operations;
    std::optional<std::vector<Condition>> conditions;
    bool is_atomic;
};

/// Answers with an error that names the field and the rule where the body breaks one, and gives
/// nothing.
[[nodiscard]] std::optional<Transaction> read_transaction(const Exchange& exchange);

}  // namespace allot::http
