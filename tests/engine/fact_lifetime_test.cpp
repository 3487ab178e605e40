// Facts view names: each owner of the text keeps it as long as it promises. A text that has served
// is overwritten and freed here, so that a view of it is seen by the test, and by ASan.
#include <boost/test/unit_test.hpp>
#include <memory>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

namespace {

/// A command on the heap until it has been executed.
template <class Command>
class ShortLived {
public:
    explicit ShortLived(const Command& command) : command_{std::make_unique<Command>(command)} {}
    auto handle_in(UnitOfWork& work, const Command& other) {
        auto result = handle(*command_, work);
        *command_ = other;
        command_.reset();
        return result;
    }

private:
    std::unique_ptr<Command> command_;
};

const Fact spoons_added = BatchAdded{"SPOON", "b1", 10, Eta::warehouse()};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_names_that_are_gone)

BOOST_AUTO_TEST_CASE(when_a_fact_was_copied_then_the_copy_has_them) {
    auto sku = std::make_unique<Sku>(Sku{"SPOON"});
    FactRun copy = FactRun::copy_of({3, 7, BatchAdded{*sku, "b1", 10, Eta::warehouse()}});
    *sku = "FORKS";
    sku.reset();
    BOOST_TEST((copy.front() == CommittedFact{3, 7, spoons_added}));
    const FactRun another = copy.first(1);
    copy = {};
    BOOST_TEST((another.front().fact == spoons_added));
}

BOOST_FIXTURE_TEST_CASE(when_the_names_were_a_commands_then_its_unit_of_work_has_them,
                        EngineFixture) {
    const auto add = [](UnitOfWork& work) -> Result<void> {
        ShortLived<AddBatch>{{"b1", "SPOON", 10}}.handle_in(work, {"b9", "FORKS", 1}).value();
        for (int i = 0; i < 20; ++i) {  // more names than a unit holds by itself
            const std::string ref = "another-batch-of-spoons-" + std::to_string(i);
            handle(AddBatch{BatchRef::of(ref).value(), "SPOON", 1}, work).value();
        }
        BOOST_TEST((work.facts().front() == spoons_added));
        BOOST_TEST((sku_of(work.facts().back()) == "SPOON"));
        return {};
    };
    BOOST_TEST(bus.transact(add).result.has_value());
    read_facts();
    BOOST_TEST((facts.front() == spoons_added));
}

BOOST_FIXTURE_TEST_CASE(when_the_unit_is_refused_then_it_is_undone_by_them, EngineFixture) {
    add_batch("b0", "SPOON", 4);
    allocate("o0", "SPOON", 4);
    const auto before = state_hash(repository);
    const auto refused = bus.transact([](UnitOfWork& work) -> Result<void> {
        ShortLived<AddBatch>{{"b1", "SPOON", 10}}.handle_in(work, {"b9", "FORKS", 1}).value();
        ShortLived<Deallocate>{{"o0"}}.handle_in(work, {"o9"}).value();
        return Refusal::version_conflict;
    });
    BOOST_TEST(refused.result.has_error());
    BOOST_TEST(state_hash(repository) == before);
}

BOOST_FIXTURE_TEST_CASE(when_the_names_were_a_refused_lines_then_the_line_is_short, EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto ask = [](UnitOfWork& work) -> Result<BatchRef> {
        return work.attempt([](UnitOfWork& part) {
            return ShortLived<Allocate>{{{"o1", "SPOON", 11}}}.handle_in(part,
                                                                         {{"o9", "FORKS", 1}});
        });
    };
    BOOST_TEST(bus.transact(ask).result.has_error());
    BOOST_TEST((shortages() == Strings{"o1 SPOON 11 2"}));
}

BOOST_FIXTURE_TEST_CASE(when_the_names_were_a_released_lines_then_the_line_is_allocated_again,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    add_batch("b2", "SPOON", 10, later);
    allocate("o1", "SPOON", 10);  // its order is gone from the store once it is released
    BOOST_TEST(set_quantity("b1", 1) == "1");
    BOOST_TEST((allocations("o1") == Strings{"SPOON 10 b2"}));
    BOOST_TEST((facts.back() == Fact{LineAllocated{{"o1", "SPOON", 10}, "b2", 3}}));
}

BOOST_AUTO_TEST_SUITE_END()
