// Any history of a store on a simulated disk, with restarts, kills and power cuts in the middle of
// it, held against the naive model: every answer, and the whole state after every command.
//
// RC_PARAMS="max_success=10000 max_size=200" runs as many histories of up to so many commands.
#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>

#include "engine/invariants.hpp"
#include "storage/store.hpp"
#include "tests/commands/step.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// A store by the calls that execute one command.
struct StoreCalls {
    Store& store;
    bool waits;

    auto handle(const auto& command) { return store.handle_async(command); }
    Answer<Result<BatchRef>> handle(const Allocate& command) {
        if (!waits) return store.handle_async(command);
        auto result = store.allocate(command.line);  // looks ahead
        return {std::move(result), store.journal().last()};
    }
    auto explain(const AllocateOrder& order) { return store.explain(order); }
    [[nodiscard]] const Journal& journal() { return store.journal(); }
};

/// A store and what it should be, through any number of lives.
class Life {
public:
    Life() { open(); }

    void live(const Step& step) {
        switch (step.kind) {
            case Step::Kind::snapshot:
                RC_ASSERT(store_->snapshot() == model_.facts);
                acknowledge(model_.facts);
                break;
            case Step::Kind::restart:
                store_.reset();
                open();
                RC_ASSERT(store_->status().last == model_.facts);
                acknowledge(model_.facts);
                break;
            case Step::Kind::kill:
                end_with(disk_->after_kill());
                break;
            case Step::Kind::power_cut: {
                Random damage{step.damage};
                end_with(disk_->after_power_cut(damage));
                break;
            }
            default:
                act(step.act, step.waits);
        }
        const std::scoped_lock lock{store_->mutex()};
        Repository& repository = store_->bus().repository();
        RC_ASSERT(violations(repository).empty());
        RC_ASSERT(store_->journal().last() == model_.facts);
        RC_ASSERT(describe(repository) == describe(model_));
    }

private:
    /// It is waited for, or the next ones come while it is not durable yet.
    void act(const Act& act, bool waits) {
        const Played expected = play(act.unit, model_, act.whole);
        RC_ASSERT(played(act, waits) == expected);
        models_[model_.facts] = model_;
        if (waits) store_->wait(expected.lsn);
        // An explanation has waited for all that it saw.
        if (waits || act.unit.front().front() == "EXPLAIN") acknowledge(expected.lsn);
    }

    Played played(const Act& act, bool waits) {
        StoreCalls calls{*store_, waits};
        if (act.unit.size() == 1) return play(act.unit.front(), calls);
        const std::scoped_lock lock{store_->mutex()};
        return play(act.unit, store_->bus(), act.whole);
    }

    /// What came before this can not be what is recovered.
    void acknowledge(Lsn last) {
        acknowledged_ = last;
        models_.erase(models_.begin(), models_.lower_bound(last));
    }

    void end_with(std::unique_ptr<SimulatedDisk> left) {
        store_.reset();  // on the other disk
        disk_ = std::move(left);
        open();
        const Lsn recovered = store_->status().last;
        RC_ASSERT(recovered >= acknowledged_);
        RC_ASSERT(models_.contains(recovered));  // not half a unit
        model_ = models_.at(recovered);
        models_.erase(models_.upper_bound(recovered), models_.end());
        acknowledge(recovered);
    }

    void open() {
        StoreOptions options;
        options.segment_bytes = 8U << 10U;
        options.snapshot_every_bytes = 4U << 10U;
        store_ = std::make_unique<Store>(Store::open(*disk_, "store", options));
    }

    std::unique_ptr<SimulatedDisk> disk_ = std::make_unique<SimulatedDisk>();
    std::unique_ptr<Store> store_;
    NaiveModel model_;
    std::map<Lsn, NaiveModel> models_{{0, {}}};  // that may be recovered, by their last fact
    Lsn acknowledged_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_with_any_history)

RC_BOOST_PROP(when_a_history_is_played_then_every_answer_and_state_is_the_naive_models,
              (const std::vector<Step>& steps)) {
    Life life;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        // Now and then a command comes twice.
        const bool again = steps[i].kind == Step::Kind::again;
        if (!again) life.live(steps[i]);
        if (again && i != 0 && steps[i - 1].kind != Step::Kind::again) life.live(steps[i - 1]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
