#include "net/commands/server_routes.hpp"

#include <array>

namespace allot {

namespace {

using boost::beast::http::verb;

constexpr std::string_view text_ok = R"({"type":"string","const":"ok\n"})";

constexpr std::array routes_of_server{
    RouteSpec{
        .method = verb::post,
        .path = "/v1/transactions",
        .flags = flag_write | flag_body,
        .id = "transact",
        .summary = "Executes several commands as one unit of work: all of them or none, or "
                   "each for itself",
        .call = R"({"operations":[…],"if"?,"atomic"?})",
        .command = "`MULTI`, `EXEC`",
        .answers = "200: a result for each operation, see below; 409 where one is refused "
                   "and so none has happened",
        .good = {{{200, "Results", "A result for each operation, in their order"}}},
        .errors = {{{409,
                     "An operation is refused, which field and operation name; none has "
                     "happened",
                     "RefusedOperation"},
                    {412,
                     "CONFLICT: the stock of a SKU has changed since the version that "
                     "if says; nothing has happened"},
                    {422,
                     "The Idempotency-Key came with another request before; or the "
                     "answer would be too large, or too many facts be recorded, and "
                     "nothing has changed"}}},
        .body_schema = "Transaction",
        .example = R"({"operations":[{"add_batch":{"batch":"po-78","sku":"SMALL-TABLE",)"
                   R"("quantity":40,"eta":"2026-12-24"}},{"allocate":{"order":"order-7",)"
                   R"("lines":[{"sku":"SMALL-TABLE","quantity":2}]}},)"
                   R"({"deallocate":{"order":"order-8"}}]})",
        .description =
            "Durable together, as one record of the journal, with no other command in between; "
            "each operation sees what those before it did. When one is refused, none has happened "
            "(409), but that the line that could not be served is short; with atomic false the "
            "others stand, and the error is the result in its place. With if nothing is executed "
            "when the stock of a SKU has changed since that version (412)."},
    RouteSpec{.method = verb::get,
              .path = "/v1/openapi.json",
              .flags = flag_loading,
              .id = "openapi",
              .summary = "This description",
              .command = "`HELP`, `COMMAND`",
              .answers = "200: what can be asked for",
              .good = {{{200, R"({"type":"object"})", "This file"}}}},
    RouteSpec{.method = verb::get,
              .path = "/livez",
              .flags = flag_free | flag_loading,
              .id = "alive",
              .summary = "Answers while the process runs",
              .answers = "200 `ok`, without a password",
              .good = {{{200, text_ok, "It does", "text/plain"}}},
              .errors = {{{400, "A query, or a body"}}}},
    RouteSpec{.method = verb::get,
              .path = "/readyz",
              .flags = flag_free | flag_loading,
              .id = "ready",
              .summary = "Answers whether stock is served",
              .command = "`PING`",
              .answers = "likewise once stock is served; else 503 "
                         R"(`{"error","reason","step"?,"percent"?}`: it is loading, or the )"
                         "storage has failed; no error is counted",
              .good = {{{200, text_ok, "It is", "text/plain"}}},
              .errors = {{{400, "A query, or a body"},
                          {503, "The store is still being opened, or the storage has failed",
                           "NotReady"}}}},
    RouteSpec{.method = verb::get,
              .path = "/metrics",
              .flags = flag_outside | flag_loading,
              .id = "metrics",
              .summary = "Figures for Prometheus, in its text format",
              .answers = "200: figures in the text format of Prometheus (below)",
              .good = {{{200, R"({"type":"string"})", "Families of figures",
                         "text/plain; version=0.0.4"}}},
              .errors = {{{400, "A query, or a body"}}}},
};

}  // namespace

std::span<const RouteSpec> server_routes() noexcept { return routes_of_server; }

}  // namespace allot
