// R8 in files: moved lines keep their seniority after a restart.
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/storage/recovery/old_files.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

namespace {

Strings orders_on(const std::string& batch, Repository& repository) {
    const Ledger& ledger = repository.ledger();
    Strings orders;
    for (Index at = ledger.first_line(ledger.find_batch(batch)); at != no_index;
         at = ledger.line(at).later) {
        orders.emplace_back(ledger.order_id(ledger.line(at)));
    }
    return orders;
}

void shrink(Store& store, const std::string& batch, std::int64_t units) {
    store.change_batch_quantity({BatchRef::of(batch).value(), Purchased::of(units).value()})
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_lines_that_were_moved)

BOOST_FIXTURE_TEST_CASE(R8_when_the_store_is_restarted_then_lines_keep_their_order, Scratch) {
    std::uint64_t hash = 0;
    Lsn snapshot = 0;
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"a", "sku", 20}).value();
        store.add_batch({"b", "sku", 40, "2011-01-01"}).value();
        for (const std::string order : {"o1", "o2", "o3", "o4", "o5", "o6"}) {
            store.allocate(line(order, "sku", 5)).value();
        }
        shrink(store, "a", 10);  // o3 and o4 go before o5 and o6
        store.snapshot();
        snapshot = store.status().snapshot;
        shrink(store, "a", 5);  // so does o2
        hash = store.state_hash();
    }
    for (const Lsn start : {Lsn{0}, snapshot}) {
        const Recovered again = recover_from(posix_file_system(), path, start, {});
        BOOST_TEST(orders_on("b", *again.repository) == (Strings{"o2", "o3", "o4", "o5", "o6"}));
        BOOST_TEST(state_hash(*again.repository) == hash);
        BOOST_TEST(violations(*again.repository).empty());
    }
    BOOST_TEST(check_store(path).ok);
    auto store = Store::open(path, small_options());
    shrink(store, "b", 15);
    BOOST_TEST(orders_on("b", store.bus().repository()) == (Strings{"o2", "o3", "o4"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_lines_that_were_moved_in_format_2)

BOOST_FIXTURE_TEST_CASE(R8_when_the_files_are_read_then_lines_keep_their_order, Version2Files) {
    std::set<std::uint64_t> hashes;
    for (const Lsn start : {Lsn{0}, Lsn{4}, Lsn{11}}) {
        const Recovered again = recovered(start);
        BOOST_TEST(orders_on("b2", *again.repository) == (Strings{"o3", "o4", "o1"}));
        hashes.insert(state_hash(*again.repository));
    }
    BOOST_TEST(hashes.size() == 1U);
    {
        auto store = Store::open(path, small_options());
        shrink(store, "b1", 8);
        shrink(store, "b2", 4);  // o4 to b1 before o1, for which nothing is left there
        BOOST_TEST(orders_on("b1", store.bus().repository()) == Strings{"o4"});
    }
    BOOST_TEST(check_store(path).ok);
}

BOOST_AUTO_TEST_SUITE_END()
