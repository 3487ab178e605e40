#include <boost/test/unit_test.hpp>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_batch)

BOOST_FIXTURE_TEST_CASE(when_a_line_is_allocated_then_less_is_available, EngineFixture) {
    add_batch("batch-001", "SMALL-TABLE", 20);
    allocate("order-ref", "SMALL-TABLE", 2);
    BOOST_TEST(available("batch-001") == 18);
}

BOOST_AUTO_TEST_CASE(when_a_line_is_smaller_larger_or_equal_then_it_fits_or_not) {
    const auto can = [](int has, int required) {
        const Batch batch{"batch-001", 0, {Eta::warehouse(), 1}, Purchased::of(has).value()};
        return batch.can_allocate(EngineFixture::quantity(required));
    };
    BOOST_TEST(can(20, 2));
    BOOST_TEST(!can(2, 20));
    BOOST_TEST(can(2, 2));
}

BOOST_FIXTURE_TEST_CASE(when_the_sku_is_another_then_it_is_not_allocated, EngineFixture) {
    add_batch("batch-001", "UNCOMFORTABLE-CHAIR", 100);
    BOOST_TEST(allocate("order-123", "EXPENSIVE-TOASTER", 10) == "unknown SKU");
    BOOST_TEST(available("batch-001") == 100);
}

BOOST_FIXTURE_TEST_CASE(when_a_line_is_allocated_twice_then_it_counts_once, EngineFixture) {
    add_batch("batch-001", "ANGULAR-DESK", 20);
    allocate("order-123", "ANGULAR-DESK", 2);
    allocate("order-123", "ANGULAR-DESK", 2);
    BOOST_TEST(available("batch-001") == 18);
}

BOOST_FIXTURE_TEST_CASE(when_a_line_is_deallocated_then_its_units_are_available_again,
                        EngineFixture) {
    add_batch("batch-001", "EXPENSIVE-FOOTSTOOL", 20);
    allocate("order-123", "EXPENSIVE-FOOTSTOOL", 2);
    BOOST_TEST(deallocate("order-123", "EXPENSIVE-FOOTSTOOL", 2) == 1U);
    BOOST_TEST(available("batch-001") == 20);
}

BOOST_FIXTURE_TEST_CASE(when_an_unknown_line_is_deallocated_then_nothing_changes, EngineFixture) {
    add_batch("batch-001", "DECORATIVE-TRINKET", 20);
    BOOST_TEST(deallocate("order-123", "DECORATIVE-TRINKET", 2) == 0U);
    BOOST_TEST(available("batch-001") == 20);
    BOOST_TEST(version("DECORATIVE-TRINKET") == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_a_batch_comes_again_then_it_must_be_the_same, EngineFixture) {
    BOOST_TEST(add_batch("b1", "SPOON", 10, today) == "ok");
    BOOST_TEST(add_batch("b1", "SPOON", 10, today) == "ok");
    BOOST_TEST(journal.last() == 1U);
    BOOST_TEST(add_batch("b1", "SPOON", 11, today) == "batch exists");
    BOOST_TEST(add_batch("b1", "SPOON", 10, later) == "batch exists");
    BOOST_TEST(add_batch("b1", "FORK", 10, today) == "batch exists");
    BOOST_TEST(repository.find("FORK") == nullptr);
    set_quantity("b1", 12);
    BOOST_TEST(add_batch("b1", "SPOON", 12, today) == "ok");  // as it is now
    BOOST_TEST(available("b1") == 12);
}

BOOST_FIXTURE_TEST_CASE(when_a_sku_has_as_many_batches_as_one_may_have_then_one_more_is_refused,
                        EngineFixture) {
    for (std::size_t n = 0; n < Product::batches_max; ++n) {
        (void)bus.handle(AddBatch{BatchRef::of(std::to_string(n)).value(), "SPOON", 1});
    }
    BOOST_TEST(add_batch("one-more", "SPOON", 1) == "too many batches");
    BOOST_TEST(add_batch("17", "SPOON", 1) == "ok");  // is there already
    BOOST_TEST(add_batch("one-more", "FORK", 1) == "ok");
    BOOST_TEST(journal.last() == Product::batches_max + 1);
}

BOOST_FIXTURE_TEST_CASE(when_an_unknown_batch_or_a_negative_is_set_then_it_is_refused,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    BOOST_TEST(set_quantity("b2", 5) == "unknown batch");
    BOOST_TEST((Purchased::parse("-1") == Result<Purchased>{Refusal::bad_quantity}));
    BOOST_TEST((Purchased::of(-1) == Result<Purchased>{Refusal::bad_quantity}));
    BOOST_TEST(reschedule("b2", today) == "unknown batch");
    BOOST_TEST(journal.last() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
