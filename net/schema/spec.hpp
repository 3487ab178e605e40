#pragma once

#include <array>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/core/store_access.hpp"

namespace allot {

struct Call;
class PreparedCommand;
class Source;

/// Executes a command that came over RESP and appends exactly one reply.
/// \return the LSN of the last fact that the reply could have seen; no_lsn when it looked at none.
using RunCommand = Lsn (*)(Call& call);
inline constexpr Lsn no_lsn = 0;

/// Reads a command from named values. \return null after reporting an error to the source.
using Prepare = std::unique_ptr<PreparedCommand> (*)(Source& source);

/// Properties of a command or a route, as bits; some are flags in COMMAND.
enum CommandFlags : std::uint16_t {
    flag_write = 1,       ///< changes stock: executed with the backend's mutex held
    flag_read = 2,        ///< reads stock: likewise
    flag_fast = 4,        ///< constant or logarithmic time
    flag_admin = 8,       ///< for an operator
    flag_no_auth = 16,    ///< may come before AUTH; its arguments may be a password: never logged
    flag_outside = 32,    ///< executed without the mutex, because it asks the storage
    flag_pubsub = 64,     ///< allowed to a client of version 2 that has subscriptions
    flag_loading = 128,   ///< executed although the store is not open yet
    flag_no_multi = 256,  ///< not allowed between MULTI and EXEC
    flag_at_once = 512,   ///< executed between MULTI and EXEC, where others are queued
    flag_line = 1024,     ///< ALLOCATE: of three arguments, the memory that it needs is prefetched
    flag_exec = 2048,     ///< EXEC: an error of its own ends the transaction
    // For routes only
    flag_free = 4096,   ///< needs no password
    flag_body = 8192,   ///< takes a JSON object
    flag_book = 16384,  ///< its errors are `{"message":…}`: see book_routes()
};

[[nodiscard]] constexpr StoreUse store_use_of(std::uint16_t flags) noexcept {
    return {.stock = (flags & (flag_write | flag_read)) != 0,
            .changes = (flags & flag_write) != 0,
            .storage = (flags & flag_outside) != 0,
            .while_loading = (flags & flag_loading) != 0};
}

/// `ALLOCATE order sku quantity`: the arguments of one line, the verb included.
inline constexpr std::size_t one_line_args = 4;

/// The way in which a value is given among arguments. Outside of arguments, all values have names.
enum class Role : std::uint8_t {
    required,  ///< by its position
    optional,  ///< by its position, which may be left out
    keyword,   ///< behind its name; may be left out
    lines,     ///< pairs of SKU and quantity, one or more, at the end
};

/// The description of a value of a command.
struct Field {
    std::string_view name;  ///< in JSON, path and query, and in the syntax of arguments
    Role role;
    std::string_view noun = {};    ///< `LSN`
    std::string_view schema = {};  ///< name in net/http/openapi_schemas.json, or the schema itself
    std::string_view about = {};   ///< a sentence about it; may be empty
    bool with_previous = false;    ///< given only together with the field before it
};

/// A status of a route that is no error, and the body that comes with it.
struct RouteAnswer {
    unsigned status = 0;           ///< 0: there is none
    std::string_view schema = {};  ///< name, or the schema itself; empty: the text `OK`
    std::string_view description = {};
    std::string_view type = {};  ///< media type; empty: JSON
};

/// An error of a route beyond those that all have.
struct RouteError {
    unsigned status = 0;  ///< 0: there is none
    std::string_view description = {};
    std::string_view schema = {};  ///< empty: that of all errors
};

/// The part of the server that executes a route: `prepare` of its command, or a function of
/// net/http.
enum class ServedBy : std::uint8_t {
    command,
    transactions,
    feed,
    openapi,
    liveness,
    readiness,
    metrics,
};

/// A route over HTTP. Values that its path does not name come from the body, or, without one, from
/// the query.
struct RouteSpec {
    boost::beast::http::verb method = boost::beast::http::verb::unknown;
    std::string_view path = {};     ///< a segment in braces is the field of that name
    std::uint16_t flags = 0;        ///< the command's flags are added
    unsigned status = 200;          ///< status of success
    unsigned changed = 0;           ///< status of a success that changed something; 0: as `status`
    std::string_view id = {};       ///< `operationId`
    std::string_view summary = {};  ///< empty: the command's
    std::string_view call = {};     ///< text after the path in net/http/HTTP.md
    std::string_view command = {};  ///< name in net/http/HTTP.md; empty: the verb
    std::string_view answers = {};  ///< text in net/http/HTTP.md
    std::array<RouteAnswer, 2> good{};  ///< in the order of their status
    std::array<RouteError, 4> errors{};
    std::string_view body_schema = {};
    std::string_view example = {};      ///< a body, in JSON
    std::string_view description = {};  ///< text after the summary
    std::string_view header = {};       ///< header field that it reads, as JSON
    ServedBy served_by = ServedBy::command;
    Prepare prepare = nullptr;  ///< for ServedBy::command; null otherwise
    std::span<const Field> fields = {};

