// Random histories: the engine against the naive model, and against its own rules.
#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "tests/engine/naive_model.hpp"
#include "tests/engine/shop.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

// Few names and small numbers, so that commands meet.
std::string pick(const char* prefix, int below) {
    return prefix + std::to_string(*rc::gen::inRange(0, below));
}
std::string pick_ref() { return pick("batch-", 12); }
std::string pick_eta() { return *rc::gen::element<std::string>("", "2011-01-01", "2011-01-02"); }
NaiveModel::Line pick_line() {
    return {pick("order-", 8), pick("sku-", 4), *rc::gen::inRange<std::int64_t>(1, 12)};
}

/// Allocates an order of a few lines, having had it explained. \return both answers.
std::pair<std::string, std::string> step_with_an_order(Shop& shop, NaiveModel& model) {
    std::vector<NaiveModel::Line> lines(*rc::gen::inRange<std::size_t>(1, 5));
    const auto order = pick("order-", 8);
    AllocateOrder command{OrderId::of(order).value(), {}};
    for (NaiveModel::Line& line : lines) {
        line = pick_line();
        line.order = order;
        command.lines.push_back({Sku::of(line.sku).value(), Shop::quantity(line.units)});
    }
    const auto before = state_hash(shop.repository);
    const auto plan = shop.bus.explain(command);
    RC_ASSERT(state_hash(shop.repository) == before);

    const OrderResult result = shop.run(command);
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

/// Does one random command to both. \return both answers.
std::pair<std::string, std::string> step(Shop& shop, NaiveModel& model) {
    switch (*rc::gen::weightedElement<int>({{3, 0}, {7, 1}, {4, 2}, {4, 3}, {2, 4}, {4, 5}})) {
        case 0: {
            const auto ref = pick_ref(), sku = pick("sku-", 4), eta = pick_eta();
            const auto units = *rc::gen::inRange<std::int64_t>(1, 30);
            return {shop.add_batch(ref, sku, units, eta), model.add_batch(ref, sku, units, eta)};
        }
        case 1: {
            const auto line = pick_line();
            return {shop.allocate(line.order, line.sku, line.units), model.allocate(line)};
        }
        case 2: {
            const auto line = pick_line();
            return {std::to_string(shop.deallocate(line.order, line.sku, line.units)),
                    model.deallocate(line)};
        }
        case 3: {
            const auto ref = pick_ref();
            const auto units = *rc::gen::inRange<std::int64_t>(0, 30);
            return {shop.set_quantity(ref, units), model.set_quantity(ref, units)};
        }
        case 4: {
            const auto ref = pick_ref(), eta = pick_eta();
            return {shop.reschedule(ref, eta), model.reschedule(ref, eta)};
        }
        default:
            return step_with_an_order(shop, model);
    }
}

void compare(Shop& shop, NaiveModel& model) {
    RC_ASSERT(shop.repository.ledger().batch_count() == model.batches.size());
    RC_ASSERT(shop.shortages() == model.shortage_rows());
    for (int i = 0; i < 4; ++i) {
        const auto sku = Sku::of("sku-" + std::to_string(i)).value();
        const auto expected = model.ranked_batches(std::string{sku.view()});
        const auto rows = stock(sku, shop.repository);
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
    Shop shop;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 120);
    for (int i = 0; i < length; ++i) {
        const auto [answer, expected] = step(shop, model);
        RC_ASSERT(answer == expected);
        compare(shop, model);
        RC_ASSERT(violations(shop.repository).empty());
    }
}

RC_BOOST_PROP(then_its_facts_alone_give_the_same_state, ()) {
    Shop shop;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 120);
    for (int i = 0; i < length; ++i) step(shop, model);

    MemoryRepository replayed{2};
    Lsn lsn = 0;
    for (const Fact& fact : shop.told) {
        Product* product = replayed.find(sku_of(fact));
        if (product == nullptr) product = &replayed.add(sku_of(fact));
        RC_ASSERT(product->apply(fact, ++lsn));
        product->set_current_to(shop.repository.find(sku_of(fact))->current_to());
    }
    RC_ASSERT(state_hash(replayed) == state_hash(shop.repository));
    RC_ASSERT(shortages({}, replayed).value() == shortages({}, shop.repository).value());
}

RC_BOOST_PROP(then_a_unit_that_is_not_committed_leaves_the_state_as_it_was, ()) {
    Shop shop;
    NaiveModel model;
    const int length = *rc::gen::inRange(0, 60);
    for (int i = 0; i < length; ++i) step(shop, model);
    const auto before = state_hash(shop.repository);
    {
        UnitOfWork work{shop.repository, shop.journal};
        const int changes = *rc::gen::inRange(1, 20);
        for (int i = 0; i < changes; ++i) {
            const auto line = pick_line();
            const auto batch = BatchRef::of(pick_ref()).value();
            const auto eta = pick_eta();
            const Eta day = eta.empty() ? Eta::warehouse() : Eta::parse(eta).value();
            (void)handle(
                AddBatch{batch, Sku::of(line.sku).value(), Shop::quantity(line.units), day}, work);
            if (Product* const product = work.find(Sku::of(line.sku).value())) {
                (void)product->allocate(Shop::line(line.order, line.sku, line.units), work);
            }
            const auto units = *rc::gen::inRange<std::int64_t>(0, 30);
            (void)handle(ChangeBatchQuantity{batch, Purchased::of(units).value()}, work);
            (void)handle(Reschedule{batch, day}, work);
            (void)handle(Deallocate{OrderId::of(pick("order-", 8)).value()}, work);
            if (Product* const product = work.find(Sku::of(line.sku).value())) {
                const auto other = Shop::line(pick("order-", 8), line.sku, line.units);
                if (!product->allocate(other, work)) work.record(*product, OutOfStock{other});
            }
        }
    }
    RC_ASSERT(state_hash(shop.repository) == before);
    RC_ASSERT(violations(shop.repository).empty());
}

BOOST_AUTO_TEST_SUITE_END()
