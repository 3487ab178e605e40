#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/schema/spec.hpp"

namespace allot {

/// A row of the table of routes over HTTP.
struct Route {
    boost::beast::http::verb method;
    std::string_view path;
    std::uint16_t flags;                    ///< of the route and its command
    std::array<std::string_view, 3> query;  ///< names of its parameters; the rest empty
    const RouteSpec* spec;
    const CommandSpec* command;  ///< null: the route belongs to no RESP command

    [[nodiscard]] constexpr bool has(CommandFlags flag) const noexcept {
        return (flags & flag) != 0;
    }
    [[nodiscard]] constexpr StoreUse store_use() const noexcept { return store_use_of(flags); }
};

/// All routes: first the three of book_routes(), then each command's in table order, then the
/// server's own.
[[nodiscard]] std::span<const Route> routes() noexcept;

/// The route's index in Counters::routes; for null, the index that counts requests without a route.
[[nodiscard]] std::size_t route_index(const Route* route) noexcept;

/// `GET`
[[nodiscard]] std::string_view method_text(boost::beast::http::verb method) noexcept;

/// True if the path has a segment `{field}`.
[[nodiscard]] bool is_in_path(std::string_view path, std::string_view field);

}  // namespace allot
