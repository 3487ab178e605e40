#pragma once

#include <string>
#include <string_view>

namespace allot::http {

/// The OpenAPI 3.1 description of all routes and of the schemas of their bodies. It is also kept as
/// net/http/openapi.json. Made by the first call.
[[nodiscard]] const std::string& openapi_text();

/// The contents of net/http/openapi_schemas.json.
extern const std::string_view openapi_schemas;

}  // namespace allot::http
