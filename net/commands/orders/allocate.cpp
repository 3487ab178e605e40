#include "engine/accepted_name.hpp"
#include "net/commands/orders/order_commands.hpp"
#include "net/core/rule_text.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct AllocateLines {
    using Parameters = AllocateOrder;
    static constexpr std::tuple fields{required<OrderId>("order"), lines_of_order()};

    static Outcome<BatchRefs> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters);
    }

    static void write(ReplyWriter& reply, const BatchRefs& batches) {
        reply.array(batches.size());
        for (const BatchRef& batch : batches) reply.value(batch);
    }
    static void write(JsonWriter& json, const Parameters& parameters, const BatchRefs& batches) {
        json.begin_object().key("order").string(parameters.order.view()).key("lines").begin_array();
        for (std::size_t i = 0; i < batches.size(); ++i) {
            put_row(json, Column{"sku", parameters.lines[i].sku},
                    Column{"quantity", parameters.lines[i].quantity}, Column{"batch", batches[i]});
        }
        json.end_array().end_object();
    }
};

// One line, as nearly all requests have it, is read and answered by hand: without a heap, a source
// of values or a text of an error that is copied.

bool has_one_line(const Call& call) { return call.args.size() == one_line_args; }

template <class Name>
bool accepts_name(Call& call, std::size_t at) {
    if (is_accepted_name<Name>(call.args[at], call.bus().repository())) return true;
    call.fail(ErrorCode::bad_name, invalid_name_text<Name>(call.args[at]));
    return false;
}

/// \return the line's quantity; empty, after a reply, when its names or quantity break a rule.
std::optional<Quantity> quantity_of_line(Call& call) {
    const bool is_sku_known = call.found != nullptr && call.found->product != nullptr;
    if (!accepts_name<OrderId>(call, 1) || !(is_sku_known || accepts_name<Sku>(call, 2))) return {};
    const auto quantity = Quantity::parse(call.args[3]);
    if (quantity) return *quantity;
    call.fail(ErrorCode::bad_quantity, invalid_quantity_text<Quantity>(call.args[3]));
    return {};
}

Lsn run_allocate(Call& call) {
    if (!has_one_line(call)) return run_arguments<AllocateLines>(call);
    const auto quantity = quantity_of_line(call);
    if (!quantity) return no_lsn;
    const LineView line{OrderIdView::unchecked(call.args[1]), SkuView::unchecked(call.args[2]),
                        *quantity};
    const auto answer = call.found == nullptr
                            ? call.bus().allocate(line)
                            : call.bus().allocate(line, *call.found, call.server.window.now);
    if (answer.result) {
        call.reply.value(*answer.result);
    } else {
        refuse(call, answer.result.error(), {.sku = call.args[2]});
    }
    return answer.lsn;
}

bool check_allocate(Call& call) {
    return has_one_line(call) ? quantity_of_line(call).has_value()
                              : check_arguments<AllocateLines>(call);
}

}  // namespace

constinit const CommandSpec specs::allocate = command<AllocateLines>({
    .name = "ALLOCATE",
    .run = run_allocate,
    .flags = flag_write | flag_fast | flag_line,
    .reply = "batch; for several lines an array of batches",
    .summary = "Allocates the lines of an order, all or none",
    .group = "stock",
    .check = check_allocate,
    .operation = "allocate",
    .result = R"({"order","lines":[{"sku","quantity","batch"}…]})",
    .routes = {{{.method = Method::post,
                 .path = "/v1/orders/{order}/allocations",
                 .flags = flag_body,
                 .changed = 201,
                 .id = "allocate",
                 .call = R"({"lines":[{"sku","quantity"}…]})",
                 .answers = "201, or 200 if all lines were allocated before: each line with its "
                            "batch",
                 .good = {{{200, "Allocations", "All lines were allocated before"},
                           {201, "Allocations", "The lines are allocated"}}},
                 .errors = {{invalid_sku_error,
                             {409, "OUTOFSTOCK: no batch has enough for a line"}}},
                 .body_schema = "Lines",
                 .example = lines_example}}},
});

}  // namespace allot::commands