    [[nodiscard]] constexpr bool is_there() const noexcept { return !path.empty(); }
};

/// No bound except that of the request.
inline constexpr std::uint16_t any_number = 0xFFFF;

[[nodiscard]] constexpr bool takes(std::size_t args, std::uint16_t min, std::uint16_t max,
                                   bool pairs) noexcept {
    return args >= min && (args <= max || max == any_number) && (!pairs || (args - min) % 2 == 0);
}

/// A form of a command that its first argument selects.
struct Subcommand {
    std::string_view name;  ///< in capitals
    std::string_view syntax;
    std::string_view summary;
    std::uint16_t args_min;  ///< after the subcommand
    std::uint16_t args_max;  ///< any_number: no bound
    RunCommand run;
    bool pairs = false;  ///< arguments beyond args_min come in pairs

    [[nodiscard]] constexpr bool accepts(std::size_t args) const noexcept {
        return takes(args, args_min, args_max, pairs);
    }
};

/// A command, described once. From the table of all of them come the arity checks, the routes,
/// HELP, COMMAND, the manual page, net/http/openapi.json and the tables of the protocol documents.
struct CommandSpec {
    std::string_view name = {};  ///< in capitals, at most verb_bytes_max
    RunCommand run = nullptr;
    std::uint16_t flags = 0;
    std::uint16_t args_min = 0;  ///< after the verb
    std::uint16_t args_max = 0;  ///< any_number: no bound
    bool pairs = false;          ///< arguments beyond args_min come in pairs
    std::string_view syntax = {};
    std::string_view reply = {};
    std::string_view summary = {};
    std::string_view group = {};  ///< stock, transactions, channels, connection or server
    /// Checks the arguments while the command is queued. On a fault it replies with an error and
    /// returns false. Null: they are checked when the command is executed.
    bool (*check)(Call& call) = nullptr;
    Prepare prepare = nullptr;        ///< null: not for named values
    std::string_view operation = {};  ///< name in a transaction over HTTP; empty: not allowed there
    std::string_view result = {};     ///< result of the operation, as in net/http/HTTP.md
    std::span<const Field> fields = {};
    std::array<RouteSpec, 2> routes{};  ///< unused ones come last
    std::span<const Subcommand> subcommands = {};

    [[nodiscard]] constexpr bool has(CommandFlags flag) const noexcept {
        return (flags & flag) != 0;
    }
    [[nodiscard]] constexpr StoreUse store_use() const noexcept { return store_use_of(flags); }
    /// \param args number of arguments after the verb.
    [[nodiscard]] constexpr bool accepts(std::size_t args) const noexcept {
        return takes(args, args_min, args_max, pairs);
    }
    /// Returns the arity for COMMAND, which counts the verb; negative: "at least".
    [[nodiscard]] constexpr int arity() const noexcept {
        return args_min == args_max ? args_min + 1 : -(args_min + 1);
    }
};

}  // namespace allot
