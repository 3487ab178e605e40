#include "net/commands/orders/order_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct Allocations {
    struct Parameters {
        OrderId order;
    };
    using Lines = std::vector<Allocation>;
    static constexpr std::tuple fields{required<OrderId>("order")};

    static Outcome<Lines> run(const Parameters& parameters, Context& context) {
        return {allot::allocations(parameters.order, context.repository()), context.last_lsn()};
    }

    static void write_row(auto& to, const Allocation& row) {
        put_row(to, Column{"sku", row.sku}, Column{"quantity", row.quantity},
                Column{"batch", row.batch});
    }
    static void write(ReplyWriter& reply, const Lines& lines) {
        reply.array(lines.size());
        for (const Allocation& line : lines) write_row(reply, line);
    }
    static void write(JsonWriter& json, const Parameters& parameters, const Lines& lines) {
        json.begin_object().key("order").string(parameters.order.view()).key("lines").begin_array();
        for (const Allocation& line : lines) write_row(json, line);
        json.end_array().end_object();
    }
};

}  // namespace

constinit const CommandSpec specs::allocations = command<Allocations>({
    .name = "ALLOCATIONS",
    .flags = flag_read,
    .reply = "array of [sku, quantity, batch]",
    .summary = "Lists the lines of an order in the order of their first allocation",
    .group = "stock",
    .routes = {{{.method = Method::get,
                 .path = "/v1/orders/{order}/allocations",
                 .id = "allocations",
                 .answers = "200: the allocated lines; an empty list if there are none",
                 .good = {{{200, "Allocations",
                            "The allocated lines; an empty list if the order has none"}}}}}},
});

}  // namespace allot::commands
