// Restores: the checks before them, the files that they keep, and a crash at every operation.

#include <boost/test/unit_test.hpp>

#include "storage/backup/backup.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// A backup on one disk, and another store in the directory to restore to.
struct BackedUp {
    SimulatedDisk vault;
    SimulatedDisk disk;
    Random random{11};
    History hashes;
    std::uint64_t kept_hash = 0;
    std::uint64_t present_hash = 0;
    Lsn last = 0;

    BackedUp() {
        SimulatedDisk source;
        work(source, 200);
        last = backup_store(source, "store", vault, "backup", {}).last;
        kept_hash = hash_of(vault, "backup");
        work(disk, 120);
        present_hash = hash_of(disk, "store");
    }
    void work(SimulatedDisk& on, int units) {
        StoreOptions options = small_options();
        options.segment_bytes = 8U << 10U;
        Store store = Store::open(on, "store", options);
        for (int i = 1; i <= units; ++i) {
            store.wait(execute_random_unit(store, random, hashes));
            if (i % 50 == 0) (void)store.snapshot();
        }
    }
    CopyReport restore(const CopyOptions& options = {}) {
        return restore_store(vault, "backup", disk, "store", options);
    }
    void flip(const std::string& name, std::size_t at) {
        auto bytes = vault.contents("backup/" + name);
        bytes.at(at) ^= std::byte{1};
        vault.put("backup/" + name, bytes);
    }
    [[nodiscard]] std::string newest_segment() {
        return journal::segment_name(recover(vault, "backup", {}).journal.tail.segment);
    }
};

/// A disk with the replaced files, under their original names.
std::unique_ptr<SimulatedDisk> replaced(SimulatedDisk& disk, const std::string& prefix) {
    auto kept = std::make_unique<SimulatedDisk>();
    for (const std::string& name : disk.list("store")) {
        if (!name.starts_with(prefix)) continue;
        kept->put("store/" + name.substr(prefix.size()), disk.contents("store/" + name));
    }
    return kept;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_good_backup)

BOOST_FIXTURE_TEST_CASE(when_the_backup_is_restored_to_an_empty_directory_then_that_is_a_store,
                        BackedUp) {
    const CopyReport report = restore_store(vault, "backup", disk, "new", {});
    BOOST_TEST(report.last == last);
    BOOST_TEST(hash_of(disk, "new") == kept_hash);
    BOOST_TEST(check_files(disk, "new").ok);
    BOOST_TEST(!store_files::has(disk, "new", "BACKUP"));
    {
        Store store = Store::open(disk, "new", small_options());
        store.add_batch({"one-more", "sku-1", 1}).value();
    }
    BOOST_TEST(check_files(disk, "new").ok);
}

BOOST_FIXTURE_TEST_CASE(when_the_directory_holds_a_store_then_it_is_replaced_only_with_the_option,
                        BackedUp) {
    const auto before = disk.after_kill();
    BOOST_CHECK_THROW(restore(), CopyRefused);
    BOOST_TEST(before->same_as(disk));
    restore({.dry_run = true, .replace = true});
    BOOST_TEST(before->same_as(disk));
    restore({.replace = true});
    BOOST_TEST(hash_of(disk, "store") == kept_hash);
}

BOOST_FIXTURE_TEST_CASE(when_a_store_is_replaced_then_it_is_kept_whole, BackedUp) {
    restore({.replace = true});
    BOOST_TEST(hash_of(*replaced(disk, "replaced-1-"), "store") == present_hash);
    work(disk, 10);
    const std::uint64_t in_between = hash_of(disk, "store");
    restore({.replace = true});
    BOOST_TEST(hash_of(disk, "store") == kept_hash);
    BOOST_TEST(hash_of(*replaced(disk, "replaced-1-"), "store") == present_hash);
    // Files that both stores hold are in place, and no copies of them are kept.
    const auto kept = replaced(disk, "replaced-2-");
    for (const std::string& name : disk.list("store")) {
        const auto names = kept->list("store");
        if (name.starts_with("replaced-") || std::ranges::find(names, name) != names.end()) {
            continue;
        }
        if (store_files::belongs_to_store(name)) {
            kept->put("store/" + name, disk.contents("store/" + name));
        }
    }
    BOOST_TEST(hash_of(*kept, "store") == in_between);
}

BOOST_FIXTURE_TEST_CASE(when_the_backup_is_there_already_then_nothing_is_done, BackedUp) {
    restore({.replace = true});
    const auto before = disk.after_kill();
    BOOST_TEST(restore().actions.empty());
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_the_directory_is_in_use_or_holds_other_files_then_it_is_refused,
                        BackedUp) {
    disk.create_directories("photos");
    disk.put("photos/holiday.jpg", {std::byte{1}});
    BOOST_CHECK_THROW(restore_store(vault, "backup", disk, "photos", {.replace = true}),
                      std::system_error);
    const auto lock = disk.lock("store/LOCK");
    BOOST_CHECK_THROW(restore({.replace = true}), std::system_error);
    BOOST_TEST(hash_of(disk, "store") == present_hash);
}

BOOST_FIXTURE_TEST_CASE(
    when_the_backup_is_a_closed_store_without_a_list_then_it_is_restored_as_it_is, BackedUp) {
    restore_store(disk, "store", vault, "new", {});
    BOOST_TEST(hash_of(vault, "new") == present_hash);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_backup_that_is_not_good)

