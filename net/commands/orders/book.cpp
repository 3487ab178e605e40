#include "net/commands/orders/book.hpp"

#include <array>

#include "net/schema/define.hpp"

namespace allot {

namespace {

struct BookAllocate {
    using Parameters = OrderLine;
    static constexpr std::tuple fields{required<OrderId>("orderid"), required<Sku>("sku"),
                                       required<Quantity>("qty")};
    static Outcome<BatchRef> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(Allocate{parameters}), parameters);
    }
    static void write(JsonWriter& /*json*/, const BatchRef& /*batch*/) {}
};

struct BookAddBatch {
    using Parameters = AddBatch;
    static constexpr std::tuple fields{required<BatchRef>("ref"), required<Sku>("sku"),
                                       required<Quantity>("qty"),
                                       optional<Eta>("eta", Eta::warehouse())};
    static Outcome<Done> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters);
    }
    static void write(JsonWriter& /*json*/, Done /*done*/) {}
};

struct BookChangeQuantity {
    using Parameters = ChangeBatchQuantity;
    static constexpr std::tuple fields{required<BatchRef>("batchref"), required<Purchased>("qty")};
    static Outcome<std::size_t> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters);
    }
    static void write(JsonWriter& /*json*/, std::size_t /*lines*/) {}
};

struct BookAllocations {
    struct Parameters {
        OrderId order;
    };
    using Lines = std::vector<Allocation>;
    static constexpr std::tuple fields{required<OrderId>("order")};

    static Outcome<Lines> run(const Parameters& parameters, Context& context) {
        auto lines = allocations(parameters.order, context.repository());
        if (!lines.empty()) return {std::move(lines), context.last_lsn()};
        return {Failure{ErrorCode::generic, "not found", "", 404, false}, context.last_lsn()};
    }
    static void write(JsonWriter& json, const Lines& lines) {
        json.begin_array();
        for (const Allocation& line : lines) {
            put_row(json, Column{"sku", line.sku}, Column{"batchref", line.batch});
        }
        json.end_array();
    }
};

constexpr std::array routes_of_book{
    route<BookAllocate>(
        {.method = Method::post,
         .path = "/allocate",
         .flags = flag_write | flag_body | flag_book,
         .status = 202,
         .id = "allocatePlain",
         .summary = "Allocates a line of an order; an unknown SKU or a lack of stock is a 400",
         .call = R"({"orderid","sku","qty"})",
         .answers = R"(202 `OK`; 400 `{"message":"Invalid sku X"}`, )"
                    R"(`{"message":"Out of stock for sku X"}`)",
         .good = {{{202, "", "A batch holds the line"}}},
         .body_schema = "PlainLine",
         .example = R"({"orderid":"order-1","sku":"SMALL-TABLE","qty":2})"}),
    route<BookAddBatch>(
        {.method = Method::post,
         .path = "/add_batch",
         .flags = flag_write | flag_body | flag_book,
         .status = 201,
         .id = "addBatchPlain",
         .summary = "Adds a batch of stock",
         .call = R"({"ref","sku","qty","eta"})",
         .answers = "201 `OK`",
         .good = {{{201, "", "The batch was added"}}},
         .body_schema = "PlainBatch",
         .example = R"({"ref":"batch-001","sku":"SMALL-TABLE","qty":100,"eta":null})"}),
    route<BookAllocations>(
        {.method = Method::get,
         .path = "/allocations/{order}",
         .flags = flag_read | flag_book,
         .id = "allocationsPlain",
         .summary = "Lists the lines of an order",
         .answers = R"(200 `[{"sku","batchref"}…]`; 404)",
         .good = {{{200, "PlainAllocations", "The lines in the order of their allocation"}}},
         .errors = {{{404, "The order has no lines"}}}}),
};

template <class Description>
constexpr CommandChannel channel(std::string_view name) {
    return {name, detail::fields_of<Description>, prepare<Description>};
}
constexpr std::array channels_of_book{channel<BookChangeQuantity>("change_batch_quantity"),
                                      channel<BookAllocate>("allocate"),
                                      channel<BookAddBatch>("add_batch")};

}  // namespace

std::span<const RouteSpec> book_routes() noexcept { return routes_of_book; }

std::span<const CommandChannel> book_channels() noexcept { return channels_of_book; }

}  // namespace allot
