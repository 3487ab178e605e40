#include <boost/test/unit_test.hpp>
#include <cstring>
#include <map>

#include "storage/format/journal_format.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/net/cli/small_store.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// A closed store in a directory with other files.
struct StoreAndBackup : ScratchDirectory {
    std::string store = *this / "store";
    std::string backup = *this / "backup";

    StoreAndBackup() { allocate("o1"); }
    void allocate(const char* order) const {
        auto open = open_small(store);
        open.add_batch({"b1", "s", 1000}).value();
        open.allocate(OrderLine{OrderId::of(order).value(), "s", 4}).value();
    }
    /// Every file's bytes, by name.
    [[nodiscard]] std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{path()}) {
            const auto name = std::filesystem::relative(entry.path(), path()).string();
            files[name] = entry.is_regular_file() ? read(name) : "";
        }
        return files;
    }
    /// Zeroes bytes in the first frame.
    void damage(const std::string& directory) const {
        const std::string name = directory + "/journal-0000000000000001.log";
        std::string bytes = read(name);
        std::memset(bytes.data() + 100, 0, 30);
        write(name, bytes);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_closed_store_to_be_backed_up)

BOOST_FIXTURE_TEST_CASE(
    when_the_store_is_backed_up_then_the_copied_files_are_listed_and_the_copy_is_good,
    StoreAndBackup) {
    const auto run = run_program({"backup", store, backup});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(run.out.starts_with("copy journal-0000000000000001.log\n" + backup + ": holds " +
                                   store + " to LSN 2, in 1 files of "),
               run.out);
    BOOST_TEST(run_program({"check", backup}).code == 0);
    const auto again = run_program({"backup", store, backup});
    BOOST_TEST(contains(again.out, "; 0 bytes copied\n"), again.out);
}

BOOST_FIXTURE_TEST_CASE(when_the_backup_is_a_dry_run_then_it_says_so_and_changes_nothing,
                        StoreAndBackup) {
    const auto before = all();
    const auto run = run_program({"backup", store, backup, "--dry-run"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out, backup + ": would hold "), run.out);
    BOOST_TEST((all() == before));
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_open_then_it_is_backed_up_and_checked_all_the_same,
                        StoreAndBackup) {
    auto open = open_small(store);
    open.allocate(OrderLine{"o2", "s", 4}).value();
    BOOST_TEST(run_program({"backup", store, backup}).code == 0);
    BOOST_TEST(contains(run_program({"check", backup}).out, "last LSN 3, "));
    BOOST_TEST(run_program({"check", store}).code == 2);
    BOOST_TEST(contains(run_program({"check", "--live", store}).out, ": good; last LSN 3, "));
}

BOOST_FIXTURE_TEST_CASE(when_source_and_destination_are_one_directory_then_that_is_wrong_usage,
                        StoreAndBackup) {
    const auto run = run_program({"backup", store, store + "/../store"});
    BOOST_TEST(run.code == 2);
    BOOST_TEST(contains(run.err, "is the directory to copy from"), run.err);
    BOOST_TEST(run_program({"backup", store}).code == 2);
    BOOST_TEST(run_program({"backup", store, ""}).code == 2);
}

BOOST_FIXTURE_TEST_CASE(when_the_destination_is_another_stores_then_it_is_refused, StoreAndBackup) {
    open_small(backup).add_batch({"b1", "s", 10}).value();
    const auto run = run_program({"backup", store, backup});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(run.err == "allot backup: " + backup +
                              " holds a copy of another store; nothing was changed; with "
                              "--replace it would be\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_backup)

BOOST_FIXTURE_TEST_CASE(when_it_is_to_replace_a_store_then_restore_needs_the_option,
                        StoreAndBackup) {
    run_program({"backup", store, backup});
    allocate("o2");
    BOOST_TEST(run_program({"restore", backup, store}).code == 1);
    const auto run = run_program({"restore", backup, store, "--replace"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out, "move journal-0000000000000001.log to replaced-1-journal-"));
    BOOST_TEST(contains(run_program({"check", store}).out, "last LSN 2, "));
}

BOOST_FIXTURE_TEST_CASE(when_the_backup_is_damaged_then_nothing_is_restored, StoreAndBackup) {
    run_program({"backup", store, backup});
    damage("backup");
    const auto before = all();
    const auto run = run_program({"restore", backup, store, "--replace"});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(run.err, "journal-0000000000000001.log"), run.err);
    BOOST_TEST((all() == before));
}

BOOST_FIXTURE_TEST_CASE(when_an_interruption_left_a_mixture_then_no_one_takes_it_for_a_store,
                        StoreAndBackup) {
    run_program({"backup", store, backup});
    std::filesystem::rename(backup + "/BACKUP", backup + "/arriving.list");
    for (const char* const command : {"check", "dump", "repair"}) {
        const auto run = run_program({command, backup});
        BOOST_TEST(run.code != 0);
        BOOST_TEST(contains(run.err, "unfinished backup"), run.err);
    }
    BOOST_CHECK_THROW((void)open_small(backup), std::system_error);
    BOOST_TEST(run_program({"restore", backup, *this / "new"}).code == 0);
    BOOST_TEST(run_program({"backup", store, backup}).code == 0);
    BOOST_TEST(run_program({"check", backup}).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_to_be_repaired)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_good_then_nothing_is_done, StoreAndBackup) {
    const auto before = all();
    const auto run = run_program({"repair", store, "--apply"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(run.out == store + ": good; nothing to repair\n");
    BOOST_TEST((all() == before));
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_damaged_then_the_loss_is_printed_before_anything_is_done,
                        StoreAndBackup) {
    for (const char* const order : {"o2", "o3"}) allocate(order);
    const std::string name = "store/journal-0000000000000001.log";
    std::string bytes = read(name);
    std::memset(bytes.data() + bytes.find("o2") - 8, 0, 20);
    write(name, bytes);
    const auto before = all();
    const auto dry = run_program({"repair", store});
    BOOST_TEST(dry.code == 1, dry.err);
    BOOST_TEST(contains(dry.out,
                        "would be kept: all to LSN 2\nwould be lost: LSN 3 to 4; of "
                        "these, 1 units of work (1 facts) are whole"),
               dry.out);
    BOOST_TEST(contains(dry.out, "cut journal-0000000000000001.log at offset "), dry.out);
    BOOST_TEST((all() == before));
    const auto run = run_program({"repair", store, "--apply"});
    BOOST_TEST(run.code == 0, run.err);
    BOOST_TEST(contains(run.out, "\nlost: LSN 3 to 4"), run.out);
    BOOST_TEST(contains(run_program({"check", store}).out, ": good; last LSN 2, "));
}

BOOST_FIXTURE_TEST_CASE(when_no_fact_can_be_kept_then_the_store_is_not_touched, StoreAndBackup) {
    damage("store");
    const auto before = all();
    const auto run = run_program({"repair", store, "--apply"});
    BOOST_TEST(run.code == 3, run.err);
    BOOST_TEST(contains(run.out, "cannot be repaired"), run.out);
    BOOST_TEST((all() == before));
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_open_or_not_there_then_nothing_is_said_of_it,
                        StoreAndBackup) {
    const auto open = open_small(store);
    BOOST_TEST(run_program({"repair", store}).code == 2);
    BOOST_TEST(run_program({"repair", store, "--apply"}).code == 2);
    BOOST_TEST(run_program({"repair", backup}).code == 2);
    BOOST_TEST(!has("backup"));
}

BOOST_AUTO_TEST_SUITE_END()