BOOST_FIXTURE_TEST_CASE(when_a_bit_has_flipped_then_nothing_is_replaced, BackedUp) {
    const auto before = disk.after_kill();
    for (const std::string& name : vault.list("backup")) {
        if (!store_files::belongs_to_store(name) && name != "BACKUP") continue;
        flip(name, vault.contents("backup/" + name).size() / 2);
        BOOST_CHECK_THROW(restore({.replace = true}), CorruptStore);
        flip(name, vault.contents("backup/" + name).size() / 2);
    }
    BOOST_TEST(before->same_as(disk));
    restore({.replace = true});
}

BOOST_FIXTURE_TEST_CASE(when_its_last_file_is_missing_then_that_is_an_error, BackedUp) {
    vault.remove("backup/" + newest_segment());
    BOOST_CHECK_THROW(restore({.replace = true}), CorruptStore);
    BOOST_TEST(!check_files(vault, "backup").ok);
}

// All checksums are right, in the journal and in the manifest, but the facts contradict each other.
BOOST_FIXTURE_TEST_CASE(when_its_facts_contradict_each_other_then_nothing_is_replaced, BackedUp) {
    SimulatedDisk source;
    work(source, 30);
    {
        JournalWriter writer{source, "store", recover(source, "store", {}).journal.tail, 8U << 10U,
                             Preallocation::written};
        GroupBuffer group;
        const std::vector<Fact> nonsense{LineAllocated{{"o", "none", 1}, "none"}};
        group.add(nonsense, 0);
        writer.write(group);
        writer.sync();
    }
    backup_store(source, "store", vault, "odd", {});
    const auto before = disk.after_kill();
    BOOST_CHECK_THROW(restore_store(vault, "odd", disk, "store", {.replace = true}), CorruptStore);
    BOOST_CHECK_THROW(restore_store(vault, "odd", disk, "new", {}), CorruptStore);
    BOOST_TEST(before->same_as(disk));
}

BOOST_FIXTURE_TEST_CASE(when_the_backup_has_no_manifest_then_its_files_decide, BackedUp) {
    vault.remove("backup/BACKUP");
    flip(newest_segment(), 100);
    BOOST_CHECK_THROW(restore({.replace = true}), CorruptStore);
    BOOST_TEST(hash_of(disk, "store") == present_hash);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_restore_that_is_interrupted, *one_thread)

namespace {

struct Interrupted : BackedUp {
    std::vector<std::string> findings;
    int untouched = 0;
    int mixtures = 0;
    int complete = 0;

    void judge_after_crash(SimulatedDisk& found) {
        const auto find = [&](const std::string& finding) { findings.push_back(finding); };
        try {
            const std::uint64_t hash = hash_of(found, "store");
            if (hash != present_hash && hash != kept_hash) find("neither store");
            (hash == present_hash ? untouched : complete)++;
        } catch (const std::system_error& error) {
            ++mixtures;
            if (error.code() != std::errc::operation_in_progress) find(error.what());
        } catch (const CorruptStore& error) {
            find(std::string{"passed off as a store: "} + error.what());
        }
        try {
            restore_store(vault, "backup", found, "store", {.replace = true});
            if (hash_of(found, "store") != kept_hash) find("another store than was backed up");
            if (!check_files(found, "store").ok) find("not good in the end");
            bool kept = false;
            for (const char* const prefix : {"replaced-1-", "replaced-2-"}) {
                if (holds_store(*replaced(found, prefix), "store")) {
                    kept = kept || hash_of(*replaced(found, prefix), "store") == present_hash;
                }
            }
            if (!kept) find("what was replaced is lost");
        } catch (const std::exception& error) {
            find(std::string{"cannot be finished: "} + error.what());
        }
    }
    void expect_none() {
        BOOST_TEST_MESSAGE(untouched << " as before, " << complete << " restored, " << mixtures
                                     << " unfinished");
        BOOST_TEST((findings.empty() ? "" : findings.front()) == "");
        BOOST_TEST(untouched > 10);
        BOOST_TEST(mixtures > 10);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(when_the_power_is_cut_at_any_operation_then_neither_store_is_lost,
                        Interrupted) {
    disk.before = [&](DiskOperation) {
        for (int draw = 0; draw < 4; ++draw) judge_after_crash(*disk.after_power_cut(random));
    };
    restore({.replace = true});
    disk.before = nullptr;
    expect_none();
}

BOOST_FIXTURE_TEST_CASE(when_any_operation_fails_then_neither_store_is_lost, Interrupted) {
    const auto whole = disk.after_kill();
    const std::uint64_t begin = whole->operations();
    restore_store(vault, "backup", *whole, "store", {.replace = true});
    const std::uint64_t operations = whole->operations() - begin;
    constexpr std::uint64_t draws = 80;  // spread over all operations
    int failures = 0;
    for (std::uint64_t draw = 0; draw < draws; ++draw) {
        const auto running = disk.after_kill();
        running->inject({.at = begin + operations * draw / draws,
                         .code = std::errc::io_error,
                         .for_ever = draw % 2 == 0});
        try {
            restore_store(vault, "backup", *running, "store", {.replace = true});
        } catch (const std::system_error&) {
            ++failures;
        }
        judge_after_crash(*running->after_kill());
        judge_after_crash(*running->after_power_cut(random));
    }
    BOOST_TEST(failures > 40);
    expect_none();
}

BOOST_AUTO_TEST_SUITE_END()
