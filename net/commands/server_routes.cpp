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
        .summary = "Executes several commands as one unit of work: all or none, or "
                   "each by itself",
        .call = R"({"operations":[…],"if"?,"atomic"?})",
        .command = "`MULTI`, `EXEC`",
        .answers = "200: a result for each operation, see below; 409 if one is refused: "
                   "then none takes effect",
        .good = {{{200, "Results", "The results of the operations, in order"}}},
        .errors = {{{409,
                     "An operation is refused: field and operation name it; none takes "
                     "effect",
                     "RefusedOperation"},
                    {412,
                     "CONFLICT: the stock of a SKU has changed since the version in if; "
                     "nothing is executed"},
                    {422,
                     "The Idempotency-Key came with another request before; or the "
                     "answer would be too large, or too many facts would be recorded: "
                     "then nothing has changed"}}},
        .body_schema = "Transaction",
        .example = R"({"operations":[{"add_batch":{"batch":"po-78","sku":"SMALL-TABLE",)"
                   R"("quantity":40,"eta":"2026-12-24"}},{"allocate":{"order":"order-7",)"
                   R"("lines":[{"sku":"SMALL-TABLE","quantity":2}]}},)"
                   R"({"deallocate":{"order":"order-8"}}]})",
        .description =
            "The operations become durable together, as one record of the journal, with no other "
            "command in between; each operation sees the effects of those before it. If an "
            "operation is refused, the server undoes all of them and replies 409; only the "
            "shortage of the refused line remains. With atomic false the server keeps the other "
            "operations, and the refused one has its error as its result. If a version in if has "
            "changed, the server executes nothing and replies 412.",
        .served_by = ServedBy::transactions},
    RouteSpec{.method = verb::get,
              .path = "/v1/openapi.json",
              .flags = flag_loading,
              .id = "openapi",
              .summary = "Returns this description",
              .command = "`HELP`, `COMMAND`",
              .answers = "200: the OpenAPI description of all routes",
              .good = {{{200, R"({"type":"object"})", "This file"}}},
              .served_by = ServedBy::openapi},
    RouteSpec{.method = verb::get,
              .path = "/livez",
              .flags = flag_free | flag_loading,
              .id = "alive",
              .summary = "Replies while the process runs",
              .answers = "200 `ok`, without a password",
              .good = {{{200, text_ok, "The process runs", "text/plain"}}},
              .errors = {{{400, "A query, or a body"}}},
              .served_by = ServedBy::liveness},
    RouteSpec{.method = verb::get,
              .path = "/readyz",
              .flags = flag_free | flag_loading,
              .id = "ready",
              .summary = "Replies whether stock is served",
              .command = "`PING`",
              .answers = "likewise once stock is served; else 503 "
                         R"(`{"error","reason","step"?,"percent"?}`: it is loading, or the )"
                         "storage has failed; no error is counted",
              .good = {{{200, text_ok, "Stock is served", "text/plain"}}},
              .errors = {{{400, "A query, or a body"},
                          {503, "The store is still being opened, or the storage has failed",
                           "NotReady"}}},
              .served_by = ServedBy::readiness},
    RouteSpec{.method = verb::get,
              .path = "/metrics",
              .flags = flag_outside | flag_loading,
              .id = "metrics",
              .summary = "Figures for Prometheus, in its text format",
              .answers = "200: figures in the text format of Prometheus (below)",
              .good = {{{200, R"({"type":"string"})", "The figures", "text/plain; version=0.0.4"}}},
              .errors = {{{400, "A query, or a body"}}},
              .served_by = ServedBy::metrics},
};

}  // namespace

std::span<const RouteSpec> server_routes() noexcept { return routes_of_server; }

}  // namespace allot
