#include <string>

#include "net/commands/orders/order_commands.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/schema/define.hpp"
#include "net/text/escape.hpp"

namespace allot::commands {

namespace {

std::string_view words_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::chosen:
            return "chosen";
        case Verdict::holds_the_line:
            return "holds the line already";
        case Verdict::too_small:
            return "too small";
        case Verdict::not_needed:
            return "not needed";
    }
    return "";
}

/// Batches that a plan for the order has to look at.
std::size_t candidates_of(const AllocateOrder& order, Repository& repository) {
    std::size_t candidates = 0;
    for (const LineItem& item : order.lines) {
        if (const Product* const product = repository.find(item.sku)) {
            candidates += product->batches().size();
        }
    }
    return candidates;
}

// Over RESP, a line of text for a line of the order, and one a candidate.

std::string outcome_text(const ExplainedLine& explained) {
    if (explained.outcome) return as_word(explained.outcome->view());
    const std::string sku = as_word(explained.line.sku.view());
    return explained.outcome.error() == Refusal::unknown_sku ? "Invalid sku " + sku
                                                             : "Out of stock for sku " + sku;
}

void write_text(ReplyWriter& reply, const ExplainedLine& explained) {
    const OrderLine& line = explained.line;
    std::string text = as_word(line.order.view()) + " " + as_word(line.sku.view()) + " ";
    text.append(std::to_string(line.quantity.units())).append(": ");
    reply.value(text.append(outcome_text(explained)));
    for (const Candidate& candidate : explained.candidates) {
        text.assign("  ").append(as_word(candidate.batch.view())).append(", ");
        text.append(day_text(candidate.eta));
        text.append(", ").append(std::to_string(candidate.available)).append(" available: ");
        text.append(words_of(candidate.verdict));
        reply.value(text);
    }
}

void write_object(JsonWriter& json, const ExplainedLine& explained) {
    json.begin_object();
    put_members(json, Column{"sku", explained.line.sku},
                Column{"quantity", explained.line.quantity});
    json.key("batch");
    if (explained.outcome) {
        json.string(explained.outcome->view());
    } else {
        json.null();
        const Failure failure = failure_of(explained.outcome.error(), {});
        json.key("refusal").string(word_of(failure.code));
    }
    json.key("candidates").begin_array();
    for (const Candidate& candidate : explained.candidates) {
        put_row(json, Column{"batch", candidate.batch}, Column{"eta", candidate.eta},
                Column{"available", candidate.available},
                Column{"verdict", words_of(candidate.verdict)});
    }
    json.end_array().end_object();
}

struct Explain {
    using Parameters = AllocateOrder;
    using Plan = std::vector<ExplainedLine>;
    static constexpr std::tuple fields{required<OrderId>("order"), lines_of_order()};

    static Outcome<Plan> run(const Parameters& parameters, Context& context) {
        const std::size_t candidates = candidates_of(parameters, context.repository());
        if (candidates <= explained_batches_max) {
            return {context.bus().explain(parameters), context.last_lsn()};
        }
        return {Failure{ErrorCode::generic, too_many_candidates(candidates), "lines", 422},
                context.last_lsn()};
    }

    static void write(ReplyWriter& reply, const Plan& plan) {
        std::size_t rows = plan.size();
        for (const ExplainedLine& line : plan) rows += line.candidates.size();
        reply.array(rows);
        for (const ExplainedLine& line : plan) write_text(reply, line);
    }
    static void write(JsonWriter& json, const Parameters& parameters, const Plan& plan) {
        json.begin_object().key("order").string(parameters.order.view()).key("lines").begin_array();
        for (const ExplainedLine& line : plan) write_object(json, line);
        json.end_array().end_object();
    }
};

}  // namespace

constinit const CommandSpec specs::explain = command<Explain>({
    .name = "EXPLAIN",
    .flags = flag_read,
    .reply = "array of lines of text",
    .summary = "Returns which batches ALLOCATE would choose, and why not the others",
    .group = "stock",
    .routes = {{{.method = Method::post,
                 .path = "/v1/orders/{order}/explanation",
                 .flags = flag_body,
                 .id = "explain",
                 .summary = "Returns which batches would be chosen, and why not the others; "
                            "nothing changes",
                 .call = R"({"lines":…})",
                 .answers = "200: each line with its batch or refusal, and its candidates",
                 .good = {{{200, "Explanation", "The plan"}}},
                 .errors = {{{422, "The plan has too many candidate batches"}}},
                 .body_schema = "Lines",
                 .example = lines_example}}},
});

}  // namespace allot::commands
