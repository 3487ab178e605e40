// Several commands as one unit: all of them or none, or each for itself.
#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/http/request_fields.hpp"
#include "net/http/written_results.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"
#include "net/text/json_text.hpp"

namespace allot::http::handlers {

namespace {

namespace json = boost::json;

using Command = std::variant<AllocateOrder, Deallocate, AddBatch, ChangeBatchQuantity, Reschedule>;

/// Deeper than a body of one command, and `if` has a field a SKU.
constexpr JsonLimits transaction_json_limits{.depth = 6, .members = json_members_max};

struct Operation {
    std::string_view kind;
    Command command;
};

/// That the stock of a SKU is still as it was then.
struct Condition {
    Sku sku;
    Version version;
};

struct Transaction {
    std::vector<Operation> operations;
    std::vector<Condition> conditions;
    bool is_atomic = true;
};

// What a request asks for. Where it breaks a rule, that is the answer, and nothing is given.

std::optional<Command> read_allocate(const JsonFields& fields) {
    if (!fields.only({"order", "lines"})) return {};
    const auto order = fields.name<OrderId>("order");
    if (!order) return {};
    auto lines = fields.lines();
    if (!lines) return {};
    return AllocateOrder{*order, std::move(*lines)};
}

std::optional<Command> read_deallocate(const JsonFields& fields) {
    if (!fields.only({"order", "sku", "quantity"})) return {};
    const auto order = fields.name<OrderId>("order");
    if (!order) return {};
    Deallocate command{*order};
    // A quantity is that of a line of a SKU.
    if (fields.has("sku") || fields.has("quantity")) {
        command.sku = fields.name<Sku>("sku");
        if (!command.sku) return {};
    }
    if (fields.has("quantity")) {
        command.quantity = fields.units<Quantity>("quantity");
        if (!command.quantity) return {};
    }
    return command;
}

std::optional<Command> read_add_batch(const JsonFields& fields) {
    if (!fields.only({"batch", "sku", "quantity", "eta"})) return {};
    const auto batch = fields.name<BatchRef>("batch");
    if (!batch) return {};
    const auto sku = fields.name<Sku>("sku");
    if (!sku) return {};
    const auto quantity = fields.units<Quantity>("quantity");
    if (!quantity) return {};
    const auto eta = fields.eta_or_warehouse("eta");
    if (!eta) return {};
    return AddBatch{*batch, *sku, *quantity, *eta};
}

std::optional<Command> read_set_quantity(const JsonFields& fields) {
    if (!fields.only({"batch", "quantity"})) return {};
    const auto batch = fields.name<BatchRef>("batch");
    if (!batch) return {};
    const auto purchased = fields.units<Purchased>("quantity");
    if (!purchased) return {};
    return ChangeBatchQuantity{*batch, *purchased};
}

std::optional<Command> read_reschedule(const JsonFields& fields) {
    if (!fields.only({"batch", "eta"})) return {};
    const auto batch = fields.name<BatchRef>("batch");
    if (!batch) return {};
    const auto eta = fields.eta("eta");
    if (!eta) return {};
    return Reschedule{*batch, *eta};
}

std::optional<Command> read_receive(const JsonFields& fields) {
    if (!fields.only({"batch"})) return {};
    const auto batch = fields.name<BatchRef>("batch");
    if (!batch) return {};
    return Reschedule{*batch, Eta::warehouse()};
}

struct Kind {
    std::string_view name;
    std::optional<Command> (*read)(const JsonFields& fields);
};

constexpr std::array kinds = std::to_array<Kind>({{"allocate", read_allocate},
                                                  {"deallocate", read_deallocate},
                                                  {"add_batch", read_add_batch},
                                                  {"set_quantity", read_set_quantity},
                                                  {"reschedule", read_reschedule},
                                                  {"receive", read_receive}});

std::optional<Operation> read_operation(const Exchange& exchange, const json::value& value,
                                        const std::string& where) {
    const auto fail = [&](std::string_view text) -> std::optional<Operation> {
        exchange.fail(ErrorCode::syntax, text, where);
        return {};
    };
    if (!value.is_object()) return fail("it is no object");
    const JsonFields fields = fields_of(exchange, value.get_object(), where + ".");
    std::array<std::string_view, kinds.size()> names;
    std::ranges::transform(kinds, names.begin(), &Kind::name);
    if (!fields.only(names)) return {};
    if (value.get_object().size() != 1) return fail("it has one field, of " + listed(names));
    const auto* const kind =
        std::ranges::find(kinds, std::string_view{value.get_object().begin()->key()}, &Kind::name);
    const json::object* const object = fields.object(kind->name);
    if (object == nullptr) return {};
    auto command =
        kind->read(fields_of(exchange, *object, where + "." + std::string{kind->name} + "."));
    if (!command) return {};
    return Operation{kind->name, std::move(*command)};
}

bool read_operations(const Exchange& exchange, const JsonFields& fields, Transaction& asked) {
    const json::array* const operations = fields.array("operations");
    if (operations == nullptr) return false;
    if (operations->empty() || operations->size() > operations_max) {
        exchange.fail(ErrorCode::syntax,
                      "a transaction has 1 to " + std::to_string(operations_max) +
                          " operations, not " + std::to_string(operations->size()),
                      "operations");
        return false;
    }
    for (std::size_t i = 0; i < operations->size(); ++i) {
        auto operation =
            read_operation(exchange, (*operations)[i], "operations[" + std::to_string(i) + "]");
        if (!operation) return false;
        asked.operations.push_back(std::move(*operation));
    }
    return true;
}

bool read_conditions(const Exchange& exchange, const JsonFields& fields, Transaction& asked) {
    if (!fields.has("if")) return true;
    const json::object* const object = fields.object("if");
    if (object == nullptr) return false;
    const JsonFields versions = fields_of(exchange, *object, "if.");
    for (const auto& member : *object) {
        const auto sku = versions.key<Sku>(member.key());
        if (!sku) return false;
        const auto version = versions.count(member.key());
        if (!version) return false;
        asked.conditions.push_back({*sku, *version});
    }
    return true;
}

std::optional<Transaction> read_transaction(const Exchange& exchange) {
    const auto object = object_of(exchange, transaction_json_limits);
    if (!object) return {};
    const JsonFields fields = fields_of(exchange, *object);
    Transaction asked;
    if (!fields.only({"operations", "if", "atomic"})) return {};
    if (!read_operations(exchange, fields, asked) || !read_conditions(exchange, fields, asked)) {
        return {};
    }
    const auto is_atomic = fields.truth_or("atomic", true);
    if (!is_atomic) return {};
    asked.is_atomic = *is_atomic;
    return asked;
}

/// Why an operation is refused.
struct RefusedOperation {
    Refusal refusal;
    std::size_t operation = 0;
    Subject subject = {};
    std::string field = {};
};
Refusal refusal_of(const RefusedOperation& refused) noexcept { return refused.refusal; }

void write_refusal(JsonWriter& json, const Exchange& exchange, const RefusedOperation& refused) {
    tell_refusal(refused.refusal, refused.subject, [&](ErrorCode code, const auto&... parts) {
        exchange.hub.counters.count(code);
        std::string text;
        (append_text(text, std::string_view{parts}), ...);
        json.begin_object().key("error").begin_object();
        json.key("code").string(word_of(code)).key("message").string(text);
        json.key("field").string(refused.field);
        json.key("operation").integer(static_cast<std::int64_t>(refused.operation));
        json.end_object().end_object();
    });
}

/// Executes one operation and writes its result.
class Execute {
public:
    Execute(MessageBus& bus, JsonWriter& json) : bus_{bus}, json_{json} {}

