// R8: a line that was moved once keeps its seniority.
#include <boost/test/unit_test.hpp>
#include <ctime>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

namespace {

/// LSN 1 and 2: two batches. LSN 3: o1 is on a. LSN 4 and 5: o2 and o3 are on b. LSN 6 to 8: a is
/// empty, and o1 is on b.
struct MovedLinesFixture : EngineFixture {
    MovedLinesFixture() {
        add_batch("a", "SPOON", 5);
        add_batch("b", "SPOON", 15, later);
        allocate("o1", "SPOON", 5);
        allocate("o2", "SPOON", 5);
        allocate("o3", "SPOON", 5);
        set_quantity("a", 0);
    }
    [[nodiscard]] Strings orders_on(std::string_view batch) const {
        const Ledger& ledger = repository.ledger();
        Strings orders;
        for (Index at = ledger.first_line(ledger.find_batch(batch)); at != no_index;
             at = ledger.line(at).later) {
            orders.emplace_back(ledger.order_id(ledger.line(at)));
        }
        return orders;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_line_that_was_moved)

BOOST_FIXTURE_TEST_CASE(R8_when_its_batch_shrinks_then_newer_lines_go_first, MovedLinesFixture) {
    BOOST_TEST(orders_on("b") == (Strings{"o1", "o2", "o3"}));
    BOOST_TEST(set_quantity("b", 10) == "1");
    BOOST_TEST(allocations("o1") == Strings{"SPOON 5 b"});
    BOOST_TEST(allocations("o3").empty());
    BOOST_TEST(shortages() == Strings{"o3 SPOON 5 11"});
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(R8_when_a_line_is_moved_then_the_fact_has_its_first_allocation,
                        MovedLinesFixture) {
    BOOST_TEST((facts.back() == Fact{LineAllocated{line("o1", "SPOON", 5), "b", 3}}));
    add_batch("c", "SPOON", 50, today);
    set_quantity("b", 0);
    const std::vector<Fact> last(facts.end() - 3, facts.end());
    BOOST_TEST((last == std::vector<Fact>{LineAllocated{line("o1", "SPOON", 5), "c", 3},
                                          LineAllocated{line("o2", "SPOON", 5), "c", 4},
                                          LineAllocated{line("o3", "SPOON", 5), "c", 5}}));
    BOOST_TEST(deallocate("o1", "SPOON", 5) == 1U);
    BOOST_TEST((facts.back() == Fact{LineDeallocated{line("o1", "SPOON", 5), "c", 3}}));
}

BOOST_FIXTURE_TEST_CASE(R8_when_a_moved_line_comes_between_others_then_it_is_ordered_by_seniority,
                        MovedLinesFixture) {
    add_batch("c", "SPOON", 8, tomorrow);  // LSN 9
    add_batch("d", "SPOON", 20, today);    // LSN 10
    allocate("o4", "SPOON", 20);
    allocate("o5", "SPOON", 8);
    deallocate("o4", "SPOON", 20);
    allocate("o6", "SPOON", 1);
    set_quantity("c", 0);  // o5 to d, which o6 was on before
    set_quantity("b", 5);  // o2 and o3, the latest of b, to d
    BOOST_TEST(orders_on("d") == (Strings{"o2", "o3", "o5", "o6"}));
    BOOST_TEST(orders_on("b") == Strings{"o1"});
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(R8_when_the_line_is_deallocated_then_its_seniority_begins_anew,
                        MovedLinesFixture) {
    deallocate("o1", "SPOON", 5);
    allocate("o1", "SPOON", 5);
    BOOST_TEST(orders_on("b") == (Strings{"o2", "o3", "o1"}));
}

BOOST_FIXTURE_TEST_CASE(R8_when_the_line_was_short_in_between_then_its_seniority_begins_anew,
                        MovedLinesFixture) {
    set_quantity("b", 0);
    set_quantity("b", 15);
    allocate("o3", "SPOON", 5);
    allocate("o1", "SPOON", 5);
    BOOST_TEST(orders_on("b") == (Strings{"o3", "o1"}));
    BOOST_TEST((facts.back() == Fact{LineAllocated{line("o1", "SPOON", 5), "b"}}));
}

BOOST_FIXTURE_TEST_CASE(R8_when_the_order_is_listed_then_it_keeps_its_position, MovedLinesFixture) {
    add_batch("f", "FORK", 5);
    allocate("o2", "FORK", 5);
    add_batch("c", "SPOON", 50, today);
    set_quantity("b", 0);
    BOOST_TEST(allocations("o2") == (Strings{"SPOON 5 c", "FORK 5 f"}));
}

BOOST_FIXTURE_TEST_CASE(R8_when_the_unit_fails_then_all_lines_are_as_before, MovedLinesFixture) {
    add_batch("c", "SPOON", 12, today);
    allocate("o4", "SPOON", 2);
    const auto before = state_hash(repository);
    {
        UnitOfWork work{repository, journal};
        (void)handle(ChangeBatchQuantity{"b", Purchased::of(5).value()}, work).value();
        BOOST_TEST(orders_on("c") == (Strings{"o2", "o3", "o4"}));
        (void)handle(ChangeBatchQuantity{"c", Purchased::of(0).value()}, work).value();
        (void)handle(Deallocate{"o1"}, work);
    }
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(R8_when_a_fact_has_an_impossible_seniority_then_it_is_not_applied,
                        MovedLinesFixture) {
    add_batch("c", "SPOON", 50);
    Product& spoon = *repository.find("SPOON");
    const auto before = state_hash(repository);
    const OrderLine other = line("o9", "SPOON", 5);
    set_quantity("b", 15);
    BOOST_TEST(!spoon.apply(LineAllocated{other, "c", 20}, 20));  // not older than the fact
    BOOST_TEST(!spoon.apply(LineAllocated{other, "c", 21}, 20));
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(spoon.apply(LineAllocated{other, "c", 6}, 20));
    BOOST_TEST(!spoon.apply(LineAllocated{line("o8", "SPOON", 1), "c", 6}, 21));  // is another's
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_two_batches_of_many_lines)

namespace {
/// Two batches with so many lines each, and units for as many more.
struct FullBatchFixture : EngineFixture {
    explicit FullBatchFixture(int lines) : lines_{lines} {
        for (int i = 0; i < 2 * lines; ++i) add_batch("f" + std::to_string(i), "FORK", 1);
        for (const std::string batch : {"b", "c"}) {
            add_batch(batch, "SPOON", 2 * lines, batch == "b" ? later : tomorrow);
            for (int i = 0; i < lines; ++i) allocate(batch + std::to_string(i), "SPOON", 1);
        }
    }
    /// Moves as many lines to the two batches alternately, with a seniority after the LSN. \return
    /// the processor time in seconds.
    double move(Lsn after) {
        Product& spoon = *repository.find("SPOON");
        const Lsn moved_at = journal.last() + 2 * static_cast<Lsn>(lines_) + 1;
        const std::clock_t begin = std::clock();
        for (int i = 0; i < 2 * lines_; ++i) {
            const OrderLine moved = line("moved-" + std::to_string(i), "SPOON", 1);
            const BatchRef batch = i % 2 == 0 ? BatchRef{"b"} : BatchRef{"c"};
            BOOST_REQUIRE(spoon.apply(LineAllocated{moved, batch, ++after}, moved_at));
        }
        const std::clock_t end = std::clock();
        BOOST_TEST(violations(repository).empty());
        return static_cast<double>(end - begin) / CLOCKS_PER_SEC;
    }

private:
    int lines_;
};
}  // namespace

// A walk over all lines for each moved line would take many times as long.
BOOST_AUTO_TEST_CASE(
    R8_when_old_lines_are_moved_then_the_move_takes_no_longer_than_that_of_new_lines) {
    constexpr int lines = 8'000;
    FullBatchFixture newest{lines}, oldest{lines};
    const double at_the_end = newest.move(newest.journal.last());
    BOOST_TEST(oldest.move(0) < 8 * at_the_end);
}

BOOST_AUTO_TEST_SUITE_END()
