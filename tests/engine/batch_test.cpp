#include <boost/test/unit_test.hpp>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_batch)

BOOST_FIXTURE_TEST_CASE(B1_when_a_line_is_allocated_then_less_is_available, EngineFixture) {
    add_batch("batch-001", "SMALL-TABLE", 20);
    allocate("order-ref", "SMALL-TABLE", 2);
    BOOST_TEST(available("batch-001") == 18);
}

BOOST_AUTO_TEST_CASE(B2_B3_B4_when_a_line_is_smaller_larger_or_equal_then_it_fits_or_not) {
    const auto can = [](int has, int required) {
        const Batch batch{"batch-001", 0, {Eta::warehouse(), 1}, Purchased::of(has).value()};
        return batch.can_allocate(EngineFixture::quantity(required));
    };
    BOOST_TEST(can(20, 2));
    BOOST_TEST(!can(2, 20));
    BOOST_TEST(can(2, 2));
}

BOOST_FIXTURE_TEST_CASE(B5_when_the_sku_is_another_then_it_is_not_allocated, EngineFixture) {
    add_batch("batch-001", "UNCOMFORTABLE-CHAIR", 100);
    BOOST_TEST(allocate("order-123", "EXPENSIVE-TOASTER", 10) == "unknown SKU");
    BOOST_TEST(available("batch-001") == 100);
}

BOOST_FIXTURE_TEST_CASE(B6_when_a_line_is_allocated_twice_then_it_counts_once, EngineFixture) {
    add_batch("batch-001", "ANGULAR-DESK", 20);
    allocate("order-123", "ANGULAR-DESK", 2);
    allocate("order-123", "ANGULAR-DESK", 2);
    BOOST_TEST(available("batch-001") == 18);
}

BOOST_FIXTURE_TEST_CASE(B7_when_a_line_is_deallocated_then_its_units_are_available_again,
                        EngineFixture) {
    add_batch("batch-001", "EXPENSIVE-FOOTSTOOL", 20);
    allocate("order-123", "EXPENSIVE-FOOTSTOOL", 2);
    BOOST_TEST(deallocate("order-123", "EXPENSIVE-FOOTSTOOL", 2) == 1U);
    BOOST_TEST(available("batch-001") == 20);
}

BOOST_FIXTURE_TEST_CASE(B8_when_an_unknown_line_is_deallocated_then_nothing_changes,
                        EngineFixture) {
    add_batch("batch-001", "DECORATIVE-TRINKET", 20);
    BOOST_TEST(deallocate("order-123", "DECORATIVE-TRINKET", 2) == 0U);
    BOOST_TEST(available("batch-001") == 20);
    BOOST_TEST(version("DECORATIVE-TRINKET") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