    std::optional<RefusedOperation> operator()(const AllocateOrder& order) const {
        const auto batches = bus_.handle(order).result;
        if (batches) return write_allocations(json_, order, *batches), std::nullopt;
        const auto [refusal, line] = batches.error();
        return RefusedOperation{.refusal = refusal,
                                .subject = {.sku = order.lines[line].sku.view()},
                                .field = "lines[" + std::to_string(line) + "].sku"};
    }
    std::optional<RefusedOperation> operator()(const Deallocate& command) const {
        return released(bus_.handle(command).result, {});
    }
    std::optional<RefusedOperation> operator()(const AddBatch& command) const {
        const auto result = bus_.handle(command).result;
        if (result) return write_batch(json_, command), std::nullopt;
        return of_batch(result.error(), {.sku = command.sku.view(), .batch = command.batch.view()});
    }
    std::optional<RefusedOperation> operator()(const ChangeBatchQuantity& command) const {
        return released(bus_.handle(command).result, {.batch = command.batch.view()});
    }
    std::optional<RefusedOperation> operator()(const Reschedule& command) const {
        const auto result = bus_.handle(command).result;
        if (result) return write_eta(json_, command), std::nullopt;
        return of_batch(result.error(), {.batch = command.batch.view()});
    }

private:
    std::optional<RefusedOperation> released(const Result<std::size_t>& lines,
                                             Subject subject) const {
        if (lines) return write_released(json_, *lines), std::nullopt;
        return of_batch(lines.error(), subject);
    }
    static std::optional<RefusedOperation> of_batch(Refusal refusal, Subject subject) {
        return RefusedOperation{.refusal = refusal, .subject = subject, .field = "batch"};
    }

