// Output about a store with names that the present rule refuses (tests/data/old-names), and about
// files with such names.

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/name.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/scratch_directory.hpp"
#include "tests/source_path.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// True when no line has an invisible character.
bool is_readable(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::int32_t point = detail::take_code_point(rest);
        if (point < 0 || (point != '\n' && detail::is_invisible_point(point))) return false;
    }
    return true;
}

struct OldStore {
    OldStore() {
        std::filesystem::create_directory(data);
        for (const auto& file : std::filesystem::directory_iterator{
                 allot::testing::source_path("tests/data/old-names")}) {
            std::filesystem::copy(file, data / file.path().filename());
        }
    }
    ScratchDirectory scratch;
    std::filesystem::path data = scratch / "store";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_store_with_names_older_than_the_rule, OldStore)

BOOST_AUTO_TEST_CASE(when_the_store_is_dumped_or_checked_then_every_name_is_readable) {
    const auto dump = run_program({"dump", data.string()});
    BOOST_TEST(dump.code == 0, dump.err);
    BOOST_TEST(is_readable(dump.out), dump.out);
    BOOST_TEST(contains(dump.out, R"(batch="\xef\xbb\xbfbatch-2" sku=RED-CHAIR quantity=20)"));
    BOOST_TEST(contains(dump.out, R"(order="order\xe2\x80\xae-2" sku="SMALL\xe2\x80\x8bTABLE")"));
    const auto json = run_program({"dump", "--json", data.string()});
    BOOST_TEST(contains(json.out, "\"batch\":\"\uFEFFbatch-2\""), json.out);
    BOOST_TEST(run_program({"check", data.string()}).code == 0);
}

BOOST_AUTO_TEST_CASE(
    when_the_store_is_exported_then_the_files_hold_the_names_and_an_import_refuses_them) {
    const std::string files = scratch / "files";
    BOOST_TEST(run_program({"export", "--data", data.string(), files}).code == 0);
    BOOST_TEST(contains(scratch.read("files/batches.csv"), "\uFEFFbatch-2"));
    BOOST_TEST(contains(scratch.read("files/allocations.csv"), "\uFEFForder-1"));
    const auto import = run_program({"import", "--data", scratch / "other", files});
    BOOST_TEST(import.code != 0);
    BOOST_TEST(is_readable(import.err), import.err);
    BOOST_TEST(contains(import.err,
                        "batches.csv:2:1: value '\\u{feff}batch-2': a name may not "
                        "contain U+FEFF"),
               import.err);
    BOOST_TEST(!std::filesystem::exists(scratch / "other"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_joined_into_one)

BOOST_AUTO_TEST_CASE(
    when_the_file_is_imported_then_the_mark_in_the_middle_is_named_and_nothing_changes) {
    const ScratchDirectory scratch;
    scratch.write(
        "batches.csv",
        "\uFEFFbatch,sku,quantity,eta\nRed batch,Red chair,20,\n\uFEFFbatch,sku,quantity,eta\n"
        "\uFEFFb-2,Red chair,5,\n");
    const auto run = run_program({"import", "--data", scratch / "store", scratch.path().string()});
    BOOST_TEST(run.code != 0);
    BOOST_TEST(is_readable(run.err), run.err);
    BOOST_TEST(contains(run.err, "batches.csv:4:1: value '\\u{feff}b-2': a "), run.err);
    BOOST_TEST(!std::filesystem::exists(scratch / "store"));
}

BOOST_AUTO_TEST_CASE(when_names_have_spaces_then_they_go_in_and_come_out_as_they_are) {
    const ScratchDirectory scratch;
    const std::string batches = "batch,sku,quantity,eta\nRed batch,Stühle für 2,20,\n";
    scratch.write("batches.csv", batches);
    scratch.write("orders.csv", "order,sku,quantity\nan order,Stühle für 2,3\n");
    const std::string store = scratch / "store";
    const auto in = run_program({"import", "--data", store, scratch.path().string()});
    BOOST_TEST(in.code == 0, in.err);
    BOOST_TEST(run_program({"export", "--data", store, scratch / "out"}).code == 0);
    BOOST_TEST(scratch.read("out/batches.csv") == batches);
    BOOST_TEST(scratch.read("out/allocations.csv") ==
               "order,sku,quantity,batch\nan order,Stühle für 2,3,Red batch\n");
    BOOST_TEST(contains(run_program({"dump", store}).out,
                        R"(line_allocated order="an order" sku="Stühle für 2" quantity=3)"));
}

BOOST_AUTO_TEST_SUITE_END()
