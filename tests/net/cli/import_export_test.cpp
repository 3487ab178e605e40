#include <boost/test/unit_test.hpp>

#include "net/cli/export.hpp"
#include "net/cli/import.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/net/cli/small_store.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// A directory with CSV files and a store beside them.
struct ImportFixture {
    ScratchDirectory scratch;
    std::string data = scratch / "store";

    ImportFixture() { std::filesystem::create_directory(scratch / "in"); }
    void write(const std::string& name, const std::string& text) const {
        scratch.write("in/" + name, text);
    }
    [[nodiscard]] ProgramRun import(const std::string& from = "in") const {
        return run_program({"import", "--data", data, scratch / from});
    }
    [[nodiscard]] ProgramRun export_to(const std::string& to) const {
        return run_program({"export", "--data", data, scratch / to});
    }
    /// The contents of all exported files.
    [[nodiscard]] std::string exported() const {
        const auto run = export_to("out");
        BOOST_TEST(run.code == 0, run.err);
        return scratch.read("out/batches.csv") + scratch.read("out/allocations.csv");
    }
    [[nodiscard]] std::uint64_t state_hash() const { return open_small(data).state_hash(); }
};

const std::string batches =
    "batch,sku,quantity,eta\nb2,t,10,2011-01-02\nb1,s,10,\nb3,t,5,2011-01-02\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(given_files_to_import)

BOOST_AUTO_TEST_CASE(when_the_files_are_imported_then_the_store_has_the_batches_and_the_lines) {
    const ImportFixture fixture;
    fixture.write("batches.csv", batches);
    fixture.write("allocations.csv", "order,sku,quantity,batch\no2,t,4,b3\no1,t,4,b2\n");
    fixture.write("orders.csv", "order,sku,quantity\no3,t,7\no3,s,3\no1,t,4\n");
    const auto run = fixture.import();
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out,
                        "3 batches, 2 allocations and 3 order lines read, "
                        "already there: 1; of the order lines "));
    BOOST_TEST(contains(run.out, "1 allocated, 1 short of stock, 1 allocated before; 7 facts"));
    BOOST_TEST(fixture.exported() == batches +
                                         "order,sku,quantity,batch\n"
                                         "o2,t,4,b3\no1,t,4,b2\no3,s,3,b1\n");
}

BOOST_AUTO_TEST_CASE(when_the_files_are_imported_again_then_nothing_changes) {
    const ImportFixture fixture;
    fixture.write("batches.csv", batches);
    fixture.write("allocations.csv", "order,sku,quantity,batch\no2,t,4,b3\n");
    fixture.write("orders.csv", "order,sku,quantity\no3,t,7\no4,t,90\n");
    BOOST_TEST(contains(fixture.import().out, " 1 short of stock,"));
    const auto before = fixture.state_hash();
    const auto again = fixture.import();
    BOOST_TEST(contains(again.out, " 0 facts recorded\n"), again.out);
    BOOST_TEST(contains(again.out, ", already there: 5; "), again.out);
    BOOST_TEST(fixture.state_hash() == before);
}

BOOST_AUTO_TEST_CASE(when_orders_are_whole_then_each_is_allocated_all_or_not_at_all) {
    const ImportFixture fixture;
    fixture.write("batches.csv", batches);
    fixture.write("orders.csv", "order,sku,quantity\no1,s,4\no2,s,4\no1,t,11\no2,t,3\no1,s,1\n");
    const std::vector<std::string> import = {"import", "--whole-orders", "--data", fixture.data,
                                             fixture.scratch / "in"};
    const auto run = run_program(import);
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out,
                        "of the order lines 2 allocated, 1 short of stock, 2 left out with them, "
                        "0 allocated before; 6 facts recorded\n"),
               run.out);
    BOOST_TEST(contains(fixture.exported(), "batch\no2,s,4,b1\no2,t,3,b2\n"));
    BOOST_TEST(contains(run_program(import).out, "2 allocated before; 0 facts recorded\n"));
    // The same rows one by one: the rows that were left out get a batch.
    BOOST_TEST(contains(fixture.import().out,
                        "of the order lines 2 allocated, 1 short of stock, 2 allocated before; "));
}

