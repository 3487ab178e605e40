// Backups: of closed stores, of a store at work, and through every crash of the backup itself.

#include "storage/backup.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "storage/inspect.hpp"
#include "storage/journal_format.hpp"
#include "storage/recovery.hpp"
#include "storage/snapshot_format.hpp"
#include "storage/store_files.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/storage/recorded_shop.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

using Kind = SyncAction::Kind;

constexpr std::uint64_t backup_segment = 8U << 10U;

StoreOptions backup_options() {
    StoreOptions options = small_options();
    options.segment_bytes = backup_segment;
    return options;
}

/// Source and destination on one simulated disk each, and a source that was written to.
struct Shop {
    SimulatedDisk source;
    SimulatedDisk disk;
    StateHashes hashes;
    Random random{7};

    Lsn work(int units, bool snapshots = true) {
        Store store = Store::open(source, "store", backup_options());
        hashes.happened(store.journal().last(), store.state_hash());
        for (int i = 1; i <= units; ++i) {
            const Lsn last = do_something(store, random, hashes);
            if (i % 5 == 0) store.wait(last);
            if (snapshots && i % 60 == 0) (void)store.snapshot();
        }
        store.wait(store.journal().last());
        return store.journal().last();
    }
    CopyReport back_up(const CopyOptions& options = {}) {
        return backup_store(source, "store", disk, "backup", options);
    }
    [[nodiscard]] std::size_t count(const CopyReport& report, Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count(report.actions, kind, &SyncAction::kind));
    }
};

/// \return what is wrong with a copy, or nothing.
std::string judge(FileSystem& files, const std::filesystem::path& directory,
                  const StateHashes& hashes, Lsn at_least) {
    const CheckReport report = check_files(files, directory);
    if (!report.ok) return report.findings.front();
    if (report.last < at_least) {
        return "it reaches LSN " + std::to_string(report.last) + ", durable was " +
               std::to_string(at_least);
    }
    return hashes.judge(report.last, report.state_hash);
}

std::string first_of(const std::vector<std::string>& findings) {
    return findings.empty() ? "" : findings.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_closed_store)

BOOST_FIXTURE_TEST_CASE(when_backed_up_then_the_copy_is_good_and_holds_all_of_it, Shop) {
    const Lsn last = work(300);
    const CopyReport report = back_up();
    BOOST_TEST(report.last == last);
    BOOST_TEST(count(report, Kind::copy) == report.actions.size());
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
    BOOST_TEST(hash_of(disk, "backup") == hash_of(source, "store"));
    BOOST_TEST(store_files::has(disk, "backup", "BACKUP"));
    BOOST_TEST(!store_files::has(disk, "backup", "arriving.list"));
}

BOOST_FIXTURE_TEST_CASE(when_nothing_is_new_then_nothing_is_done, Shop) {
    work(100);
    back_up();
    const auto before = disk.after_kill();
    const CopyReport report = back_up();
    BOOST_TEST(report.actions.empty());
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_there_is_more_then_what_is_there_already_is_not_copied_again, Shop) {
    work(200);
    const CopyReport first = back_up();
    const Lsn last = work(20, false);
    const CopyReport second = back_up();
    BOOST_TEST(count(second, Kind::copy) >= 1U);
    BOOST_TEST(count(second, Kind::copy) < count(first, Kind::copy));
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_was_pruned_then_it_is_in_the_copy_too, Shop) {
    work(100);
    back_up();
    const Lsn last = work(400);
    const CopyReport report = back_up();
    BOOST_TEST(count(report, Kind::remove) > 0U);
    BOOST_TEST(judge(disk, "backup", hashes, last) == "");
}

