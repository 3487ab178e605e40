#pragma once

#include <array>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/fact.hpp"

namespace allot::http {

struct Exchange;

/// Executes a request and fills in the reply.
/// \return the LSN of the last fact that it could have seen; 0 when it looked at none.
using Handler = Lsn (*)(Exchange& exchange);

/// How a request is treated before and around its handler. Bits.
enum RouteFlags : std::uint8_t {
    route_write = 1,     ///< changes stock: executed with the backend's turn held
    route_read = 2,      ///< looks at stock: likewise
    route_outside = 4,   ///< executed without the turn, because it asks the storage
    route_free = 8,      ///< needs no password
    route_body = 16,     ///< takes a JSON object
    route_loading = 32,  ///< answered although the store is not open yet
    route_book = 64,     ///< its errors are `{"message":…}`, as in the book's service
};

/// A row of the table of what can be asked over HTTP. net/http/openapi.json describes each row, and
/// a test compares the two.
struct Route {
    boost::beast::http::verb method;
    std::string_view path;  ///< a segment in braces stands for any
    std::uint8_t flags;
    std::array<std::string_view, 3> query;  ///< what may be asked for with it; the rest empty
    Handler handler;

    [[nodiscard]] constexpr bool has(RouteFlags flag) const noexcept { return (flags & flag) != 0; }
    [[nodiscard]] constexpr bool touches_stock() const noexcept {
        return (flags & (route_write | route_read)) != 0;
    }
};

[[nodiscard]] std::span<const Route> routes() noexcept;

/// Its place in Counters::routes; that of no route for null.
[[nodiscard]] std::size_t place_of_route(const Route* route) noexcept;

namespace handlers {
Lsn add_batch_plain(Exchange& exchange);
Lsn allocate_plain(Exchange& exchange);
Lsn allocations_plain(Exchange& exchange);

Lsn put_batch(Exchange& exchange);
Lsn put_quantity(Exchange& exchange);
Lsn put_eta(Exchange& exchange);
Lsn receive(Exchange& exchange);

Lsn allocate(Exchange& exchange);
Lsn deallocate(Exchange& exchange);
Lsn allocations(Exchange& exchange);
Lsn explain(Exchange& exchange);

Lsn transact(Exchange& exchange);

Lsn shortages(Exchange& exchange);
Lsn stock(Exchange& exchange);
Lsn available(Exchange& exchange);

Lsn feed(Exchange& exchange);

Lsn snapshot(Exchange& exchange);
Lsn info(Exchange& exchange);
Lsn slow_log(Exchange& exchange);
Lsn forget_slow_log(Exchange& exchange);
Lsn openapi(Exchange& exchange);
Lsn alive(Exchange& exchange);
Lsn ready(Exchange& exchange);
Lsn metrics(Exchange& exchange);
}  // namespace handlers

}  // namespace allot::http
