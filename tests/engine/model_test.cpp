// Random histories: the engine against the naive model, and against its own rules.
#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/engine/engine_fixture.hpp"
#include "tests/engine/naive_model.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

// Few names and small numbers, so that commands affect the same objects.
std::string pick(const char* prefix, int below) {
    return prefix + std::to_string(*rc::gen::inRange(0, below));
}
std::string pick_ref() { return pick("batch ", 12); }
std::string pick_eta() { return *rc::gen::element<std::string>("", "2011-01-01", "2011-01-02"); }
NaiveModel::Line pick_line() {
    return {pick("order № ", 8), pick("Stuhl größe ", 4), *rc::gen::inRange<std::int64_t>(1, 12)};
}

/// Explains and then allocates an order of a few lines. \return both answers.
std::pair<std::string, std::string> step_with_an_order(EngineFixture& fixture, NaiveModel& model) {
    std::vector<NaiveModel::Line> lines(*rc::gen::inRange<std::size_t>(1, 5));
    const auto order = pick("order № ", 8);
    AllocateOrder command{OrderId::of(order).value(), {}};
    for (NaiveModel::Line& line : lines) {
        line = pick_line();
        line.order = order;
        command.lines.push_back({Sku::of(line.sku).value(), EngineFixture::quantity(line.units)});
    }
    const auto before = state_hash(fixture.repository);
    const auto plan = fixture.bus.explain(command);
    RC_ASSERT(state_hash(fixture.repository) == before);

    const OrderResult result = fixture.run(command);
    std::string answer;
    if (result) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            RC_ASSERT(plan[i].outcome.value() == (*result)[i]);
            answer += std::string{(*result)[i].view()} + " ";
        }
    } else {
        const auto [refusal, line] = result.error();
        RC_ASSERT(plan[line].outcome.error() == refusal);
        answer = std::string{to_string(refusal)} + " " + std::to_string(line);
    }
    return {answer, model.allocate_order(lines)};
}

/// Executes a random command on both. \return both answers.
std::pair<std::string, std::string> step(EngineFixture& fixture, NaiveModel& model) {
    switch (*rc::gen::weightedElement<int>({{3, 0}, {7, 1}, {4, 2}, {4, 3}, {2, 4}, {4, 5}})) {
        case 0: {
            const auto ref = pick_ref(), sku = pick("Stuhl größe ", 4), eta = pick_eta();
            const auto units = *rc::gen::inRange<std::int64_t>(1, 30);
            return {fixture.add_batch(ref, sku, units, eta), model.add_batch(ref, sku, units, eta)};
        }
        case 1: {
            const auto line = pick_line();
            return {fixture.allocate(line.order, line.sku, line.units), model.allocate(line)};
        }
        case 2: {
            const auto line = pick_line();
            return {std::to_string(fixture.deallocate(line.order, line.sku, line.units)),
                    model.deallocate(line)};
        }
        case 3: {
            const auto ref = pick_ref();
            const auto units = *rc::gen::inRange<std::int64_t>(0, 30);
            return {fixture.set_quantity(ref, units), model.set_quantity(ref, units)};
        }
        case 4: {
            const auto ref = pick_ref(), eta = pick_eta();
            return {fixture.reschedule(ref, eta), model.reschedule(ref, eta)};
        }
        default:
            return step_with_an_order(fixture, model);
    }
}

/// Executes a few random commands as one unit, each of which succeeds or fails by itself; or rolls
/// all of them back. \return all answers of both.
std::pair<std::string, std::string> step_in_one_unit(EngineFixture& fixture, NaiveModel& model) {
    const NaiveModel before = model;
    const auto state = state_hash(fixture.repository);
    const std::size_t units = fixture.journal.units;
    std::pair<std::string, std::string> answers;
    {
        MessageBus::Transaction unit{fixture.bus};
        for (int left = *rc::gen::inRange(0, 8); left > 0; --left) {
            const auto [answer, expected] = step(fixture, model);
            answers.first += answer + "; ";
            answers.second += expected + "; ";
            RC_ASSERT(unit.work().last() == model.facts);
        }
        RC_ASSERT(fixture.journal.units == units);
        if (*rc::gen::weightedElement<bool>({{3, true}, {1, false}})) {
            RC_ASSERT(unit.commit() == model.facts);
            RC_ASSERT(fixture.journal.units - units == (model.facts == before.facts ? 0U : 1U));
            fixture.read_facts();
            return answers;
        }
    }
    model = before;
    RC_ASSERT(state_hash(fixture.repository) == state);
    return answers;
}

