// Stores with names that the present rule refuses: tests/data/old-names, a journal of eight facts
// and a snapshot after the fifth, in which each name has an invisible character.

#include <boost/test/unit_test.hpp>

#include "engine/accepted_name.hpp"
#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/snapshot/snapshot_file.hpp"
#include "tests/source_path.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

const Sku table = Sku::stored("SMALL\u200BTABLE").value();
const BatchRef marked = BatchRef::stored("\uFEFFbatch-2").value();
const OrderId marked_order = OrderId::stored("\uFEFForder-1").value();

struct OldNames : Scratch {
    OldNames() {
        for (const auto& file : std::filesystem::directory_iterator{
                 allot::testing::source_path("tests/data/old-names")}) {
            std::filesystem::copy(file, path / file.path().filename());
        }
    }
};

std::string stock_of(const Sku& sku, Store& store) {
    std::string text;
    for (const BatchStock& batch : store.stock(sku).value()) {
        text.append(batch.batch.view()).append(" ");
        text.append(std::to_string(batch.available)).append("\n");
    }
    return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_store_with_names_older_than_the_rule, OldNames)

BOOST_AUTO_TEST_CASE(when_the_store_is_recovered_then_snapshot_and_journal_give_the_same) {
    const Recovered whole = recover_from(posix_file_system(), path, 0, {});
    const Recovered rest = recover_from(posix_file_system(), path, 5, {});
    BOOST_TEST(whole.repository->ledger().batch_count() == 4U);
    BOOST_TEST(whole.repository->ledger().line_count() == 3U);
    BOOST_TEST(whole.repository->ledger().shortages().size() == 1U);
    BOOST_TEST(state_hash(*whole.repository) == state_hash(*rest.repository));
    BOOST_TEST(violations(*rest.repository).empty());
    const CheckReport report = check_store(path);
    BOOST_TEST(report.ok);
    BOOST_TEST(report.last == 8U);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_opened_then_a_name_is_served_and_can_be_removed) {
    const OrderId short_order = OrderId::stored("order\u202E-2").value();
    {
        auto store = Store::open(path, small_options());
        BOOST_TEST(stock_of(table, store) == "batch-1 7\n");
        BOOST_TEST(stock_of("RED-CHAIR", store) == "\uFEFFbatch-2 18\nnon\uFDD0character 7\n");
        BOOST_TEST(store.shortages(table).value().size() == 1U);
        BOOST_TEST(store.deallocate({marked_order}).value() == 1U);
        store.change_batch_quantity({marked, Purchased::of(0).value()}).value();
        BOOST_TEST(store.deallocate({short_order}).value() == 0U);
        BOOST_TEST(store.shortages().value().empty());
        store.snapshot();
        store.add_batch({"Red batch", table, 3}).value();
    }
    BOOST_TEST(check_store(path).ok);
    auto store = Store::open(path, small_options());
    BOOST_TEST(stock_of(table, store) == "Red batch 3\nbatch-1 7\n");
    BOOST_TEST(stock_of("RED-CHAIR", store) == "\uFEFFbatch-2 0\nnon\uFDD0character 7\n");
}

BOOST_AUTO_TEST_CASE(when_a_command_names_a_held_object_then_only_that_name_is_accepted) {
    const Recovered recovered = recover_from(posix_file_system(), path, 0, {});
    Repository& held = *recovered.repository;
    BOOST_TEST(accepted_name<Sku>(table.view(), held).has_value());
    BOOST_TEST(accepted_name<BatchRef>(marked.view(), held).has_value());
    BOOST_TEST(accepted_name<OrderId>(marked_order.view(), held).has_value());
    BOOST_TEST(accepted_name<OrderId>("order\u202E-2", held).has_value());
    BOOST_TEST(accepted_name<Sku>("never seen", held).has_value());
    BOOST_TEST(!accepted_name<Sku>(marked.view(), held).has_value());
    BOOST_TEST(!accepted_name<BatchRef>(table.view(), held).has_value());
    BOOST_TEST(!accepted_name<OrderId>("\uFEFForder-2", held).has_value());
    BOOST_TEST(!accepted_name<OrderId>("a\tb", held).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
