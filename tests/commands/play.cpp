#include "tests/commands/play.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "net/commands/registry.hpp"

namespace allot::testing {

namespace {

using Line = NaiveModel::Line;

/// The commands of a transaction.
std::span<const Words> queued_in(const Unit& unit) {
    return std::span{unit}.subspan(1, unit.size() - 2);
}
bool is_executed(const Unit& unit) { return unit.back().front() == "EXEC"; }

std::string day(const Words& words, std::size_t at) {
    return words.size() > at && words[at] != "warehouse" ? words[at] : "";
}
Eta eta(const Words& words, std::size_t at) {
    const std::string text = day(words, at);
    return text.empty() ? Eta::warehouse() : Eta::parse(text).value();
}
Sku sku(const std::string& word) { return Sku::of(word).value(); }
OrderId order(const std::string& word) { return OrderId::of(word).value(); }
BatchRef batch(const std::string& word) { return BatchRef::of(word).value(); }
Quantity quantity(const std::string& word) { return Quantity::parse(word).value(); }

AllocateOrder order_of(const Words& words) {
    AllocateOrder all{order(words[1]), {}};
    for (std::size_t at = 2; at < words.size(); at += 2) {
        all.lines.push_back({sku(words[at]), quantity(words[at + 1])});
    }
    return all;
}

Refusal refusal_of(Refusal refusal) { return refusal; }
Refusal refusal_of(RefusedLine refused) { return refused.refusal; }

template <class Error>
std::string refusal_text(const Error& error) {
    return std::string{to_string(refusal_of(error))};
}

Played play_all_or_none(std::span<const Words> commands, MessageBus& bus) {
    Played all;
    const auto one = [&](const Words& words, UnitOfWork& work) -> Result<void> {
        return std::visit(
            [&]<class Command>(const Command& command) -> Result<void> {
                if constexpr (std::is_same_v<Command, Explain>) {
                    all.answers.push_back(answer_text(allot::explain(command.order, work)));
                } else {
                    const auto result = handle(command, work);
                    all.answers.push_back(answer_text(result));
                    if (!result) return refusal_of(result.error());
                }
                return {};
            },
            engine_command(words));
    };
    all.lsn = bus.transact([&](UnitOfWork& work) -> Result<void> {
                     for (const Words& words : commands) {
                         if (const auto result = one(words, work); !result) return result;
                     }
                     return {};
                 })
                  .lsn;
    return all;
}

std::optional<Refusal> refusal_in(std::string_view answer) {
    const auto found = std::ranges::find_if(
        refusals_met, [&](Refusal refusal) { return answer.starts_with(to_string(refusal)); });
    return found == refusals_met.end() ? std::nullopt : std::optional{*found};
}

/// As NaiveModel::all_or_none() wants it.
NaiveModel::Part part(const Words& words, NaiveModel& model) {
    NaiveModel::Part part{.answer = play(words, model)};
    if (words.front() == "EXPLAIN") return part;
    const auto refusal = refusal_in(part.answer);
    part.refused = refusal.has_value();
    if (refusal == Refusal::out_of_stock) {
        const auto lines = lines_of(words);
        const std::string at = part.answer.substr(to_string(*refusal).size());
        part.short_line = lines[lines.size() == 1 ? 0 : std::stoul(at)];
    }
    return part;
}

}  // namespace

std::vector<Line> lines_of(const Words& words) {
    std::vector<Line> lines;
    for (std::size_t at = 2; at < words.size(); at += 2) {
        lines.push_back({words[1], words[at], std::stoll(words[at + 1])});
    }
    return lines;
}

EngineCommand engine_command(const Words& words) {
    const std::string& verb = words.front();
    if (verb == "ADDBATCH") {
        return AddBatch{batch(words[1]), sku(words[2]), quantity(words[3]), eta(words, 4)};
    }
    if (verb == "ALLOCATE" && words.size() == 4) {
        return Allocate{{order(words[1]), sku(words[2]), quantity(words[3])}};
    }
    if (verb == "ALLOCATE") return order_of(words);
    if (verb == "EXPLAIN") return Explain{order_of(words)};
    if (verb == "DEALLOCATE") {
        return Deallocate{order(words[1]),
                          words.size() > 2 ? std::optional{sku(words[2])} : std::nullopt,
                          words.size() > 3 ? std::optional{quantity(words[3])} : std::nullopt};
    }
    if (verb == "SETQTY") {
        return ChangeBatchQuantity{batch(words[1]), Purchased::parse(words[2]).value()};
    }
    if (verb == "RESCHEDULE" || verb == "RECEIVE")
        return Reschedule{batch(words[1]), eta(words, 2)};
    throw std::logic_error{"no command of the engine is known as " + verb};
}

bool of_engine(std::string_view verb, bool queued) {
    return Commands::changes(verb, queued) || verb == "EXPLAIN";
}

std::string answer_text(const Result<void>& result) {
    return result ? "ok" : refusal_text(result.error());
}
std::string answer_text(const Result<std::size_t>& result) {
    return result ? std::to_string(*result) : refusal_text(result.error());
}
std::string answer_text(const Result<BatchRef>& result) {
    return result ? std::string{result->view()} : refusal_text(result.error());
}
std::string answer_text(const OrderResult& result) {
    if (!result) return refusal_text(result.error()) + " " + std::to_string(result.error().line);
    std::string all;
    for (const BatchRef& ref : *result) all += std::string{ref.view()} + " ";
    return all;
}
std::string answer_text(const std::vector<ExplainedLine>& plan) {
    constexpr std::array verdicts{"chosen", "holds the line already", "too small", "not needed"};
    std::string all;
    for (const ExplainedLine& line : plan) {
        for (const Candidate& batch : line.candidates) {
            const std::string eta = batch.eta.to_string();
            all += std::string{batch.batch.view()} + ", " + (eta.empty() ? "warehouse" : eta) +
                   ", " + std::to_string(batch.available) +
                   " available: " + verdicts.at(static_cast<std::size_t>(batch.verdict)) + "; ";
        }
        all += answer_text(line.outcome) + "; ";
    }
    return all;
}

Played play(const Unit& unit, MessageBus& bus, bool whole) {
    if (unit.size() == 1) return play(unit.front(), bus);
    if (whole) return play_all_or_none(queued_in(unit), bus);
    Played all;
    MessageBus::Transaction transaction{bus};
    for (const Words& words : queued_in(unit)) {
        const Played one = play(words, bus);
        all.answers.push_back(one.answers.front() + " @" +
                              std::to_string(transaction.work().last()));
    }
    all.lsn = is_executed(unit) ? transaction.commit() : bus.journal().last();
    return all;
}

Played play(const Unit& unit, NaiveModel& model, bool whole) {
    Played all;
    if (unit.size() == 1) {
        all.answers = {play(unit.front(), model)};
    } else if (whole) {
        std::vector<std::function<NaiveModel::Part(NaiveModel&)>> parts;
        for (const Words& words : queued_in(unit)) {
            parts.emplace_back([&words](NaiveModel& of) { return part(words, of); });
        }
        all.answers = model.all_or_none(parts);
    } else {
        const NaiveModel before = model;
        for (const Words& words : queued_in(unit)) {
            const std::string answer = play(words, model);
            all.answers.push_back(answer + " @" + std::to_string(model.facts));
        }
        if (!is_executed(unit)) model = before;
    }
    all.lsn = model.facts;
    return all;
}

std::string play(const Words& words, NaiveModel& model) {
    const std::string& verb = words.front();
    if (verb == "ADDBATCH") {
        return model.add_batch(words[1], words[2], std::stoll(words[3]), day(words, 4));
    }
    if (verb == "ALLOCATE") {
        const auto lines = lines_of(words);
        return lines.size() == 1 ? model.allocate(lines.front()) : model.allocate_order(lines);
    }
    if (verb == "EXPLAIN") {
        std::string all;
        for (const auto& [answer, candidates] : model.explain(lines_of(words))) {
            for (const std::string& candidate : candidates) all += candidate + "; ";
            all += answer + "; ";
        }
        return all;
    }
    if (verb == "DEALLOCATE") {
        return model.deallocate({words[1], words.size() > 2 ? words[2] : "",
                                 words.size() > 3 ? std::stoll(words[3]) : 0});
    }
    if (verb == "SETQTY") return model.set_quantity(words[1], std::stoll(words[2]));
    if (verb == "RESCHEDULE" || verb == "RECEIVE") return model.reschedule(words[1], day(words, 2));
    throw std::logic_error{"the naive model does not know " + verb};
}

void count(Tally& tally, const Unit& unit, const Played& played) {
    if (unit.size() > 1) tally.count(unit.back().front());
    for (std::size_t i = 0; i < played.answers.size(); ++i) {
        const std::string& verb = unit[unit.size() > 1 ? i + 1 : i].front();
        tally.count(verb);
        if (verb == "EXPLAIN") continue;
        if (const auto refusal = refusal_in(played.answers[i])) tally.count(to_string(*refusal));
    }
}

std::string describe(Repository& repository, std::uint64_t skus) {
    std::ostringstream text;
    const Ledger& ledger = repository.ledger();
    text << ledger.batch_count() << " batches\n";
    for (std::uint64_t i = 0; i < skus; ++i) {
        const Product* const product = repository.find(sku(sku_name(i)));
        if (product == nullptr) continue;
        text << product->sku().view() << " of version " << product->version() << '\n';
        for (const Index at : product->batches()) {
            const Batch& batch = product->batch(at);
            text << batch.ref().view() << ' ' << batch.eta().to_string() << ' ' << batch.purchased()
                 << ", " << batch.available() << " available:";
            for (Index l = ledger.first_line(at); l != no_index; l = ledger.line(l).later) {
                text << ' ' << ledger.order_id(ledger.line(l)) << '=' << ledger.line(l).quantity;
            }
            text << '\n';
        }
    }
    for (std::uint64_t i = 0; i < orders_drawn; ++i) {
        text << order_name(i) << ':';
        for (const Allocation& row : allocations(order(order_name(i)), repository)) {
            text << ' ' << row.sku.view() << '=' << row.quantity.units() << '@' << row.batch.view();
        }
        text << '\n';
    }
    for (const auto& [line, since] : shortages({}, repository).value()) {
        text << line.order.view() << ' ' << line.sku.view() << ' ' << line.quantity.units() << ' '
             << since << '\n';
    }
    return text.str();
}

std::string describe(NaiveModel& model, std::uint64_t skus) {
    std::ostringstream text;
    text << model.batches.size() << " batches\n";
    std::map<std::string, std::map<std::uint64_t, std::string>> orders;  // lines by their facts
    for (std::uint64_t i = 0; i < skus; ++i) {
        const std::string sku = sku_name(i);
        if (!model.versions.contains(sku)) continue;
        text << sku << " of version " << model.version(sku) << '\n';
        for (const NaiveModel::Batch* const batch : model.ranked_batches(sku)) {
            text << batch->ref << ' ' << batch->eta << ' ' << batch->purchased << ", "
                 << batch->available() << " available:";
            for (const Line& line : batch->lines) {
                text << ' ' << line.order << '=' << line.units;
                orders[line.order][line.fact] =
                    ' ' + line.sku + '=' + std::to_string(line.units) + '@' + batch->ref;
            }
            text << '\n';
        }
    }
    for (std::uint64_t i = 0; i < orders_drawn; ++i) {
        text << order_name(i) << ':';
        for (const auto& [fact, row] : orders[order_name(i)]) text << row;
        text << '\n';
    }
    for (const std::string& row : model.shortage_rows()) text << row << '\n';
    return text.str();
}

}  // namespace allot::testing
