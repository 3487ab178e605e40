// Random histories of a store on a simulated disk, with restarts, kills and power cuts, compared
// with the naive model: every answer, and the whole state after every command.
//
// RC_PARAMS="max_success=10000 max_size=200" runs as many histories of up to so many commands.
#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>

#include "engine/invariants.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/engine/naive_model.hpp"
#include "tests/engine/step.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

template <class T>
std::string text_of(const Result<T>& result) {
    return std::string{to_string(result.error())};
}
std::string text_of(const Result<void>& result) { return result ? "ok" : text_of<void>(result); }
std::string text_of(const Result<std::size_t>& result) {
    return result ? std::to_string(*result) : text_of<std::size_t>(result);
}
std::string text_of(const Result<BatchRef>& result) {
    return result ? std::string{result->view()} : text_of<BatchRef>(result);
}
std::string text_of(const OrderResult& result) {
    if (!result) {
        return std::string{to_string(result.error().refusal)} + " " +
               std::to_string(result.error().line);
    }
    std::string all;
    for (const BatchRef& ref : *result) all += std::string{ref.view()} + " ";
    return all;
}

/// A store and its model, over any number of runs.
class Life {
public:
    Life() { open(); }

    void live(const Step& step) {
        switch (step.kind) {
            case Step::Kind::snapshot:
                RC_ASSERT(store_->snapshot() == model_.facts);
                told(model_.facts);
                break;
            case Step::Kind::restart:
                store_.reset();
                open();
                RC_ASSERT(store_->status().last == model_.facts);
                told(model_.facts);
                break;
            case Step::Kind::kill:
                end_with(disk_->after_kill());
                break;
            case Step::Kind::power_cut: {
                Random damage{step.draw};
                end_with(disk_->after_power_cut(damage));
                break;
            }
            default:
                command(step);
        }
        compare();
    }

private:
    /// Executes a command, and waits until it is durable or not, as the step says.
    void command(const Step& step) {
        const Lsn last = answer(step);
        models_[model_.facts] = model_;
        if (step.waits) {
            store_->wait(last);
            told(last);
        }
    }

    /// \return the LSN that makes the answer certain.
    Lsn answer(const Step& step) {
        const auto same = [&](const auto& answer, const std::string& expected) {
            RC_ASSERT(text_of(answer.result) == expected);
            RC_ASSERT(answer.lsn == model_.facts);
            return answer.lsn;
        };
        const auto ref = BatchRef::of(step.ref()).value();
        const auto order = OrderId::of(step.order()).value();
        const auto sku = Sku::of(step.sku()).value();
        const auto units = Quantity::of(step.units).value();
        const Eta eta = step.eta().empty() ? Eta::warehouse() : Eta::parse(step.eta()).value();
        switch (step.kind) {
            case Step::Kind::add_batch:
                return same(store_->handle_async(AddBatch{ref, sku, units, eta}),
                            model_.add_batch(step.ref(), step.sku(), step.units, step.eta()));
            case Step::Kind::allocate:
                if (step.waits) {  // with the call that prefetches
                    const auto result = store_->allocate({order, sku, units});
                    RC_ASSERT(text_of(result) == model_.allocate(step.line()));
                    return model_.facts;
                }
                return same(store_->handle_async(Allocate{{order, sku, units}}),
                            model_.allocate(step.line()));
            case Step::Kind::allocate_order:
                return same(store_->handle_async(step.order_of_lines()),
                            model_.allocate_order(step.lines()));
            case Step::Kind::deallocate_order:
                return same(store_->handle_async(Deallocate{order}),
                            model_.deallocate({step.order(), "", 0}));
            case Step::Kind::deallocate_sku:
                return same(store_->handle_async(Deallocate{order, sku}),
                            model_.deallocate({step.order(), step.sku(), 0}));
            case Step::Kind::deallocate_line:
                return same(store_->handle_async(Deallocate{order, sku, units}),
                            model_.deallocate(step.line()));
            case Step::Kind::set_quantity: {
                const auto purchased = Purchased::of(step.units - 1).value();
                return same(store_->handle_async(ChangeBatchQuantity{ref, purchased}),
                            model_.set_quantity(step.ref(), step.units - 1));
            }
            case Step::Kind::reschedule:
                return same(store_->handle_async(Reschedule{ref, eta}),
                            model_.reschedule(step.ref(), step.eta()));
            case Step::Kind::receive:
                return same(store_->handle_async(Reschedule{ref, Eta::warehouse()}),
                            model_.reschedule(step.ref(), ""));
            default:
                return explain(step);
        }
    }