    MessageBus& bus_;
    JsonWriter& json_;
};

/// \return false, and it is answered so, when the stock of a SKU has changed.
bool is_as_expected(const Exchange& exchange, const Transaction& asked) {
    for (const Condition& condition : asked.conditions) {
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

/// What came of the operations, within a unit that is not committed yet.
struct Outcome {
    std::string body;
    std::optional<RefusedOperation> refused = {};  // which undid all of them
    std::string_view too_much = {};                // what it would have; then nothing counts
};

Outcome execute_all(const Exchange& exchange, const Transaction& asked, UnitOfWork& whole) {
    Outcome outcome;
    JsonWriter json{outcome.body};
    const Execute execute{exchange.bus(), json};
    json.begin_object().key("results").begin_array();
    const auto all =
        whole.attempt([&](UnitOfWork& work) -> boost::system::result<void, RefusedOperation> {
            for (std::size_t i = 0; i < asked.operations.size() && outcome.too_much.empty(); ++i) {
                auto refused = std::visit(execute, asked.operations[i].command);
                if (refused) {
                    refused->operation = i;
                    refused->field.insert(0, "operations[" + std::to_string(i) + "]." +
                                                 std::string{asked.operations[i].kind} + ".");
                    if (asked.is_atomic) return std::move(*refused);
                    write_refusal(json, exchange, *refused);
                }
                if (outcome.body.size() + kibibyte > exchange.hub.limits.reply_bytes_max) {
                    outcome.too_much = "its answer would be larger than one may be";
                } else if (work.facts().size() > transaction_facts_max) {
                    outcome.too_much = "it would record more than 100000 facts";
                    static_assert(transaction_facts_max == 100'000);
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
    const auto asked = read_transaction(exchange);
    if (!asked) return 0;
    exchange.ends_turn = asked->operations.size() > operations_per_turn;
    if (!is_as_expected(exchange, *asked)) {
        exchange.was_executed = true;
        return exchange.last_lsn();
    }
    MessageBus::Transaction unit{exchange.bus()};
    Outcome outcome = execute_all(exchange, *asked, unit.work());
    if (!outcome.too_much.empty()) {
        exchange.fail(422, ErrorCode::generic,
                      std::string{outcome.too_much}.append("; nothing has changed"));
        return exchange.last_lsn();
    }
    const Lsn lsn = unit.commit();  // of what was refused, its shortage
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

}  // namespace allot::http::handlers
