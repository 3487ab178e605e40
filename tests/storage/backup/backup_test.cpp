// Backups of closed stores: which files are copied, which backups are refused, and which are
// replaced.

#include "storage/backup/backup.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/backup_fixture.hpp"
#include "tests/storage/backup/state_hashes.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_closed_store)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_backed_up_then_the_copy_is_good_and_holds_all_of_it,
                        BackupFixture) {
    const Lsn last = work(300);
    const CopyReport report = back_up();
    BOOST_TEST(report.last == last);
    BOOST_TEST(count(report, Kind::copy) == report.actions.size());
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
    BOOST_TEST(hash_of(disk, "backup") == hash_of(source, "store"));
    BOOST_TEST(store_files::has(disk, "backup", "BACKUP"));
    BOOST_TEST(!store_files::has(disk, "backup", "arriving.list"));
}

BOOST_FIXTURE_TEST_CASE(when_the_copy_is_complete_then_no_file_changes, BackupFixture) {
    work(100);
    back_up();
    const auto before = disk.after_kill();
    const CopyReport report = back_up();
    BOOST_TEST(report.actions.empty());
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_the_source_has_grown_then_existing_files_are_not_copied_again,
                        BackupFixture) {
    work(200);
    const CopyReport first = back_up();
    const Lsn last = work(20, false);
    const CopyReport second = back_up();
    BOOST_TEST(count(second, Kind::copy) >= 1U);
    BOOST_TEST(count(second, Kind::copy) < count(first, Kind::copy));
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_was_pruned_then_it_is_in_the_copy_too, BackupFixture) {
    work(100);
    back_up();
    const Lsn last = work(400);
    const CopyReport report = back_up();
    BOOST_TEST(count(report, Kind::remove) > 0U);
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_a_file_has_another_name_then_it_is_renamed_in_the_copy,
                        BackupFixture) {
    work(50);
    source.put("store/torn-1-4096.bin", {std::byte{1}, std::byte{2}});
    back_up();
    source.rename("store/torn-1-4096.bin", "store/torn-1-4096.bin.2");
    const CopyReport report = back_up();
    BOOST_REQUIRE(report.actions.size() == 1U);
    BOOST_TEST(
        (report.actions[0] == SyncAction{Kind::move, "torn-1-4096.bin", "torn-1-4096.bin.2"}));
    BOOST_TEST(disk.contents("backup/torn-1-4096.bin.2").size() == 2U);
    BOOST_TEST(!store_files::has(disk, "backup", "torn-1-4096.bin"));
}

