#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/net/cli/program_run.hpp"
#include "tests/net/cli/small_store.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// A closed store of three facts.
struct ClosedStore {
    ScratchDirectory scratch;
    std::string data = scratch / "store";

    ClosedStore() {
        auto store = open_small(data);
        store.add_batch({"b1", "s", 10}).value();
        store.allocate(OrderLine{"o1", "s", 4}).value();
        (void)store.allocate(OrderLine{"o2", "s", 7});
    }
    [[nodiscard]] ProgramRun run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", data});
        return run_program(arguments);
    }
    /// Flips a bit of a file of the journal, behind its header, where facts are.
    void damage() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{data}) {
            if (!entry.is_regular_file()) continue;
            std::fstream file{entry.path(), std::ios::in | std::ios::out | std::ios::binary};
            const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
            const std::size_t at = bytes.find("o1");
            if (at == std::string::npos) continue;
            file.clear();
            file.seekp(static_cast<std::streamoff>(at));
            file.put('x');
            return;
        }
        BOOST_FAIL("no file holds the order");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_closed_store)

BOOST_AUTO_TEST_CASE(when_the_store_is_checked_then_it_is_good) {
    const ClosedStore store;
    const auto run = store.run({"check"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out, store.data + ": good; last LSN 3, "));
    BOOST_TEST(
        contains(run.out, " 1 products, 1 batches, 1 allocated lines, 1 short, state hash "));
}

BOOST_AUTO_TEST_CASE(when_a_bit_has_changed_then_it_is_bad_and_says_where) {
    const ClosedStore store;
    store.damage();
    const auto run = store.run({"check"});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(run.out, "offset "), run.out);
    BOOST_TEST(run.out.ends_with(store.data + ": BAD\n"), run.out);
    BOOST_TEST(contains(run.err, "'allot repair " + store.data + "' says how much can be kept"));
}

BOOST_AUTO_TEST_CASE(
    when_a_bit_has_changed_then_commands_that_open_it_name_check_repair_and_restore) {
    const ClosedStore store;
    store.damage();
    for (const auto& run : {store.run({"serve", "--listen", "127.0.0.1:0"}),
                            store.run({"export", store.scratch / "out"}), store.run({"dump"})}) {
        BOOST_TEST(run.code == 1);
        for (const std::string& way :
             {"'allot check " + store.data + "' names", "'allot repair " + store.data + "' says",
              "'allot restore --replace BACKUP " + store.data + "' brings"}) {
            BOOST_TEST(contains(run.err, way), run.err);
        }
    }
}

BOOST_AUTO_TEST_CASE(
    when_another_process_has_it_open_then_check_and_repair_name_the_process_and_the_remedy) {
    const ClosedStore store;
    const auto open = open_small(store.data);
    const auto check = store.run({"check"});
    BOOST_TEST(check.code == 2);
    BOOST_TEST(contains(check.err, "is open in this process already: "), check.err);
    BOOST_TEST(contains(check.err, "'allot check --live'"), check.err);
    const auto repair = store.run({"repair"});
    BOOST_TEST(repair.code == 2);
    BOOST_TEST(contains(repair.err, "nothing was changed: " + store.data + " is open in this"));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_dumped_then_every_fact_is_a_line) {
    const ClosedStore store;
    const auto run = store.run({"dump"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(std::ranges::count(run.out, '\n') == 3);
    BOOST_TEST(run.out.starts_with("1 20"));
    BOOST_TEST(contains(run.out, "Z batch_added batch=b1 sku=s quantity=10 eta=warehouse\n2 20"));
    BOOST_TEST(contains(run.out, "Z line_allocated order=o1 sku=s quantity=4 batch=b1\n3 20"));
    BOOST_TEST(run.out.ends_with("Z out_of_stock order=o2 sku=s quantity=7\n"));
}

BOOST_AUTO_TEST_CASE(when_the_dump_begins_at_a_fact_then_earlier_facts_are_left_out) {
    const ClosedStore store;
    const auto run = store.run({"dump", "--json", "--from", "3"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(run.out.starts_with("{\"lsn\":3,\"time\":\"20"));
    BOOST_TEST(run.out.ends_with(
        "\"fact\":\"out_of_stock\",\"order\":\"o2\",\"sku\":\"s\",\"quantity\":7}\n"));
    BOOST_TEST(store.run({"dump", "--from", "4"}).out.empty());
}

BOOST_AUTO_TEST_CASE(when_a_damaged_one_is_dumped_then_it_fails_and_says_where) {
    const ClosedStore store;
    store.damage();
    const auto run = store.run({"dump"});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(run.err, "offset "), run.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_cannot_be_read)

BOOST_AUTO_TEST_CASE(when_the_store_is_not_there_then_there_is_no_verdict) {
    const ScratchDirectory scratch;
    const auto run = run_program({"check", "--data", scratch / "none"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.out.empty());
    BOOST_TEST(contains(run.err, "allot check: no verdict: "));
    BOOST_TEST(!scratch.has("none"));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_open_then_there_is_no_verdict) {
    const ScratchDirectory scratch;
    const auto store = open_small(scratch / "store");
    const auto run = run_program({"check", "--data", scratch / "store"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(contains(run.err, scratch / "store"));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_not_there_then_a_dump_fails) {
    const ScratchDirectory scratch;
    const auto run = run_program({"dump", "--data", scratch / "none"});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(run.err, "none"));
}

BOOST_AUTO_TEST_CASE(when_the_first_fact_is_no_number_then_that_is_wrong_usage) {
    const auto run = run_program({"dump", "--from", "0"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.err ==
               "allot dump: from (flag --from): value '0': expected an integer from 1\n");
}

BOOST_AUTO_TEST_SUITE_END()
