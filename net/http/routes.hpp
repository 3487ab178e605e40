#pragma once

#include <array>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/commands/routes.hpp"
#include "net/http/exchange.hpp"

namespace allot::http {

inline constexpr std::size_t path_arguments_max = 1;

struct Match {
    const Route* route = nullptr;  ///< null: the target has none for this method
    std::array<std::string_view, path_arguments_max> arguments{};
    bool is_path = false;  ///< the path has a route, perhaps only for other methods

    [[nodiscard]] constexpr bool has(CommandFlags flag) const noexcept {
        return route != nullptr && route->has(flag);
    }
};

/// HEAD has the routes of GET. \param target outlives the match.
[[nodiscard]] Match find_route(boost::beast::http::verb method, const Target& target) noexcept;

/// The methods of a path, as in `Allow: GET, HEAD`.
[[nodiscard]] std::string methods_of(const Target& target);

}  // namespace allot::http