BOOST_FIXTURE_TEST_CASE(when_the_backup_is_a_dry_run_then_nothing_is_made, BackupFixture) {
    work(50);
    const CopyReport report = back_up({.dry_run = true});
    BOOST_TEST(!report.actions.empty());
    BOOST_TEST(disk.operations() == 0U);
    BOOST_TEST(disk.list("backup").empty());
    back_up();
    work(50);
    const auto before = disk.after_kill();
    back_up({.dry_run = true});
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_the_store_ends_with_a_torn_tail_then_that_is_not_copied,
                        BackupFixture) {
    const Lsn last = work(30, false);
    const std::filesystem::path segment = "store" / std::filesystem::path{journal::segment_name(1)};
    auto bytes = source.contents(segment);
    const std::size_t end = recover(source, "store", {}).journal.tail.offset;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(end), 40, std::byte{0x55});
    source.put(segment, bytes);
    BOOST_TEST(recover(source, "store", {}).journal.torn.has_value());
    back_up();
    BOOST_TEST(!recover(disk, "backup", {}).journal.torn.has_value());
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_damaged_then_it_is_refused_and_the_older_copy_stays,
                        BackupFixture) {
    work(200);
    back_up();
    work(50);
    const auto before = disk.after_kill();
    const auto name = recover(source, "store", {}).journal.segments.front();
    const std::filesystem::path path =
        "store" / std::filesystem::path{journal::segment_name(name.number)};
    auto bytes = source.contents(path);
    bytes[200] ^= std::byte{1};
    source.put(path, bytes);
    BOOST_CHECK_THROW(back_up(), CorruptStore);
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_a_snapshot_is_damaged_and_not_needed_then_it_is_left_out,
                        BackupFixture) {
    work(200);
    const Lsn newest = list_snapshots(source, "store").back();
    const std::filesystem::path path = "store" / std::filesystem::path{snapshot::file_name(newest)};
    auto bytes = source.contents(path);
    bytes[150] ^= std::byte{1};
    source.put(path, bytes);
    std::vector<std::string> warnings;
    CopyOptions options;
    options.warning = [&](std::string_view text) { warnings.emplace_back(text); };
    const CopyReport report = back_up(options);
    BOOST_TEST(warnings.size() == 1U);
    BOOST_TEST(judge(disk, "backup", hashes, report.last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_a_copied_file_reads_back_differently_then_the_older_copy_stays,
                        BackupFixture) {
    work(100);
    back_up();
    const std::uint64_t old = hash_of(disk, "backup");
    work(50);
    disk.before = [&](DiskOperation operation) {
        if (operation != DiskOperation::sync) return;
        for (const std::string& name : disk.list("backup")) {
            if (!store_files::is_staged(name)) continue;
            auto bytes = disk.contents("backup/" + name);
            bytes.at(20) ^= std::byte{4};
            disk.put("backup/" + name, bytes);
        }
    };
    BOOST_CHECK_THROW(back_up(), std::system_error);
    disk.before = nullptr;
    BOOST_TEST(hash_of(disk, "backup") == old);
    BOOST_TEST(std::ranges::none_of(disk.list("backup"), store_files::is_staged));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_destination_of_another_store)

BOOST_FIXTURE_TEST_CASE(
    when_the_destination_holds_another_store_then_it_is_replaced_only_with_the_option,
    BackupFixture) {
    work(30);
    {
        Store other = Store::open(disk, "backup", backup_options());
        other.add_batch({"b", "s", 1}).value();
    }
    const auto before = disk.after_kill();
    BOOST_CHECK_THROW(back_up(), CopyRefused);
    BOOST_TEST(before->same_as(disk));
    back_up({.replace = true});
    BOOST_TEST(hash_of(disk, "backup") == hash_of(source, "store"));
}

BOOST_FIXTURE_TEST_CASE(
    when_the_destination_diverged_since_a_restore_then_it_is_replaced_only_with_the_option,
    BackupFixture) {
    work(50);
    back_up();
    const auto restored = source.after_kill();
    const auto back_up_restored = [&](const CopyOptions& options) {
        return backup_store(*restored, "store", disk, "backup", options);
    };
    Store::open(*restored, "store", backup_options()).add_batch({"test", "sku", 1}).value();
    Store::open(source, "store", backup_options()).add_batch({"real", "sku", 1}).value();
    back_up();
    const auto before = disk.after_kill();
    BOOST_CHECK_THROW(back_up_restored({}), CopyRefused);
    Store::open(*restored, "store", backup_options()).add_batch({"test2", "sku", 1}).value();
    BOOST_CHECK_THROW(back_up_restored({}), CopyRefused);
    BOOST_TEST(before->same_as(disk));
    back_up_restored({.replace = true});
    BOOST_CHECK_THROW(back_up(), CopyRefused);
}

BOOST_FIXTURE_TEST_CASE(
    when_the_destination_has_later_facts_then_it_is_replaced_only_with_the_option, BackupFixture) {
    work(30);
    const auto early = source.after_kill();
    work(30);
    back_up();
    BOOST_CHECK_THROW(backup_store(*early, "store", disk, "backup", {}), CopyRefused);
    BOOST_TEST(hash_of(disk, "backup") == hash_of(source, "store"));
    backup_store(*early, "store", disk, "backup", {.replace = true});
    BOOST_TEST(hash_of(disk, "backup") == hash_of(*early, "store"));
}

BOOST_FIXTURE_TEST_CASE(when_a_store_is_open_there_or_it_holds_other_files_then_it_is_refused,
                        BackupFixture) {
    work(10);
    disk.create_directories("backup");
    disk.put("backup/holiday.jpg", {std::byte{1}});
    BOOST_CHECK_THROW(back_up(), std::system_error);
    disk.remove("backup/holiday.jpg");
    const auto lock = disk.lock("backup/LOCK");
    BOOST_CHECK_THROW(back_up(), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(when_the_source_holds_no_store_then_there_is_nothing_to_back_up,
                        BackupFixture) {
    BOOST_CHECK_THROW(back_up(), std::system_error);
    BOOST_TEST(disk.operations() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
