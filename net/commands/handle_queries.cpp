#include <string>
#include <system_error>

#include "engine/services.hpp"
#include "net/commands/arguments.hpp"
#include "net/commands/explanation.hpp"
#include "net/commands/handlers.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::handlers {

namespace {

std::string day_of(Eta eta) { return eta.in_warehouse() ? "warehouse" : eta.to_string(); }

std::string outcome_of(const ExplainedLine& explained) {
    if (explained.outcome) return as_word(explained.outcome->view());
    const std::string sku = as_word(explained.line.sku.view());
    return explained.outcome.error() == Refusal::unknown_sku ? "Invalid sku " + sku
                                                             : "Out of stock for sku " + sku;
}

void explain_line(ReplyWriter& reply, const ExplainedLine& explained) {
    const OrderLine& line = explained.line;
    std::string text = as_word(line.order.view()) + " " + as_word(line.sku.view()) + " ";
    text.append(std::to_string(line.quantity.units())).append(": ").append(outcome_of(explained));
    reply.value(text);
    for (const Candidate& candidate : explained.candidates) {
        text.assign("  ").append(as_word(candidate.batch.view())).append(", ");
        text.append(day_of(candidate.eta)).append(", ");
        text.append(std::to_string(candidate.available)).append(" available: ");
        text.append(words_of(candidate.verdict));
        reply.value(text);
    }
}

/// `[sku] [AFTER lsn]`
std::optional<ShortageQuery> shortage_query(Call& call) {
    ShortageQuery query{.rows_max = shortage_rows_max};
    const auto is_after = [&](std::size_t at) {
        return at < call.args.size() && equal_ignoring_case(call.args[at], "AFTER");
    };
    // One argument is a SKU, whatever its name.
    const std::size_t after = call.args.size() == 3 && is_after(1) ? 1 : 2;
    if (call.args.size() > after && !is_after(after)) {
        call.fail(ErrorCode::syntax, Quoted{call.args[after]},
                  " is not AFTER: the arguments are [sku] [AFTER lsn]");
        return {};
    }
    if (after == 2 && call.args.size() > 1) {
        query.sku = name_at<Sku>(call, 1);
        if (!query.sku) return {};
    }
    if (call.args.size() <= after) return query;
    if (call.args.size() == after + 1) {
        call.fail(ErrorCode::syntax, "no LSN after ", Quoted{call.args[after]},
                  ": the arguments are [sku] [AFTER lsn]");
        return {};
    }
    const auto lsn = whole_number(call.args.back());
    if (!lsn) {
        call.fail(ErrorCode::syntax, no_lsn_text(call.args.back()));
        return {};
    }
    query.after = *lsn;
    return query;
}

}  // namespace

Lsn explain(Call& call) {
    const auto order = order_at(call, 1);
    if (!order) return no_lsn;
    const std::size_t candidates = candidates_of(*order, call.bus().repository());
    if (candidates > explained_batches_max) {
        call.fail(ErrorCode::generic, too_many_candidates(candidates));
        return call.last_lsn();
    }
    const auto plan = call.bus().explain(*order);
    std::size_t rows = plan.size();
    for (const ExplainedLine& line : plan) rows += line.candidates.size();
    call.reply.array(rows);
    for (const ExplainedLine& line : plan) explain_line(call.reply, line);
    return call.last_lsn();
}

Lsn allocations(Call& call) {
    const auto order = name_at<OrderId>(call, 1);
    if (!order) return no_lsn;
    const auto rows = allot::allocations(*order, call.bus().repository());
    call.reply.array(rows.size());
    for (const Allocation& row : rows) {
        call.reply.array(3);
        call.reply.value(row.sku);
        call.reply.integer(row.quantity.units());
        call.reply.value(row.batch);
    }
    return call.last_lsn();
}

Lsn shortages(Call& call) {
    const auto query = shortage_query(call);
    if (!query) return no_lsn;
    if (call.bus().repository().ledger().shortages().size() > shortages_per_turn) {
        call.session.end_turn();
    }
    const auto rows = allot::shortages(*query, call.bus().repository());
    if (!rows) {
        refuse(call, rows.error(), {.sku = query->sku->view()});
        return call.last_lsn();
    }
    call.reply.array(rows->size());
    for (const ShortLine& row : *rows) {
        call.reply.array(4);
        call.reply.value(row.line.order);
        call.reply.value(row.line.sku);
        call.reply.integer(row.line.quantity.units());
        call.reply.integer(static_cast<std::int64_t>(row.since));
    }
    return call.last_lsn();
}

Lsn stock(Call& call) {
    const auto sku = name_at<Sku>(call, 1);
    if (!sku) return no_lsn;
    const auto rows = allot::stock(*sku, call.bus().repository());
    if (!rows) {
        refuse(call, rows.error(), {.sku = sku->view()});
        return call.last_lsn();
    }
    call.reply.array(rows->size());
    for (const BatchStock& row : *rows) {
        call.reply.array(4);
        call.reply.value(row.batch);
        call.reply.value(day_of(row.eta));
        call.reply.integer(row.purchased);
        call.reply.integer(row.available);
    }
    return call.last_lsn();
}

Lsn available(Call& call) {
    const auto sku = name_at<Sku>(call, 1);
    if (!sku) return no_lsn;
    std::optional<Eta> day;
    if (call.args.size() > 2) {
        day = eta_at(call, 2);
        if (!day) return no_lsn;
    }
    const auto units = allot::available(*sku, day, call.bus().repository());
    if (units) {
        call.reply.integer(*units);
    } else {
        refuse(call, units.error(), {.sku = sku->view()});
    }
    return call.last_lsn();
}

}  // namespace allot::handlers
