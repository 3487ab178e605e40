// R14: a line that no batch could take is short until it is allocated or withdrawn.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

namespace {

/// LSN 1: a batch of ten. LSN 2: o1 is refused more.
struct ShortageFixture : EngineFixture {
    ShortageFixture() {
        add_batch("b1", "SPOON", 10);
        allocate("o1", "SPOON", 12);
    }
    /// Executes `decide` in a unit that fails in the end.
    template <class Decide>
    void fail(Decide&& decide) {
        UnitOfWork work{repository, journal};
        decide(work);
        BOOST_TEST(violations(repository).empty());
    }
    std::size_t deallocate_all(std::string_view order) {
        return run(Deallocate{OrderId::of(order).value()}).value();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_line_that_no_batch_could_take)

BOOST_FIXTURE_TEST_CASE(R14_when_the_line_is_refused_then_it_is_short_since_that_refusal,
                        ShortageFixture) {
    BOOST_TEST(shortages() == Strings{"o1 SPOON 12 2"});
    BOOST_TEST(shortages(Sku{"SPOON"}) == Strings{"o1 SPOON 12 2"});
    add_batch("b2", "FORK", 1);
    BOOST_TEST(shortages(Sku{"FORK"}).empty());
    BOOST_TEST(
        (allot::shortages({.sku = Sku{"KNIFE"}}, repository).error() == Refusal::unknown_sku));
}

BOOST_FIXTURE_TEST_CASE(R14_when_the_line_is_refused_again_then_its_shortage_is_the_same,
                        ShortageFixture) {
    allocate("o2", "SPOON", 11);
    BOOST_TEST(allocate("o1", "SPOON", 12) == "out of stock");
    BOOST_TEST((facts.back() == Fact{OutOfStock{line("o2", "SPOON", 11)}}));
    BOOST_TEST(journal.last() == 3U);  // the same refusal again records nothing
    const AllocateOrder order{"o1", {{"SPOON", 1}, {"SPOON", 12}}};
    BOOST_TEST((run(order).error().refusal == Refusal::out_of_stock));
    BOOST_TEST(journal.last() == 3U);
    BOOST_TEST(shortages() == (Strings{"o1 SPOON 12 2", "o2 SPOON 11 3"}));
}

BOOST_FIXTURE_TEST_CASE(R14_when_the_same_line_is_allocated_then_it_is_served, ShortageFixture) {
    add_batch("b2", "SPOON", 20, later);
    BOOST_TEST(allocate("o1", "SPOON", 12) == "b2");
    BOOST_TEST(shortages().empty());
    allocate("o2", "SPOON", 100);
    BOOST_TEST(shortages() == Strings{"o2 SPOON 100 5"});
}

BOOST_FIXTURE_TEST_CASE(R14_when_another_quantity_is_allocated_then_it_is_short_still,
                        ShortageFixture) {
    BOOST_TEST(allocate("o1", "SPOON", 10) == "b1");
    BOOST_TEST(shortages() == Strings{"o1 SPOON 12 2"});
    // A customer who has taken less withdraws the shortage.
    BOOST_TEST(deallocate("o1", "SPOON", 12) == 0U);
    BOOST_TEST(shortages().empty());
    BOOST_TEST(allocations("o1") == Strings{"SPOON 10 b1"});
}

BOOST_FIXTURE_TEST_CASE(R14_when_withdrawn_then_that_is_a_fact_and_no_line_is_counted,
                        ShortageFixture) {
    const Version before = version("SPOON");
    BOOST_TEST(deallocate("o1", "SPOON", 12) == 0U);
    BOOST_TEST((facts.back() == Fact{ShortageWithdrawn{line("o1", "SPOON", 12)}}));
    BOOST_TEST(shortages().empty());
    BOOST_TEST(version("SPOON") == before);
    const Lsn last = journal.last();
    BOOST_TEST(deallocate("o1", "SPOON", 12) == 0U);  // R10: it is not there any more
    BOOST_TEST(journal.last() == last);
}

BOOST_FIXTURE_TEST_CASE(R14_when_lines_are_deallocated_then_those_that_are_meant_go,
                        ShortageFixture) {
    add_batch("b2", "FORK", 5);
    allocate("o1", "FORK", 6);
    allocate("o1", "FORK", 7);
    allocate("o2", "FORK", 6);
    allocate("o1", "FORK", 5);
    BOOST_TEST(deallocate("o1", "FORK", 7) == 0U);
    BOOST_TEST(shortages() == (Strings{"o1 SPOON 12 2", "o1 FORK 6 4", "o2 FORK 6 6"}));
    BOOST_TEST(run(Deallocate{"o1", Sku{"FORK"}}).value() == 1U);
    BOOST_TEST(shortages() == (Strings{"o1 SPOON 12 2", "o2 FORK 6 6"}));
    BOOST_TEST(deallocate_all("o1") == 0U);
    BOOST_TEST(shortages() == Strings{"o2 FORK 6 6"});
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(R14_when_a_plan_is_explained_then_nothing_is_served_or_opened,
                        ShortageFixture) {
    add_batch("b2", "SPOON", 20, later);
    const auto before = state_hash(repository);
    BOOST_TEST(bus.explain({"o1", {{"SPOON", 12}}}).front().outcome->view() == "b2");
    BOOST_TEST(!bus.explain({"o1", {{"SPOON", 50}}}).front().outcome);
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(shortages() == Strings{"o1 SPOON 12 2"});
}

BOOST_FIXTURE_TEST_CASE(R14_when_a_unit_fails_then_its_shortages_are_as_before, ShortageFixture) {
    add_batch("b2", "SPOON", 20, later);
    allocate("o2", "SPOON", 30);
    allocate("o1", "SPOON", 40);
    const auto before = state_hash(repository);
    Product& spoon = *repository.find("SPOON");
    const OrderLine wanted = line("o1", "SPOON", 12);
    fail([&](UnitOfWork& work) {  // allocated, released and allocated again
        (void)handle(Allocate{wanted}, work).value();
        spoon.deallocate(wanted.order, wanted.quantity, work);
        (void)handle(Allocate{wanted}, work).value();
    });
    BOOST_TEST(state_hash(repository) == before);
    fail([&](UnitOfWork& work) {  // withdrawn, and requested again
        (void)handle(Deallocate{wanted.order}, work);
        work.record(spoon, OutOfStock{wanted});
        work.record(spoon, OutOfStock{wanted});
    });
    BOOST_TEST(state_hash(repository) == before);
    fail([&](UnitOfWork& work) { (void)handle(Allocate{line("o3", "SPOON", 50)}, work); });
    BOOST_TEST(state_hash(repository) == before);
}

BOOST_FIXTURE_TEST_CASE(R14_when_a_fact_contradicts_it_then_that_is_not_applied, ShortageFixture) {
    allocate("o2", "SPOON", 5);
    Product& spoon = *repository.find("SPOON");
    const auto before = state_hash(repository);
    BOOST_TEST(!spoon.apply(OutOfStock{line("o2", "SPOON", 5)}, 10));  // it is allocated
    BOOST_TEST(!spoon.apply(ShortageWithdrawn{line("o2", "SPOON", 5)}, 10));
    BOOST_TEST(!spoon.apply(ShortageWithdrawn{line("o1", "SPOON", 11)}, 10));
    BOOST_TEST(state_hash(repository) == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_released_lines_and_orders)

BOOST_FIXTURE_TEST_CASE(R14_when_a_released_line_finds_no_batch_then_it_is_short, EngineFixture) {
    add_batch("b1", "SPOON", 10);
    add_batch("b2", "SPOON", 3, later);
    allocate("o1", "SPOON", 4);
    allocate("o2", "SPOON", 3);
    BOOST_TEST(set_quantity("b1", 0) == "2");
    BOOST_TEST(allocations("o2") == Strings{"SPOON 3 b2"});
    BOOST_TEST(shortages() == Strings{"o1 SPOON 4 8"});
    BOOST_TEST(set_quantity("b1", 4) == "0");  // stock that comes is given to who asks
    BOOST_TEST(shortages().size() == 1U);
    BOOST_TEST(allocate("o1", "SPOON", 4) == "b1");
    BOOST_TEST(shortages().empty());
}

BOOST_FIXTURE_TEST_CASE(R14_when_an_order_is_refused_then_its_first_such_line_is_short,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    add_batch("b2", "FORK", 1);
    const AllocateOrder order{"o1", {{"SPOON", 5}, {"SPOON", 6}, {"FORK", 2}}};
    (void)run(order);
    BOOST_TEST(shortages() == Strings{"o1 SPOON 6 3"});
    add_batch("b3", "SPOON", 6);
    (void)run(order);  // now the fork is the first, and none is allocated
    BOOST_TEST(shortages() == (Strings{"o1 SPOON 6 3", "o1 FORK 2 5"}));
    add_batch("b4", "FORK", 2);
    BOOST_TEST(run(order).value().size() == 3U);
    BOOST_TEST(shortages().empty());
}

BOOST_FIXTURE_TEST_CASE(
    R14_when_there_are_many_shortages_then_they_are_listed_in_pages_from_the_oldest,
    EngineFixture) {
    add_batch("b1", "SPOON", 1);
    add_batch("b2", "FORK", 1);
    for (int i = 0; i < 300; ++i) {
        allocate("o" + std::to_string(i % 10), i % 2 == 0 ? "SPOON" : "FORK", 2 + i);
    }
    for (int i = 0; i < 300; i += 3) {
        deallocate("o" + std::to_string(i % 10), i % 2 == 0 ? "SPOON" : "FORK", 2 + i);
    }
    BOOST_TEST(violations(repository).empty());
    std::vector<ShortLine> all;
    for (Lsn after = 0;;) {
        const auto part = allot::shortages({.after = after, .rows_max = 64}, repository).value();
        if (part.empty()) break;
        all.insert(all.end(), part.begin(), part.end());
        after = part.back().since;
    }
    BOOST_TEST(all.size() == 200U);
    BOOST_TEST((all == allot::shortages({}, repository).value()));
    BOOST_TEST(shortages(Sku{"FORK"}).size() == 100U);
    for (int i = 0; i < 10; ++i)
        run(Deallocate{OrderId::of("o" + std::to_string(i)).value()}).value();
    BOOST_TEST(shortages().empty());
    BOOST_TEST(violations(repository).empty());
    BOOST_TEST(std::as_const(repository).ledger().shortages().size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
