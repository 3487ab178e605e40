#pragma once

#include <string_view>

namespace allot::http {

/// net/http/openapi.json, as it was when this was built.
extern const std::string_view openapi_text;

}  // namespace allot::http