BOOST_AUTO_TEST_CASE(when_files_are_named_one_by_one_then_only_those_are_read) {
    const ImportFixture fixture;
    fixture.write("b.csv", batches);
    fixture.write("o.csv", "order,sku,quantity\no3,s,3\n");
    const auto run =
        run_program({"import", "--data", fixture.data, "--batches", fixture.scratch / "in/b.csv",
                     "--orders", fixture.scratch / "in/o.csv"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(fixture.exported(), "o3,s,3,b1\n"));
}

BOOST_AUTO_TEST_CASE(when_no_file_is_named_then_that_is_wrong_usage) {
    const ImportFixture fixture;
    const auto run = run_program({"import", "--data", fixture.data});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(contains(run.err, "allot import: needs PATH, or a file by --batches"));
    BOOST_TEST(!fixture.scratch.has("store"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_with_mistakes_to_import)

BOOST_AUTO_TEST_CASE(when_rows_break_rules_then_all_are_named_and_there_is_not_even_a_store) {
    const ImportFixture fixture;
    fixture.write("batches.csv", "batch,sku,quantity,eta\nb1,s,1.5,\nb2,s,10,\n");
    fixture.write("allocations.csv", "order,sku,quantity,batch\no1,s,4\n");
    fixture.write("orders.csv", "order,sku,quantity\no  3,s,7\n");
    const auto run = fixture.import();
    BOOST_TEST(run.code == 1);
    for (const char* const expected :
         {"batches.csv:2:6: value '1.5': ", "allocations.csv:2:6: value '4': a row has 4 fields",
          "orders.csv:2:1: value 'o  3': "}) {
        BOOST_TEST(contains(run.err, expected), expected << " in " << run.err);
    }
    BOOST_TEST(!fixture.scratch.has("store"));
}

BOOST_AUTO_TEST_CASE(when_rows_contradict_the_store_then_all_are_named_and_nothing_changes) {
    const ImportFixture fixture;
    fixture.write("batches.csv", batches);
    BOOST_TEST(fixture.import().code == 0);
    const auto before = fixture.state_hash();

    fixture.write("batches.csv", "batch,sku,quantity,eta\nb9,s,1,\nb1,s,11,\n");
    fixture.write("allocations.csv", "order,sku,quantity,batch\no1,s,4,b1\no2,s,11,b1\n");
    fixture.write("orders.csv", "order,sku,quantity\no3,u,7\no4,t,1\n");
    const auto run = fixture.import();
    BOOST_TEST(run.code == 1);
    for (const char* const expected : {"batches.csv:3:1: value 'b1': the reference is taken",
                                       "allocations.csv:3:6: value '11': the batch has fewer",
                                       "orders.csv:2:4: value 'u': no"}) {
        BOOST_TEST(contains(run.err, expected), expected << " in " << run.err);
    }
    BOOST_TEST(fixture.state_hash() == before);
    BOOST_TEST(contains(fixture.exported(), batches));
}

BOOST_AUTO_TEST_CASE(when_a_shortage_is_all_that_a_bad_import_did_then_that_is_undone_too) {
    const ImportFixture fixture;
    fixture.write("batches.csv", batches);
    BOOST_TEST(fixture.import().code == 0);
    const Lsn before = open_small(fixture.data).status().last;
    fixture.write("orders.csv", "order,sku,quantity\no,s,999\no,u,1\n");
    BOOST_TEST(fixture.import().code == 1);
    BOOST_TEST(open_small(fixture.data).status().last == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_with_many_changes)

BOOST_AUTO_TEST_CASE(when_its_export_is_imported_elsewhere_then_the_stock_is_the_same) {
    const ImportFixture old;
    {
        auto store = open_small(old.data);
        store.add_batch({"b1", "s", 10, "2011-01-03"}).value();
        store.add_batch({"b2", "s", 10, "2011-01-02"}).value();
        store.add_batch({"b3", "t", 10}).value();
        store.add_batch({"b4", "s", 10, "2011-01-02"}).value();  // the same rank but for its age
        for (const char* const order : {"o3", "o1", "o2", "o4", "o5"}) {
            store.allocate(OrderLine{OrderId::of(order).value(), "s", 4}).value();
        }
        store.reschedule({"b2", "2011-02-01"}).value();
        store.change_batch_quantity({"b3", 0}).value();  // emptied
        store.change_batch_quantity({"b4", 3}).value();  // its lines move
    }
    const std::string expected = old.exported();
    const ImportFixture young;
    BOOST_TEST(young.import("none").code == 1);
    const auto run = run_program({"import", "--data", young.data, old.scratch / "out"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(young.exported() == expected);
    BOOST_TEST(contains(expected, "b3,t,0,\n"));
    old.scratch.write("out/orders.csv", "order,sku,quantity\nnew,t,1\n");
    const auto allocated = run_program({"allocate", old.scratch / "out"});  // takes it, too
    BOOST_TEST(allocated.code == 0, allocated.err);
    BOOST_TEST(contains(allocated.out, " 0 lines allocated, 1 short of stock"));

    auto a = open_small(old.data);
    auto b = open_small(young.data);
    const auto next = OrderLine{"next", "s", 2};  // and so the next decision is the same
    BOOST_TEST((a.allocate(next) == b.allocate(next)));
    BOOST_TEST(a.stock("s").value().size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST((a.stock("s").value()[i].batch == b.stock("s").value()[i].batch));
        BOOST_TEST(a.stock("s").value()[i].available == b.stock("s").value()[i].available);
    }
}

BOOST_AUTO_TEST_CASE(when_the_store_is_not_there_then_an_export_makes_none) {
    const ImportFixture fixture;
    const auto run = fixture.export_to("out");
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(run.err, "no store in " + fixture.data));
    BOOST_TEST(!fixture.scratch.has("store"));
    BOOST_TEST(!fixture.scratch.has("out"));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_open_elsewhere_then_that_is_one_clear_error) {
    const ImportFixture fixture;
    const auto store = open_small(fixture.data);
    const auto run = fixture.export_to("out");
    BOOST_TEST(run.code == 1);
    BOOST_TEST(run.err ==
               "allot export: " + fixture.data +
                   " is open in this process already: if that is 'allot serve', export through it: "
                   "--from HOST:PORT; else end it first\n");
    fixture.write("batches.csv", batches);
    BOOST_TEST(contains(fixture.import().err, " is open in this process already: "));
}

BOOST_AUTO_TEST_SUITE_END()
