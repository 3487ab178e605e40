#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "net/commands/json_fields.hpp"
#include "net/http/exchange.hpp"
#include "net/text/json_body.hpp"

namespace allot::http {

// What a request says as the domain's types. Each function answers with an error that names the
// field and the rule where it is none, and gives nothing.

/// The body as a JSON object.
[[nodiscard]] std::optional<boost::json::object> object_of(const Exchange& exchange,
                                                           const JsonLimits& limits = {});

/// A name in the path or the query. \param field what it is called there.
template <class Name>
[[nodiscard]] std::optional<Name> name_of(const Exchange& exchange, std::string_view text,
                                          std::string_view field);
extern template std::optional<Sku> name_of(const Exchange&, std::string_view, std::string_view);
extern template std::optional<BatchRef> name_of(const Exchange&, std::string_view,
                                                std::string_view);
extern template std::optional<OrderId> name_of(const Exchange&, std::string_view, std::string_view);

/// The fields of an object in the body. \param where the object is within it: `lines[3].`
[[nodiscard]] JsonFields fields_of(const Exchange& exchange, const boost::json::object& object,
                                   std::string where = {});

/// `lines`, each a `sku` and a `quantity`, of the order that the path names.
[[nodiscard]] std::optional<AllocateOrder> order_of(const Exchange& exchange);

}  // namespace allot::http
