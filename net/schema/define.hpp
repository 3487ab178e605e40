#pragma once

#include <array>
#include <memory>
#include <tuple>
#include <utility>

#include "net/schema/call.hpp"
#include "net/schema/fields.hpp"
#include "net/schema/rows.hpp"
#include "net/schema/spec.hpp"
#include "net/text/json_text.hpp"

namespace allot {

using Method = boost::beast::http::verb;

// Errors that several routes have.
inline constexpr RouteError invalid_sku_error{404,
                                              "INVALIDSKU: no batch of the SKU was ever added"};
inline constexpr RouteError no_such_batch_error{404, "NOSUCHBATCH: there is no such batch"};
inline constexpr std::string_view lines_example =
    R"({"lines":[{"sku":"SMALL-TABLE","quantity":2},{"sku":"RED-CHAIR","quantity":4}]})";

/// A command that was read from named values and is yet to be executed.
class PreparedCommand {
public:
    PreparedCommand() = default;
    PreparedCommand(const PreparedCommand&) = delete;
    PreparedCommand& operator=(const PreparedCommand&) = delete;
    virtual ~PreparedCommand() = default;

    struct Executed {
        Lsn lsn;  ///< see Outcome::lsn
        std::optional<Failure> failure = {};
    };
    /// Executes it, and writes its reply as one value of JSON, unless it fails.
    [[nodiscard]] virtual Executed execute(Context& context, JsonWriter& json) const = 0;
};

// clang-format off
// A command file describes its command by a struct with these members:
//
//     struct Parameters { … };                // the request, in types of the domain
//     static constexpr std::tuple fields{…};  // how its members are read, in their order
//     static Outcome<Reply> run(const Parameters&, Context&);
//     static void write(ReplyWriter&, const Parameters&, const Reply&);
//     static void write(JsonWriter&, const Parameters&, const Reply&);
//
// command<Description>() makes the functions of a CommandSpec from it. A write() that needs no
// parameters leaves them out; a number, or Done, is written over RESP without one.
// clang-format on

namespace detail {

template <class Description>
inline constexpr auto fields_of =
    std::apply([](const auto&... field) { return std::array<Field, sizeof...(field)>{field...}; },
               Description::fields);

template <class Description>
inline constexpr ArgumentForm argument_form{fields_of<Description>};

template <class Description>
[[nodiscard]] auto read_arguments(Call& call, std::size_t first) {
    ArgumentSource source{call, fields_of<Description>, call.args.subspan(first)};
    return read<typename Description::Parameters>(source, Description::fields);
}

template <class Description>
void write(auto& to, const typename Description::Parameters& parameters, const auto& result) {
    if constexpr (requires { Description::write(to, parameters, result); }) {
        Description::write(to, parameters, result);
    } else if constexpr (requires { Description::write(to, result); }) {
        Description::write(to, result);
    } else {
        put_value(to, result);
    }
}

}  // namespace detail

/// Executes the command with the arguments from `first` on, and replies.
template <class Description, std::size_t first = 1>
Lsn run_arguments(Call& call) {
    const auto parameters = detail::read_arguments<Description>(call, first);
    if (!parameters) return no_lsn;
    const auto outcome = Description::run(*parameters, call);
    if (outcome.result) {
        detail::write<Description>(call.reply, *parameters, *outcome.result);
    } else {
        call.fail(outcome.result.error());
    }
    return outcome.lsn;
}

template <class Description, std::size_t first = 1>
bool check_arguments(Call& call) {
    return detail::read_arguments<Description>(call, first).has_value();
}

namespace detail {
template <class Description>
class PreparedAs final : public PreparedCommand {
public:
    explicit PreparedAs(typename Description::Parameters parameters)
        : parameters_{std::move(parameters)} {}
    [[nodiscard]] Executed execute(Context& context, JsonWriter& json) const override {
        auto outcome = Description::run(parameters_, context);
        if (!outcome.result) return {outcome.lsn, std::move(outcome.result.error())};
        write<Description>(json, parameters_, *outcome.result);
        return {outcome.lsn};
    }

private:
    typename Description::Parameters parameters_;
};
}  // namespace detail

template <class Description>
std::unique_ptr<PreparedCommand> prepare(Source& source) {
    auto parameters = read<typename Description::Parameters>(source, Description::fields);
    if (!parameters) return nullptr;
    return std::make_unique<detail::PreparedAs<Description>>(*std::move(parameters));
}

/// Completes a route with what follows from the fields of its command.
template <class Description>
constexpr RouteSpec route(RouteSpec spec) {
    spec.prepare = prepare<Description>;
    spec.fields = detail::fields_of<Description>;
    return spec;
}

/// Completes a description of a command, and its routes, with what follows from its fields.
template <class Description>
constexpr CommandSpec command(CommandSpec spec) {
    constexpr const ArgumentForm& form = detail::argument_form<Description>;
    spec.syntax = form.syntax();
    spec.args_min = form.args_min;
    spec.args_max = form.args_max;
    spec.pairs = form.pairs;
    spec.fields = detail::fields_of<Description>;
    if (spec.run == nullptr) spec.run = run_arguments<Description>;
    if (spec.check == nullptr) spec.check = check_arguments<Description>;
    spec.prepare = prepare<Description>;
    for (RouteSpec& each : spec.routes) {
        if (each.is_there()) each = route<Description>(each);
    }
    return spec;
}

/// Completes a subcommand, whose arguments begin behind its name.
template <class Description>
constexpr Subcommand subcommand(std::string_view name, std::string_view summary) {
    constexpr const ArgumentForm& form = detail::argument_form<Description>;
    return {name,          form.syntax(), summary,
            form.args_min, form.args_max, run_arguments<Description, 2>,
            form.pairs};
}

}  // namespace allot
