#include <array>
#include <boost/test/unit_test.hpp>
#include <system_error>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(given_the_service_layer)

BOOST_FIXTURE_TEST_CASE(when_a_line_is_allocated_then_the_answer_is_the_batch, EngineFixture) {
    add_batch("batch1", "COMPLICATED-LAMP", 100);
    BOOST_TEST(allocate("o1", "COMPLICATED-LAMP", 10) == "batch1");
    BOOST_TEST(available("batch1") == 90);
}

BOOST_FIXTURE_TEST_CASE(when_the_sku_is_unknown_then_it_is_refused, EngineFixture) {
    add_batch("b1", "AREALSKU", 100);
    BOOST_TEST(allocate("o1", "NONEXISTENTSKU", 10) == "unknown SKU");
    BOOST_TEST(journal.last() == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_a_command_succeeds_then_its_unit_is_committed, EngineFixture) {
    add_batch("b1", "OMINOUS-MIRROR", 100);
    const Lsn before = journal.last();
    allocate("o1", "OMINOUS-MIRROR", 10);
    BOOST_TEST(journal.last() == before + 1);
}

BOOST_FIXTURE_TEST_CASE(when_a_command_is_refused_or_throws_then_it_leaves_no_trace,
                        EngineFixture) {
    add_batch("b1", "OMINOUS-MIRROR", 100);
    const auto before = state_hash(repository);
    BOOST_TEST(add_batch("b1", "OMINOUS-MIRROR", 99) == "batch exists");
    const auto decide = [&](UnitOfWork& work) -> Result<void> {
        (void)handle(AddBatch{"b2", "NEW-SKU", 1}, work);
        (void)handle(Allocate{line("o1", "OMINOUS-MIRROR", 1)}, work);
        throw std::system_error{std::make_error_code(std::errc::io_error)};
    };
    BOOST_CHECK_THROW(bus.transact(decide), std::system_error);
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(journal.last() == 1U);
    BOOST_TEST(repository.find("NEW-SKU") == nullptr);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_has_no_space_then_the_line_is_not_allocated,
                        EngineFixture) {
    add_batch("b1", "LAMP", 10);
    const std::array lines{LineView{"o1", "LAMP", 2}, LineView{"o2", "LAMP", 2},
                           LineView{"o3", "LAMP", 2}};
    std::array<Result<BatchRef>, 3> results{Refusal::bad_name, Refusal::bad_name,
                                            Refusal::bad_name};
    journal.left = 2;
    BOOST_CHECK_THROW(bus.allocate(lines, results), StorageFull);
    BOOST_TEST(results[0]->view() == "b1");
    BOOST_TEST(results[1]->view() == "b1");
    BOOST_TEST(available("b1") == 6);
    BOOST_TEST(allocations("o3").empty());
    BOOST_CHECK_THROW(allocate("o3", "LAMP", 2), StorageFull);
    BOOST_TEST(available("b1") == 6);
    journal.left = 1;
    BOOST_TEST(allocate("o3", "LAMP", 2) == "b1");
    BOOST_TEST(available("b1") == 4);
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(when_stock_is_out_then_the_history_has_a_fact, EngineFixture) {
    add_batch("b1", "POPULAR-CURTAINS", 9);
    allocate("o1", "POPULAR-CURTAINS", 10);
    BOOST_TEST((facts.back() == Fact{OutOfStock{line("o1", "POPULAR-CURTAINS", 10)}}));
}

BOOST_FIXTURE_TEST_CASE(when_a_quantity_changes_then_so_does_what_is_available, EngineFixture) {
    add_batch("batch1", "ADORABLE-SETTEE", 100);
    BOOST_TEST(set_quantity("batch1", 50) == "0");
    BOOST_TEST(available("batch1") == 50);
}

BOOST_FIXTURE_TEST_CASE(when_a_batch_shrinks_then_its_latest_lines_move, EngineFixture) {
    add_batch("batch1", "INDIFFERENT-TABLE", 50);
    add_batch("batch2", "INDIFFERENT-TABLE", 50, today);
    allocate("order1", "INDIFFERENT-TABLE", 20);
    allocate("order2", "INDIFFERENT-TABLE", 20);
    BOOST_TEST(available("batch1") == 10);
    BOOST_TEST(set_quantity("batch1", 25) == "1");
    BOOST_TEST(available("batch1") == 5);
    BOOST_TEST(available("batch2") == 30);
    BOOST_TEST(allocations("order2") == Strings{"INDIFFERENT-TABLE 20 batch2"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_unit_of_work)

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_left_without_commit_then_it_leaves_no_trace, EngineFixture) {
    add_batch("b1", "SPOON", 10);
    allocate("o1", "SPOON", 3);
    const auto before = state_hash(repository);
    {
        UnitOfWork work{repository, journal};
        (void)handle(AddBatch{"b2", "FORK", 10}, work);
        (void)handle(Allocate{line("o2", "FORK", 10)}, work);
        (void)handle(ChangeBatchQuantity{"b1", 1}, work);
        (void)handle(Reschedule{"b1", "2011-01-01"}, work);
        (void)handle(Deallocate{"o2"}, work);
    }
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(repository.find("FORK") == nullptr);
    BOOST_TEST(violations(repository).empty());
    BOOST_TEST(journal.last() == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_an_exception_leaves_it_then_it_leaves_no_trace, EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto before = state_hash(repository);
    const auto fail = [&] {
        UnitOfWork work{repository, journal};
        (void)handle(Allocate{line("o1", "SPOON", 10)}, work);
        throw std::runtime_error{"the roof is on fire"};
    };
    BOOST_CHECK_THROW(fail(), std::runtime_error);
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(journal.last() == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_two_writers_expect_one_version_then_exactly_one_succeeds,
                        EngineFixture) {
    add_batch("b1", "SPOON", 100);
    const auto write = [&](std::string_view order) {
        return bus
            .transact([&](UnitOfWork& work) -> Result<BatchRef> {
                const auto expected = work.expect("SPOON", 1);
                if (!expected) return expected.error();
                return handle(Allocate{line(order, "SPOON", 10)}, work);
            })
            .result;
    };
    const auto first = write("o1");
    const auto second = write("o2");
    BOOST_TEST(first.has_value());
    BOOST_TEST((second == Result<BatchRef>{Refusal::version_conflict}));
    BOOST_TEST(version("SPOON") == 2U);
    BOOST_TEST(repository.ledger().order_count() == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_a_refused_unit_allocated_before_then_only_the_shortage_is_left,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    add_batch("b2", "FORK", 10);
    const OrderResult answer = run(AllocateOrder{"o1", {{"SPOON", 10}, {"FORK", 11}}});
    BOOST_TEST((answer == OrderResult{RefusedLine{Refusal::out_of_stock, 1}}));
    BOOST_TEST(available("b1") == 10);
    BOOST_TEST(journal.last() == 3U);
    BOOST_TEST((facts.back() == Fact{OutOfStock{line("o1", "FORK", 11)}}));
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_continues_after_a_refusal_then_it_keeps_its_facts,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<BatchRef> {
        const auto first = handle(Allocate{line("o1", "SPOON", 10)}, work);
        BOOST_TEST(handle(Allocate{line("o2", "SPOON", 1)}, work).has_error());
        return first;
    });
    BOOST_TEST(answer.result.value().view() == "b1");
    BOOST_TEST((allocations("o1") == std::vector<std::string>{"SPOON 10 b1"}));
    BOOST_TEST(repository.ledger().shortages().size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_refused_for_something_else_then_no_shortage_is_left,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<BatchRef> {
        BOOST_TEST(handle(Allocate{line("o1", "SPOON", 11)}, work).has_error());
        return Refusal::version_conflict;
    });
    BOOST_TEST(answer.result.has_error());
    BOOST_TEST(repository.ledger().shortages().size() == 0U);
    BOOST_TEST(journal.last() == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_a_decision_commits_by_itself_then_nothing_is_journaled_twice,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<BatchRef> {
        auto batch = handle(Allocate{line("o1", "SPOON", 4)}, work);
        BOOST_TEST(work.commit(1) == 2U);
        (void)handle(Allocate{line("o2", "SPOON", 5)}, work);
        return batch;
    });
    BOOST_TEST(answer.lsn == 3U);
    BOOST_TEST(journal.last() == 3U);
    BOOST_TEST(available("b1") == 1);
}

BOOST_FIXTURE_TEST_CASE(when_a_refused_unit_added_the_sku_then_the_sku_is_gone, EngineFixture) {
    const auto answer = bus.transact([&](UnitOfWork& work) -> Result<BatchRef> {
        (void)handle(AddBatch{"b1", "NEW", 5}, work);
        return handle(Allocate{line("o1", "NEW", 10)}, work);
    });
    BOOST_TEST((answer.result.error() == Refusal::out_of_stock));
    BOOST_TEST(journal.last() == 0U);
    BOOST_TEST(repository.find("NEW") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_the_views)

BOOST_FIXTURE_TEST_CASE(when_an_order_has_two_lines_then_they_are_its_allocations, EngineFixture) {
    add_batch("sku1batch", "sku1", 50);
    add_batch("sku2batch", "sku2", 50, today);
    allocate("order1", "sku1", 20);
    allocate("otherorder", "sku1", 30);
    allocate("order1", "sku2", 20);
    allocate("otherorder", "sku2", 10);
    BOOST_TEST(allocations("order1") == (Strings{"sku1 20 sku1batch", "sku2 20 sku2batch"}));
    BOOST_TEST(allocations("none").empty());
}

BOOST_FIXTURE_TEST_CASE(when_a_line_has_moved_then_the_view_says_where_it_is, EngineFixture) {
    add_batch("b1", "sku1", 50);
    add_batch("b2", "sku1", 50, today);
    allocate("o1", "sku1", 40);
    set_quantity("b1", 10);
    BOOST_TEST(allocations("o1") == Strings{"sku1 40 b2"});
}

BOOST_FIXTURE_TEST_CASE(when_a_day_is_given_then_only_batches_that_can_ship_by_then_count,
                        EngineFixture) {
    add_batch("b1", "sku1", 5);
    add_batch("b2", "sku1", 7, today);
    add_batch("b3", "sku1", 11, later);
    BOOST_TEST(allot::available("sku1", std::nullopt, repository).value() == 23);
    BOOST_TEST(allot::available("sku1", Eta{"2011-01-02"}, repository).value() == 12);
    BOOST_TEST(allot::available("sku1", Eta::warehouse(), repository).value() == 5);
    const auto rows = stock("sku1", repository).value();
    BOOST_TEST(rows.size() == 3U);
    BOOST_TEST(rows[1].batch.view() == "b2");
    BOOST_TEST((stock("sku2", repository).error() == Refusal::unknown_sku));
}

BOOST_AUTO_TEST_SUITE_END()
