// Several commands as one unit of work: all or none, or each independently.
#include <optional>
#include <string>
#include <utility>

#include "net/http/exchange.hpp"
#include "net/http/transaction_body.hpp"
#include "net/limits.hpp"

namespace allot::http {

namespace {

struct RefusedOperation {
    Failure failure;
    std::size_t operation = 0;
};
/// For UnitOfWork::attempt(), which then records the shortage.
bool is_out_of_stock(const RefusedOperation& refused) noexcept {
    return refused.failure.code == ErrorCode::out_of_stock;
}

void write_refusal(JsonWriter& json, const Exchange& exchange, const RefusedOperation& refused) {
    const Failure& failure = refused.failure;
    exchange.server.counters.count(failure.code);
    json.begin_object().key("error").begin_object();
    put_members(json, Column{"code", word_of(failure.code)}, Column{"message", failure.text},
                Column{"field", failure.field}, Column{"operation", refused.operation});
    json.end_object().end_object();
}

/// Executes one operation and writes its result. \return the refusal, if any.
std::optional<RefusedOperation> execute(Exchange& exchange, JsonWriter& json,
                                        const Operation& operation, std::size_t at) {
    auto failure = operation.command->execute(exchange, json).failure;
    if (!failure) return {};
    failure->field.insert(
        0, "operations[" + std::to_string(at) + "]." + std::string{operation.kind} + ".");
    return RefusedOperation{*std::move(failure), at};
}

/// Replies 412 and returns false if a version differs.
bool is_as_expected(const Exchange& exchange, const Transaction& transaction) {
    if (!transaction.conditions) return true;
    for (const Condition& condition : *transaction.conditions) {
        const Version now = version(condition.sku, exchange.bus().repository());
        if (now == condition.version) continue;
        std::string text{"Sku "};
        text.append(condition.sku.view()).append(" is at version ").append(std::to_string(now));
        text.append(", not ").append(std::to_string(condition.version));
        exchange.fail(ErrorCode::conflict, text, std::string{"if."}.append(condition.sku.view()));
        return false;
    }
    return true;
}

/// The outcome of the operations, before the unit is committed.
struct Outcome {
    std::string body;
    std::optional<RefusedOperation> refused = {};  // it has reverted all operations
    std::string limit_text = {};                   // the limit that they exceed; empty: none
};

Outcome execute_all(Exchange& exchange, const Transaction& transaction, UnitOfWork& whole) {
    Outcome outcome;
    JsonWriter json{outcome.body};
    json.begin_object().key("results").begin_array();
    const auto all =
        whole.attempt([&](UnitOfWork& work) -> boost::system::result<void, RefusedOperation> {
            for (std::size_t i = 0; i < transaction.operations.size() && outcome.limit_text.empty();
                 ++i) {
                auto refused = execute(exchange, json, transaction.operations[i], i);
                if (refused) {
                    if (transaction.is_atomic) return std::move(*refused);
                    write_refusal(json, exchange, *refused);
                }
                if (outcome.body.size() + kibibyte > exchange.server.limits.reply_bytes_max) {
                    outcome.limit_text = "the reply would have more than " +
                                         std::to_string(exchange.server.limits.reply_bytes_max) +
                                         " bytes";
                } else if (work.facts().size() > transaction_facts_max) {
                    outcome.limit_text = "the transaction would record more than " +
                                         std::to_string(transaction_facts_max) + " facts";
                }
            }
            return {};
        });
    if (!all) outcome.refused = all.error();
    json.end_array().end_object();
    return outcome;
}

}  // namespace

Lsn transact(Exchange& exchange) {
    const auto transaction = read_transaction(exchange);
    if (!transaction) return 0;
    if (transaction->operations.size() > operations_per_slice) exchange.session.end_slice();
    if (!is_as_expected(exchange, *transaction)) {
        exchange.was_executed = true;
        return exchange.last_lsn();
    }
    MessageBus::Transaction unit{exchange.bus()};
    Outcome outcome = execute_all(exchange, *transaction, unit.work());
    if (!outcome.limit_text.empty()) {
        exchange.fail(422, ErrorCode::generic, outcome.limit_text + "; nothing has changed");
        return exchange.last_lsn();
    }
    const Lsn lsn = unit.commit();  // after a refusal only its shortage
    exchange.was_executed = true;
    if (outcome.refused) {
        exchange.reply.status = 409;
        outcome.body.clear();
        JsonWriter json{outcome.body};
        write_refusal(json, exchange, *outcome.refused);
    }
    exchange.reply.body = std::move(outcome.body);
    return lsn;
}

}  // namespace allot::http