/// A command for both that is a part of a unit.
struct Part {
    std::function<Result<void>(UnitOfWork&)> real;
    std::function<NaiveModel::Part(NaiveModel&)> naive;
};

template <class T>
Result<void> only_refusal(const Result<T>& result) {
    if (result.has_error()) return result.error();
    return {};
}

Part draw_part() {
    const auto line = pick_line();
    const auto ref = pick_ref(), eta = pick_eta();
    const auto units = *rc::gen::inRange<std::int64_t>(0, 30);
    const BatchRef batch = BatchRef::of(ref).value();
    const auto said = [](const std::string& answer) {
        const bool refused = answer == "batch exists" || answer == "unknown batch";
        return NaiveModel::Part{.answer = answer, .refused = refused};
    };
    switch (*rc::gen::weightedElement<int>({{3, 0}, {6, 1}, {3, 2}, {3, 3}})) {
        case 0:
            return {[=](UnitOfWork& work) {
                        const Eta day = eta.empty() ? Eta::warehouse() : Eta::parse(eta).value();
                        return handle(AddBatch{batch, Sku::of(line.sku).value(),
                                               EngineFixture::quantity(line.units), day},
                                      work);
                    },
                    [=](NaiveModel& model) {
                        return said(model.add_batch(ref, line.sku, line.units, eta));
                    }};
        case 1:
            return {[=](UnitOfWork& work) {
                        return only_refusal(handle(
                            Allocate{EngineFixture::line(line.order, line.sku, line.units)}, work));
                    },
                    [=](NaiveModel& model) {
                        const std::string answer = model.allocate(line);
                        const bool is_short = answer == "out of stock";
                        return NaiveModel::Part{
                            .answer = answer,
                            .refused = is_short || answer == "unknown SKU",
                            .short_line = is_short ? std::optional{line} : std::nullopt};
                    }};
        case 2:
            return {
                [=](UnitOfWork& work) {
                    return only_refusal(handle(Deallocate{OrderId::of(line.order).value()}, work));
                },
                [=](NaiveModel& model) {
                    return said(model.deallocate({line.order, "", 0}));
                }};
        default:
            return {[=](UnitOfWork& work) {
                        return only_refusal(
                            handle(ChangeBatchQuantity{batch, Purchased::of(units).value()}, work));
                    },
                    [=](NaiveModel& model) { return said(model.set_quantity(ref, units)); }};
    }
}

/// Executes a few commands, all or none. \return the answers of both, "no" for a refusal.
std::pair<std::string, std::string> step_all_or_none(EngineFixture& fixture, NaiveModel& model) {
    std::vector<Part> parts;
    for (int left = *rc::gen::inRange(1, 7); left > 0; --left) parts.push_back(draw_part());
    std::string answer;
    const auto done = fixture.bus.transact([&](UnitOfWork& work) -> Result<void> {
        for (const Part& part : parts) {
            const Result<void> result = part.real(work);
            answer += result.has_error() ? "no " : "yes ";
            if (result.has_error()) return result.error();
        }
        return {};
    });
    fixture.read_facts();
    RC_ASSERT(done.lsn == fixture.journal.last());
    std::string expected;
    std::vector<std::function<NaiveModel::Part(NaiveModel&)>> naive;
    for (const Part& part : parts) {
        naive.push_back([&](NaiveModel& of) {
            auto said = part.naive(of);
            expected += said.refused ? "no " : "yes ";
            return said;
        });
    }
    (void)model.all_or_none(naive);
    return {answer, expected};
}

std::pair<std::string, std::string> any_step(EngineFixture& fixture, NaiveModel& model) {
    switch (*rc::gen::weightedElement<int>({{8, 0}, {2, 1}, {2, 2}})) {
        case 0:
            return step(fixture, model);
        case 1:
            return step_in_one_unit(fixture, model);
        default:
            return step_all_or_none(fixture, model);
    }
}