    Lsn explain(const Step& step) {
        std::vector<std::string> rows;
        for (const ExplainedLine& line : store_->explain(step.order_of_lines())) {
            for (const Candidate& batch : line.candidates) {
                constexpr const char* verdicts[] = {"chosen", "holds the line", "too small",
                                                    "not needed"};
                rows.push_back(std::string{batch.batch.view()} + " " +
                               std::to_string(batch.available) + " " +
                               verdicts[static_cast<std::size_t>(batch.verdict)]);
            }
            rows.push_back(text_of(line.outcome));
        }
        RC_ASSERT(rows == model_.explain(step.lines()));
        told(model_.facts);  // the answer has waited for everything that it read
        return model_.facts;
    }

    /// The state was acknowledged: no earlier state may be recovered.
    void told(Lsn last) {
        told_ = last;
        models_.erase(models_.begin(), models_.lower_bound(last));
    }

    void end_with(std::unique_ptr<SimulatedDisk> left) {
        store_.reset();  // on the other disk
        disk_ = std::move(left);
        open();
        const Lsn recovered = store_->status().last;
        RC_ASSERT(recovered >= told_);
        RC_ASSERT(models_.contains(recovered));  // a whole unit
        model_ = models_.at(recovered);
        models_.erase(models_.upper_bound(recovered), models_.end());
        told(recovered);
    }

    void open() {
        StoreOptions options;
        options.segment_bytes = 8U << 10U;
        options.snapshot_every_bytes = 4U << 10U;
        store_ = std::make_unique<Store>(Store::open(*disk_, "store", options));
    }

    void compare() {
        const std::scoped_lock lock{store_->mutex()};
        Repository& repository = store_->bus().repository();
        RC_ASSERT(violations(repository).empty());
        RC_ASSERT(store_->journal().last() == model_.facts);
        RC_ASSERT(repository.ledger().batch_count() == model_.batches.size());
        for (int i = 0; i < Step::skus; ++i) compare_product(Step::sku(i), repository);
        for (int i = 0; i < Step::orders; ++i) compare_order(Step::order(i), repository);
        compare_shortages(repository);
    }

    void compare_shortages(Repository& repository) {
        std::vector<std::string> rows;
        for (const auto& [line, since] : shortages({}, repository).value()) {
            rows.push_back(std::string{line.order.view()} + " " + std::string{line.sku.view()} +
                           " " + std::to_string(line.quantity.units()) + " " +
                           std::to_string(since));
        }
        RC_ASSERT(rows == model_.shortage_rows());
    }

    void compare_product(const std::string& name, Repository& repository) {
        const Sku sku = Sku::of(name).value();
        const auto expected = model_.ranked_batches(name);
        const auto rows = stock(sku, repository);
        RC_ASSERT(rows.has_value() == !expected.empty());
        if (!rows) return;
        RC_ASSERT(repository.find(sku)->version() == model_.versions[name]);
        RC_ASSERT(rows->size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const BatchStock& row = (*rows)[i];
            RC_ASSERT(row.batch.view() == expected[i]->ref);
            RC_ASSERT(row.purchased == expected[i]->purchased);
            RC_ASSERT(row.available == expected[i]->available());
            RC_ASSERT(row.eta.to_string() == expected[i]->eta);
        }
    }

    /// Compares the lines of an order, in the order of their first allocation.
    void compare_order(const std::string& name, Repository& repository) {
        std::map<std::uint64_t, std::string> expected;
        for (const auto& batch : model_.batches) {
            for (const auto& line : batch.lines) {
                if (line.order != name) continue;
                expected[line.fact] = line.sku + " " + std::to_string(line.units) + " " + batch.ref;
            }
        }
        const auto rows = allocations(OrderId::of(name).value(), repository);
        RC_ASSERT(rows.size() == expected.size());
        auto row = rows.begin();
        for (const auto& [fact, text] : expected) {
            RC_ASSERT(std::string{row->sku.view()} + " " + std::to_string(row->quantity.units()) +
                          " " + std::string{row->batch.view()} ==
                      text);
            ++row;
        }
    }

    std::unique_ptr<SimulatedDisk> disk_ = std::make_unique<SimulatedDisk>();
    std::unique_ptr<Store> store_;
    NaiveModel model_;
    std::map<Lsn, NaiveModel> models_{{0, {}}};  // the recoverable states, by their last fact
    Lsn told_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_with_any_history)

RC_BOOST_PROP(G9_then_every_answer_and_state_is_the_naive_models,
              (const std::vector<Step>& steps)) {
    Life life;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        // Sometimes a command comes twice.
        const bool again = steps[i].kind == Step::Kind::again;
        if (again && i == 0) continue;
        life.live(again && steps[i - 1].kind != Step::Kind::again ? steps[i - 1] : steps[i]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
