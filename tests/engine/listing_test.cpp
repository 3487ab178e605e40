#include "engine/listing.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// All rows of a listing that visits `most` slots a page, as texts in their order.
std::vector<std::string> batches(EngineFixture& fixture, std::size_t most) {
    std::vector<std::string> texts;
    Index from = 0;
    do {
        const auto listed = list_batches(fixture.repository, from, most);
        BOOST_TEST(listed.rows.size() <= most);
        for (const ListedBatch& row : listed.rows) {
            texts.push_back(std::string{row.batch.view()} + " " + std::string{row.sku.view()} +
                            " " + std::to_string(row.purchased.units()) + " " +
                            row.eta.to_string() + " " + std::to_string(row.added));
        }
        from = listed.next;
    } while (from != 0);
    return texts;
}

std::vector<std::string> lines(EngineFixture& fixture, std::size_t most) {
    std::vector<std::string> texts;
    Index from = 0;
    do {
        const auto listed = list_lines(fixture.repository, from, most);
        for (const ListedLine& row : listed.rows) {
            texts.push_back(std::string{row.line.order.view()} + " " +
                            std::string{row.line.sku.view()} + " " +
                            std::to_string(row.line.quantity.units()) + " " +
                            std::string{row.batch.view()} + " " + std::to_string(row.allocated_at));
        }
        from = listed.next;
    } while (from != 0);
    std::ranges::sort(texts);
    return texts;
}

using Texts = std::vector<std::string>;

struct ListingFixture : EngineFixture {
    ListingFixture() {
        add_batch("b1", "s", 10);
        add_batch("b2", "t", 10, tomorrow);
        add_batch("b3", "s", 5, later);
        for (const char* const order : {"o1", "o2", "o3"}) {
            allocate(order, "s", 2);
            allocate(order, "t", 3);
        }
        set_quantity("b2", 0);     // its lines are short
        deallocate("o2", "s", 2);  // leaves a free slot
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_stock_to_list, ListingFixture)

BOOST_AUTO_TEST_CASE(when_the_stock_is_listed_in_pieces_of_any_size_then_each_batch_is_there_once) {
    const Texts expected = {"b1 s 10  1", "b2 t 0 2011-01-02 2", "b3 s 5 2011-01-11 3"};
    const Texts held = {"o1 s 2 b1 4", "o3 s 2 b1 8"};
    for (const std::size_t most : {1U, 2U, 3U, 1000U}) {
        BOOST_TEST((batches(*this, most) == expected));
        BOOST_TEST((lines(*this, most) == held));
    }
}

BOOST_AUTO_TEST_CASE(when_the_listing_begins_beyond_the_end_then_nothing_is_listed) {
    const auto listed = list_batches(repository, no_index - 1, 1000);
    BOOST_TEST(listed.rows.empty());
    BOOST_TEST(listed.next == 0U);
    BOOST_TEST(list_lines(repository, 100, 1000).rows.empty());
}

BOOST_AUTO_TEST_CASE(when_other_rows_change_between_pages_then_unchanged_rows_are_listed_once) {
    for (int i = 0; i < 5; ++i) allocate("stays-" + std::to_string(i), "s", 1);
    std::multiset<std::string> seen;
    Index from = 0;
    int step = 0;
    do {
        const auto listed = list_lines(repository, from, 1);
        for (const ListedLine& row : listed.rows) seen.emplace(row.line.order.view());
        from = listed.next;
        deallocate("o1", "s", 2);  // and takes its slot, or another, again
        allocate("comes-" + std::to_string(++step), "s", 1);
        allocate("o1", "s", 2);
    } while (from != 0 && step < 100);
    for (int i = 0; i < 5; ++i) BOOST_TEST(seen.count("stays-" + std::to_string(i)) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_rows_of_another_stock, EngineFixture)

static ImportBatch batch(std::string_view ref, std::string_view sku, std::int64_t units) {
    return {BatchRef::of(ref).value(), Sku::of(sku).value(), Purchased::of(units).value(),
            Eta::warehouse()};
}

static ImportLine held(std::string_view order, std::string_view sku, std::int64_t units,
                       std::string_view ref) {
    return {EngineFixture::line(order, sku, units), BatchRef::of(ref).value()};
}

BOOST_AUTO_TEST_CASE(when_batches_are_imported_then_the_result_says_which_are_new) {
    BOOST_TEST(run(batch("b1", "s", 0)).value());
    BOOST_TEST(!run(batch("b1", "s", 0)).value());
    BOOST_TEST((run(batch("b1", "s", 1)).error() == Refusal::batch_exists));
    BOOST_TEST((run(batch("b1", "t", 0)).error() == Refusal::batch_exists));
    BOOST_TEST(repository.size() == 1U);
    BOOST_TEST(available("b1") == 0);
}

BOOST_AUTO_TEST_CASE(when_lines_are_imported_then_they_are_where_they_were_or_refused) {
    add_batch("b1", "s", 10);
    add_batch("b2", "s", 3, tomorrow);
    add_batch("c", "t", 10);
    BOOST_TEST(run(held("o1", "s", 3, "b2")).value());  // ALLOCATE would choose b1
    BOOST_TEST(!run(held("o1", "s", 3, "b2")).value());
    const Lsn before = journal.last();
    BOOST_TEST((run(held("o1", "s", 3, "b1")).error() == Refusal::batch_exists));
    BOOST_TEST((run(held("o2", "s", 1, "b2")).error() == Refusal::out_of_stock));
    BOOST_TEST((run(held("o2", "s", 1, "c")).error() == Refusal::unknown_batch));
    BOOST_TEST((run(held("o2", "s", 1, "b9")).error() == Refusal::unknown_batch));
    BOOST_TEST((run(held("o2", "u", 1, "b1")).error() == Refusal::unknown_sku));
    BOOST_TEST(journal.last() == before);
    BOOST_TEST(shortages().empty());
}

BOOST_AUTO_TEST_CASE(when_orders_are_imported_then_the_answer_counts_the_new_lines) {
    add_batch("b1", "s", 5);
    const auto order = [](std::initializer_list<std::int64_t> units) {
        ImportOrder command{{OrderId::of("o").value(), {}}};
        for (const auto each : units) {
            command.order.lines.push_back({Sku::of("s").value(), quantity(each)});
        }
        return command;
    };
    BOOST_TEST(run(order({1, 2})).value() == 2U);
    BOOST_TEST(run(order({1, 2})).value() == 0U);
    BOOST_TEST(run(order({2, 2})).value() == 0U);
    BOOST_TEST((run(order({2, 1, 3})).error() == RefusedLine{Refusal::out_of_stock, 2}));
    BOOST_TEST(shortages().size() == 1U);
    BOOST_TEST(available("b1") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
