#include "net/commands/route_table.hpp"

#include "net/core/counters.hpp"

namespace allot::http {

using boost::beast::http::verb;

namespace {

constexpr std::uint8_t write = route_write;
constexpr std::uint8_t write_body = route_write | route_body;
constexpr std::uint8_t write_book = write_body | route_book;
constexpr std::uint8_t read = route_read;
constexpr std::uint8_t read_body = route_read | route_body;
constexpr std::uint8_t read_book = route_read | route_book;
constexpr std::uint8_t asks_always = route_outside | route_loading;
constexpr std::uint8_t free_always = route_free | route_loading;

// clang-format off
constexpr std::array table = std::to_array<Route>({
    {verb::post,    "/allocate",                       write_book,    {}, handlers::allocate_plain},
    {verb::post,    "/add_batch",                      write_book,    {}, handlers::add_batch_plain},
    {verb::get,     "/allocations/{order}",            read_book,     {}, handlers::allocations_plain},

    {verb::post,    "/v1/orders/{order}/allocations",  write_body,    {}, handlers::allocate},
    {verb::get,     "/v1/orders/{order}/allocations",  read,          {}, handlers::allocations},
    {verb::delete_, "/v1/orders/{order}/allocations",  write,         {"sku", "quantity"}, handlers::deallocate},
    {verb::post,    "/v1/orders/{order}/explanation",  read_body,     {}, handlers::explain},
    {verb::put,     "/v1/batches/{batch}",             write_body,    {}, handlers::put_batch},
    {verb::put,     "/v1/batches/{batch}/quantity",    write_body,    {}, handlers::put_quantity},
    {verb::put,     "/v1/batches/{batch}/eta",         write_body,    {}, handlers::put_eta},
    {verb::post,    "/v1/batches/{batch}/receive",     write,         {}, handlers::receive},
    {verb::get,     "/v1/skus/{sku}/stock",            read,          {}, handlers::stock},
    {verb::get,     "/v1/skus/{sku}/available",        read,          {"day"}, handlers::available},
    {verb::post,    "/v1/transactions",                write_body,    {}, handlers::transact},
    {verb::get,     "/v1/shortages",                   read,          {"sku", "after"}, handlers::shortages},
    {verb::get,     "/v1/feed",                        route_outside, {"from", "after", "events"}, handlers::feed},
    {verb::post,    "/v1/snapshots",                   route_outside, {}, handlers::snapshot},
    {verb::get,     "/v1/info",                        asks_always,   {}, handlers::info},
    {verb::get,     "/v1/slowlog",                     route_loading, {"count"}, handlers::slow_log},
    {verb::delete_, "/v1/slowlog",                     route_loading, {}, handlers::forget_slow_log},
    {verb::get,     "/v1/openapi.json",                route_loading, {}, handlers::openapi},

    {verb::get,     "/livez",                          free_always,   {}, handlers::alive},
    {verb::get,     "/readyz",                         free_always,   {}, handlers::ready},
    {verb::get,     "/metrics",                        asks_always,   {}, handlers::metrics},
});
// clang-format on

}  // namespace

std::span<const Route> routes() noexcept { return table; }

std::size_t place_of_route(const Route* route) noexcept {
    static_assert(table.size() <= Counters::routes_max);
    return route == nullptr ? Counters::routes_max : static_cast<std::size_t>(route - table.data());
}

}  // namespace allot::http