void compare(EngineFixture& fixture, NaiveModel& model) {
    RC_ASSERT(fixture.repository.ledger().batch_count() == model.batches.size());
    RC_ASSERT(fixture.shortages() == model.shortage_rows());
    for (int i = 0; i < 4; ++i) {
        const auto sku = Sku::of("Stuhl größe " + std::to_string(i)).value();
        const auto expected = model.ranked_batches(std::string{sku.view()});
        const auto rows = stock(sku, fixture.repository);
        RC_ASSERT(version(sku, fixture.repository) == model.version(std::string{sku.view()}));
        RC_ASSERT(rows.has_value() == !expected.empty());
        if (!rows) continue;
        RC_ASSERT(rows->size() == expected.size());
        for (std::size_t b = 0; b < expected.size(); ++b) {
            RC_ASSERT((*rows)[b].batch.view() == expected[b]->ref);
            RC_ASSERT((*rows)[b].purchased == expected[b]->purchased);
            RC_ASSERT((*rows)[b].available == expected[b]->available());
            RC_ASSERT((*rows)[b].eta.to_string() == expected[b]->eta);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_any_history)

// Also G9: after every command, for every batch, what is allocated and what is available add up.
RC_BOOST_PROP(G9_then_every_answer_and_state_is_the_naive_models, ()) {
    EngineFixture fixture;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 120);
    for (int i = 0; i < length; ++i) {
        const auto [answer, expected] = any_step(fixture, model);
        RC_ASSERT(answer == expected);
        RC_ASSERT(fixture.journal.last() == model.facts);
        compare(fixture, model);
        RC_ASSERT(violations(fixture.repository).empty());
    }
}

RC_BOOST_PROP(then_its_facts_alone_give_the_same_state, ()) {
    EngineFixture fixture;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 120);
    for (int i = 0; i < length; ++i) any_step(fixture, model);

    Repository replayed{2};
    Lsn lsn = 0;
    for (const Fact& fact : fixture.facts) {
        Product* product = replayed.find(sku_of(fact));
        if (product == nullptr) product = &replayed.add(sku_of(fact));
        RC_ASSERT(product->apply(fact, ++lsn));
        product->set_current_to(fixture.repository.find(sku_of(fact))->current_to());
    }
    RC_ASSERT(state_hash(replayed) == state_hash(fixture.repository));
    RC_ASSERT(shortages({}, replayed).value() == shortages({}, fixture.repository).value());
}

RC_BOOST_PROP(then_a_unit_that_is_not_committed_leaves_the_state_as_it_was, ()) {
    EngineFixture fixture;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 60);
    for (int i = 0; i < length; ++i) step(fixture, model);
    const auto before = state_hash(fixture.repository);
    {
        UnitOfWork work{fixture.repository, fixture.journal};
        const int changes = *rc::gen::inRange(1, 20);
        for (int i = 0; i < changes; ++i) {
            const auto line = pick_line();
            const auto batch = BatchRef::of(pick_ref()).value();
            const auto eta = pick_eta();
            const Eta day = eta.empty() ? Eta::warehouse() : Eta::parse(eta).value();
            (void)handle(AddBatch{batch, Sku::of(line.sku).value(),
                                  EngineFixture::quantity(line.units), day},
                         work);
            if (Product* const product = work.find(Sku::of(line.sku).value())) {
                (void)product->allocate(EngineFixture::line(line.order, line.sku, line.units),
                                        work);
            }
            const auto units = *rc::gen::inRange<std::int64_t>(0, 30);
            (void)handle(ChangeBatchQuantity{batch, Purchased::of(units).value()}, work);
            (void)handle(Reschedule{batch, day}, work);
            (void)handle(Deallocate{OrderId::of(pick("order № ", 8)).value()}, work);
            if (Product* const product = work.find(Sku::of(line.sku).value())) {
                const auto other = EngineFixture::line(pick("order № ", 8), line.sku, line.units);
                if (!product->allocate(other, work)) work.record(*product, OutOfStock{other});
            }
        }
    }
    RC_ASSERT(state_hash(fixture.repository) == before);
    RC_ASSERT(violations(fixture.repository).empty());
}

BOOST_AUTO_TEST_SUITE_END()
