#include "net/commands/orders/order_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct DeallocateLines {
    using Parameters = Deallocate;
    static constexpr std::tuple fields{
        required<OrderId>("order"), optional<Sku>("sku"),
        optional_with_previous<Quantity>("quantity", "A quantity requires a SKU")};

    static Outcome<std::size_t> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters, "order");
    }

    static void write(JsonWriter& json, std::size_t lines) {
        put_row(json, Column{"released", lines});
    }
};

}  // namespace

constinit const CommandSpec specs::deallocate = command<DeallocateLines>({
    .name = "DEALLOCATE",
    .flags = flag_write,
    .reply = ":lines released",
    .summary =
        "Releases an order, its lines of one SKU, or one line; withdraws those that are short",
    .group = "stock",
    .operation = "deallocate",
    .result = R"({"released":n})",
    .routes = {{{.method = Method::delete_,
                 .path = "/v1/orders/{order}/allocations",
                 .id = "deallocate",
                 .summary = "Releases an order, its lines of one SKU, or one line",
                 .call = "[?sku=…[&quantity=…]]",
                 .answers = R"(200 `{"released":n}`)",
                 .good = {{{200, "Released", "The number of lines released"}}}}}},
});

}  // namespace allot::commands
