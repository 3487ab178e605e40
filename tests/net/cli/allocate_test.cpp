#include "net/cli/allocate.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/net/cli/program_run.hpp"
#include "tests/scratch_directory.hpp"
#include "tests/source_path.hpp"

using namespace allot::testing;

namespace {

/// The files of a directory to allocate.
struct Inputs {
    std::string batches;
    std::string orders;
    std::string allocations = {};  // empty: no such file
};

struct Allocated {
    ProgramRun run;
    std::string allocations;
};

Allocated allocate(const Inputs& inputs, const std::vector<std::string>& flags = {}) {
    const ScratchDirectory scratch;
    scratch.write("batches.csv", inputs.batches);
    scratch.write("orders.csv", inputs.orders);
    if (!inputs.allocations.empty()) scratch.write("allocations.csv", inputs.allocations);
    std::vector<std::string> arguments = {"allocate", scratch.path().string()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    auto run = run_program(arguments);
    return {std::move(run), scratch.read("allocations.csv")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_directory_of_batches_and_orders)

BOOST_AUTO_TEST_CASE(when_the_orders_are_allocated_then_each_line_is_on_its_batch) {
    const auto result = allocate({.batches = "batch,sku,quantity,eta\n"
                                             "b1,s1,100,\n"
                                             "b2,s2,100,2011-01-01\n"
                                             "b3,s2,100,2011-01-02\n",
                                  .orders = "order,sku,quantity\no,s1,3\no,s2,12\n"});
    BOOST_TEST(result.run.code == 0);
    BOOST_TEST(result.allocations == "order,sku,quantity,batch\no,s1,3,b1\no,s2,12,b2\n");
    BOOST_TEST(contains(result.run.out, "2 lines allocated, 0 short of stock, 0 allocated before"));
    BOOST_TEST(result.run.err.empty());
}

BOOST_AUTO_TEST_CASE(when_there_are_allocations_then_they_stay_and_count) {
    const auto result = allocate({.batches = "batch,sku,quantity,eta\n"
                                             "b1,s,10,2011-01-01\n"
                                             "b2,s,10,2011-01-02\n",
                                  .orders = "order,sku,quantity\nnew,s,7\n",
                                  .allocations = "order,sku,quantity,batch\nold,s,10,b1\n"});
    BOOST_TEST(result.allocations == "order,sku,quantity,batch\nold,s,10,b1\nnew,s,7,b2\n");
}

BOOST_AUTO_TEST_CASE(
    when_northwind_is_allocated_then_the_result_is_the_expected_one_byte_for_byte) {
    const auto data = allot::testing::source_path("tests/data/northwind");
    const ScratchDirectory scratch;
    for (const char* const name : {"batches.csv", "orders.csv"}) {
        std::filesystem::copy_file(data / name, scratch / name);
    }
    std::filesystem::copy_file(data / "expected-allocations.csv", scratch / "expected");
    const auto run = run_program({"allocate", scratch.path().string()});
    BOOST_TEST(run.code == 0);
    BOOST_TEST(contains(run.out, "275 lines allocated, 1880 short of stock"));
    BOOST_TEST(scratch.read("expected").size() > 9'000);
    BOOST_TEST((scratch.read("allocations.csv") == scratch.read("expected")));
}

BOOST_AUTO_TEST_CASE(when_the_orders_are_allocated_twice_then_the_second_time_changes_nothing) {
    const Inputs inputs{.batches = "batch,sku,quantity,eta\nb1,s,10,\n",
                        .orders = "order,sku,quantity\no,s,7\no,s,2\n"};
    const auto first = allocate(inputs);
    const auto second = allocate({inputs.batches, inputs.orders, first.allocations});
    BOOST_TEST(second.allocations == first.allocations);
    BOOST_TEST(contains(second.run.out, " 0 lines allocated, 0 short of stock, 2 allocated"));
}

BOOST_AUTO_TEST_CASE(when_stock_runs_out_then_the_line_is_counted_and_named_only_if_verbose) {
    const Inputs inputs{.batches = "batch,sku,quantity,eta\nb1,s,10,\n",
                        .orders = "order,sku,quantity\na,s,7\nb,s,5\nc,s,3\n"};
    const auto quiet = allocate(inputs);
    BOOST_TEST(quiet.run.code == 0);
    BOOST_TEST(quiet.allocations == "order,sku,quantity,batch\na,s,7,b1\nc,s,3,b1\n");
    BOOST_TEST(!contains(quiet.run.out, "orders.csv:3"));
    BOOST_TEST(contains(allocate(inputs, {"--verbose"}).run.out, "orders.csv:3: short: b s 5\n"));
}

BOOST_AUTO_TEST_CASE(
    when_a_batch_was_emptied_or_columns_stand_elsewhere_then_it_is_read_all_the_same) {
    const auto result =
        allocate({.batches = "eta;Batch;quantity;SKU;price\n;b1;0;s;1,50\nWAREHOUSE;b2;10;s;2\n",
                  .orders = "sku\torder\tquantity\ns\to\t3\ns\to\t3\n",
                  .allocations = "batch,quantity,sku,order\nb2,5,s,old\n"});
    BOOST_TEST(result.run.code == 0);
    BOOST_TEST(result.allocations == "order,sku,quantity,batch\nold,s,5,b2\no,s,3,b2\n");
    BOOST_TEST(contains(result.run.err, "batches.csv:1:24: note: a column is ignored: 'price'\n"));
    BOOST_TEST(
        contains(result.run.err, "orders.csv:3:3: note: the same as line 2 (order o, SKU s"));
    BOOST_TEST(contains(result.run.out,
                        " 1 lines allocated, 0 short of stock, 0 allocated before, "
                        "1 row more that repeats another\n"));
}

BOOST_AUTO_TEST_CASE(when_a_name_has_a_comma_then_it_is_quoted_in_the_result) {
    const auto result = allocate({.batches = "batch,sku,quantity,eta\n\"b,1\",s,10,\n",
                                  .orders = "order,sku,quantity\no,s,1\n"});
    BOOST_TEST(result.allocations == "order,sku,quantity,batch\no,s,1,\"b,1\"\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_with_mistakes)

BOOST_AUTO_TEST_CASE(
    when_the_orders_are_allocated_then_every_mistake_is_named_and_nothing_is_written) {
    const std::string before = "order,sku,quantity,batch\no,s,x,b1\n";
    const auto result = allocate({.batches = "batch,sku,quantity,eta\nb1,s,-1,\nb2,s,1,soon\n",
                                  .orders = "order,sku,quantity\n,s,1\n",
                                  .allocations = before});
    BOOST_TEST(result.run.code == 1);
    for (const char* const expected :
         {"batches.csv:2:6: value '-1': ", "batches.csv:3:8: value 'soon': ",
          "orders.csv:2:1: value '': ", "allocations.csv:2:5: value 'x': "}) {
        BOOST_TEST(contains(result.run.err, expected), expected << " in " << result.run.err);
    }
    BOOST_TEST(result.allocations == before);
}

BOOST_AUTO_TEST_CASE(when_rows_contradict_each_other_then_each_is_named_and_nothing_is_written) {
    const std::string before =
        "order,sku,quantity,batch\n"
        "o1,s,6,b1\n"
        "o2,s,6,b1\n"
        "o3,s,1,b9\n"
        "o4,t,1,b1\n"
        "o5,u,1,b1\n"
        "o1,s,6,b3\n";
    const auto result =
        allocate({.batches = "batch,sku,quantity,eta\nb1,s,10,\nb1,s,10,\nb1,s,11,\n"
                             "b2,t,1,\nb2,s,1,\nb3,s,10,\n",
                  .orders = "order,sku,quantity\no,unknown,1\n",
                  .allocations = before});
    BOOST_TEST(result.run.code == 1);
    const std::string taken = ": the reference is taken by a batch with other contents\n";
    for (const std::string& expected :
         {"batches.csv:4:1: value 'b1'" + taken, "batches.csv:6:1: value 'b2'" + taken,
          std::string{"allocations.csv:3:6: value '6': the batch has fewer units available\n"},
          std::string{"allocations.csv:4:8: value 'b9': no batch has this reference\n"},
          std::string{"allocations.csv:5:8: value 'b1': this batch is of another SKU\n"},
          std::string{"allocations.csv:6:4: value 'u': no batch of this SKU is known\n"},
          std::string{"allocations.csv:7:6: value '6': another batch holds this line\n"},
          std::string{"orders.csv:2:3: value 'unknown': no batch of this SKU is known\n"}}) {
        BOOST_TEST(contains(result.run.err, expected), expected << " in " << result.run.err);
    }
    BOOST_TEST(std::ranges::count(result.run.err, '\n') == 9);  // including the final line
    BOOST_TEST(result.allocations == before);
}

BOOST_AUTO_TEST_CASE(when_a_file_or_the_directory_is_missing_then_the_error_names_it) {
    const ScratchDirectory scratch;
    const auto no_files = run_program({"allocate", scratch.path().string()});
    BOOST_TEST(no_files.code == 1);
    BOOST_TEST(contains(no_files.err, "batches.csv: No such file or directory\n"));
    const auto no_directory = run_program({"allocate", scratch / "none"});
    BOOST_TEST(no_directory.code == 1);
    BOOST_TEST(contains(no_directory.err, "none/batches.csv: No such file or directory\n"));
}

BOOST_AUTO_TEST_CASE(when_no_directory_is_named_then_that_is_wrong_usage) {
    const auto run = run_program({"allocate"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(run.err == "allot allocate: needs DIR; see allot allocate --help\n");
}

BOOST_AUTO_TEST_SUITE_END()
