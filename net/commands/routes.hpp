#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/schema/spec.hpp"

namespace allot {

/// A row of the table of what can be asked over HTTP.
struct Route {
    boost::beast::http::verb method;
    std::string_view path;
    std::uint16_t flags;                    ///< of the route and its command
    std::array<std::string_view, 3> query;  ///< what may be asked for with it; the rest empty
    const RouteSpec* spec;
    const CommandSpec* command;  ///< null: it is none of RESP

    [[nodiscard]] constexpr bool has(CommandFlags flag) const noexcept {
        return (flags & flag) != 0;
    }
    [[nodiscard]] constexpr StoreUse store_use() const noexcept { return store_use_of(flags); }
};

/// Those of the book, of the commands in the order of their table, and of the server.
[[nodiscard]] std::span<const Route> routes() noexcept;

/// Its index in Counters::routes; that of no route for null.
[[nodiscard]] std::size_t route_index(const Route* route) noexcept;

/// `GET`
[[nodiscard]] std::string_view method_text(boost::beast::http::verb method) noexcept;

/// Whether a part of the path in braces stands for this field.
[[nodiscard]] bool is_in_path(std::string_view path, std::string_view field);

}  // namespace allot
