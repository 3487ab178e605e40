#pragma once

#include <string>
#include <string_view>

namespace allot::http {

/// What can be asked over HTTP, in the form of OpenAPI 3.1: the table of routes, and the schemas of
/// what is sent and answered. net/http/openapi.json is this text. Made when it is first asked for.
[[nodiscard]] const std::string& openapi_text();

/// net/http/openapi_schemas.json, as it was when this was built.
extern const std::string_view openapi_schemas;

}  // namespace allot::http