BOOST_FIXTURE_TEST_CASE(when_a_file_has_another_name_then_it_is_renamed_in_the_copy, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_it_is_a_dry_run_then_nothing_is_made, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_it_ends_with_a_torn_tail_then_that_is_not_copied, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_it_is_damaged_then_it_is_refused_and_the_older_copy_stays, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_a_snapshot_is_damaged_and_not_needed_then_it_is_left_out, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_what_was_written_reads_back_otherwise_then_the_older_copy_stays,
                        Shop) {
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

BOOST_AUTO_TEST_SUITE(given_a_destination_that_is_not_the_stores_own)

BOOST_FIXTURE_TEST_CASE(when_it_holds_another_store_then_it_is_replaced_only_when_told, Shop) {
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

BOOST_FIXTURE_TEST_CASE(when_it_reaches_further_then_it_is_replaced_only_when_told, Shop) {
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
                        Shop) {
    work(10);
    disk.create_directories("backup");
    disk.put("backup/holiday.jpg", {std::byte{1}});
    BOOST_CHECK_THROW(back_up(), std::system_error);
    disk.remove("backup/holiday.jpg");
    const auto lock = disk.lock("backup/LOCK");
    BOOST_CHECK_THROW(back_up(), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(when_the_source_holds_no_store_then_there_is_nothing_to_back_up, Shop) {
    BOOST_CHECK_THROW(back_up(), std::system_error);
    BOOST_TEST(disk.operations() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_at_work)

// The store's threads stand still at each of their operations, while a backup is taken.
BOOST_FIXTURE_TEST_CASE(when_backed_up_at_any_operation_then_all_that_was_durable_is_there, Shop) {
    std::vector<std::string> findings;
    std::mutex one_at_a_time;
    std::atomic<const Journal*> journal = nullptr;
    int backups = 0;
    int kept = 0;
    source.before = [&](DiskOperation operation) {
        const Journal* const running = journal;
        // The backup's own sync of the source is an operation, too.
        const std::unique_lock lock{one_at_a_time, std::try_to_lock};
        if (running == nullptr || !lock || operation == DiskOperation::open) return;
        const Lsn durable = running->durable();
        const CopyReport report = backup_store(source, "store", disk, "backup", {});
        ++backups;
        kept += report.bytes_copied < report.bytes ? 1 : 0;
        if (const auto wrong = judge(disk, "backup", hashes, durable); !wrong.empty()) {
            findings.push_back(wrong);
        }
    };
    {
        Store store = Store::open(source, "store", backup_options());
        hashes.happened(0, store.state_hash());
        journal = &store.journal();
        for (int i = 1; i <= 250; ++i) {
            const Lsn last = do_something(store, random, hashes);
            if (random() % 3 == 0) store.wait(last);
            if (i % 50 == 0) (void)store.snapshot();
        }
        store.wait(store.journal().last());
        journal = nullptr;
    }
    source.before = nullptr;
    BOOST_TEST_MESSAGE(backups << " backups");
    BOOST_TEST(backups > 100);
    BOOST_TEST(kept > 50);
    BOOST_TEST(first_of(findings) == "");
}

// And while they do not stand still, on the operating system's files.
BOOST_FIXTURE_TEST_CASE(when_backed_up_under_load_then_each_backup_is_good, Scratch) {
    StoreOptions options = small_options();
    options.snapshot_every_bytes = 48U << 10U;
    StateHashes hashes;
    std::vector<std::string> findings;
    {
        Store store = Store::open(path / "store", options);
        hashes.happened(0, store.state_hash());
        std::atomic<bool> stop = false;
        std::thread writer{[&] {
            Random random{3};
            while (!stop) {
                const Lsn last = do_something(store, random, hashes);
                if (random() % 4 == 0) store.wait(last);
            }
        }};
        std::uint64_t snapshots = 0;
        for (int i = 0; i < 25 || snapshots < 4; ++i) {
            const Lsn durable = store.journal().durable();
            backup_store(posix_file_system(), path / "store", posix_file_system(), path / "backup",
                         {});
            const auto wrong = judge(posix_file_system(), path / "backup", hashes, durable);
            if (!wrong.empty()) findings.push_back(wrong);
            snapshots = store.status().snapshots_taken;
        }
        stop = true;
        writer.join();
    }
    BOOST_TEST(first_of(findings) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_backup_that_is_interrupted)

namespace {

/// An older backup, a newer store, and what either holds.
struct Interrupted : Shop {
    Lsn old_last = work(150);
    std::uint64_t old_hash = 0;
    std::unique_ptr<SimulatedDisk> old;
    Lsn new_last = 0;
    std::uint64_t new_hash = 0;
    std::vector<std::string> findings;
    int mixtures = 0;
    int untouched = 0;
    int complete = 0;

    Interrupted() {
        // A name that moves, and one that takes the place of another, too.
        source.put("store/torn-1-64.bin", {std::byte{1}});
        source.put("store/torn-2-64.bin", {std::byte{2}});
        back_up();
        old_hash = hash_of(disk, "backup");
        old = disk.after_kill();
        new_last = work(250);
        new_hash = hash_of(source, "store");
        source.put("store/torn-1-64.bin", {std::byte{2}});
        source.put("store/torn-2-64.bin", {std::byte{1}});
    }

    void find(const std::string& finding) { findings.push_back(finding); }

    /// What is found after a crash: the older backup, the newer one, or what says that it is
    /// neither; and in each case a whole one is to be had.
    void judge_after_crash(SimulatedDisk& found) {
        try {
            const CheckReport report = check_files(found, "backup");
            if (!report.ok) find("not good: " + report.findings.front());
            if (report.state_hash == old_hash) {
                ++untouched;
            } else if (report.state_hash == new_hash) {
                ++complete;
            } else {
                find("neither the older nor the newer backup");
            }
        } catch (const std::system_error& error) {
            ++mixtures;
            if (error.code() != std::errc::operation_in_progress) find(error.what());
        }
        SimulatedDisk elsewhere;
        try {
            restore_store(found, "backup", elsewhere, "restored", {});
            const auto hash = hash_of(elsewhere, "restored");
            if (hash != old_hash && hash != new_hash) find("restored neither");
        } catch (const std::exception& error) {
            find(std::string{"cannot be restored: "} + error.what());
        }
        try {
            backup_store(source, "store", found, "backup", {});
            if (hash_of(found, "backup") != new_hash) find("the next backup is another");
            if (!check_files(found, "backup").ok) find("the next backup is not good");
            if (std::ranges::any_of(found.list("backup"), store_files::is_staged)) {
                find("something is left behind");
            }
            if (found.contents("backup/torn-1-64.bin") != source.contents("store/torn-1-64.bin")) {
                find("a swapped name is wrong");
            }
        } catch (const std::exception& error) {
            find(std::string{"no next backup: "} + error.what());
        }
    }
    void expect_none() {
        BOOST_TEST_MESSAGE(untouched << " older, " << complete << " newer, " << mixtures
                                     << " unfinished");
        BOOST_TEST(first_of(findings) == "");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(when_the_power_is_cut_at_any_operation_then_a_whole_one_is_to_be_had,
                        Interrupted) {
    disk.before = [&](DiskOperation) {
        for (int draw = 0; draw < 6; ++draw) judge_after_crash(*disk.after_power_cut(random));
    };
    back_up();
    disk.before = nullptr;
    expect_none();
    BOOST_TEST(untouched > 10);
    BOOST_TEST(mixtures > 10);
    BOOST_TEST(complete > 0);
}

BOOST_FIXTURE_TEST_CASE(when_the_file_system_knows_no_links_then_it_comes_to_its_end, Interrupted) {
    int failures = 0;
    for (std::uint64_t at = 0; at < 60; ++at) {
        const auto running = old->after_kill();
        running->links = false;
        running->plant(
            {.at = running->operations() + 3 * at, .code = std::errc::io_error, .for_ever = true});
        try {
            backup_store(source, "store", *running, "backup", {});
        } catch (const std::system_error&) {
            ++failures;
        }
        const auto killed = running->after_kill();
        killed->links = false;
        judge_after_crash(*killed);
    }
    expect_none();
    BOOST_TEST(failures > 20);
    BOOST_TEST(mixtures > 3);
}

BOOST_FIXTURE_TEST_CASE(when_it_is_cut_again_while_finishing_then_too, Interrupted) {
    const std::uint64_t first = disk.operations();
    std::uint64_t cuts = 0;
    {
        const auto whole = old->after_kill();
        const std::uint64_t begin = whole->operations();
        backup_store(source, "store", *whole, "backup", {});
        cuts = whole->operations() - begin;
    }
    BOOST_TEST(first > 0U);
    for (std::uint64_t at = 0; at < cuts; at += 3) {
        const auto running = old->after_kill();
        std::unique_ptr<SimulatedDisk> cut;
        std::uint64_t operation = 0;
        running->before = [&](DiskOperation) {
            if (operation++ == at) cut = running->after_power_cut(random);
        };
        backup_store(source, "store", *running, "backup", {});
        running->before = nullptr;
        if (cut == nullptr) continue;
        cut->before = [&](DiskOperation) { judge_after_crash(*cut->after_power_cut(random)); };
        backup_store(source, "store", *cut, "backup", {});
        cut->before = nullptr;
    }
    expect_none();
    BOOST_TEST(mixtures > 50);
}

BOOST_FIXTURE_TEST_CASE(when_any_operation_fails_then_a_whole_one_is_to_be_had, Interrupted) {
    int failures = 0;
    for (const bool for_ever : {false, true}) {
        for (std::uint64_t at = 0; at < 80; ++at) {
            const auto running = old->after_kill();
            running->plant({.at = running->operations() + at,
                            .code = std::errc::no_space_on_device,
                            .for_ever = for_ever});
            try {
                backup_store(source, "store", *running, "backup", {});
            } catch (const std::system_error&) {
                ++failures;
            }
            judge_after_crash(*running->after_kill());
            judge_after_crash(*running->after_power_cut(random));
        }
    }
    BOOST_TEST(failures > 60);
    expect_none();
}

BOOST_AUTO_TEST_SUITE_END()
