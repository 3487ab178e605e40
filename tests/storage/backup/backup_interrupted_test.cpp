// Interrupted backups: either the older or the newer backup can always be restored.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "storage/backup/backup.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/backup_fixture.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_backup_that_is_interrupted, *one_thread)

namespace {

/// An older backup, a newer store, and the contents of both.
struct Interrupted : BackupFixture {
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
        // A file that is renamed, and a file that replaces another.
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

    /// After a crash the directory holds the older backup, the newer one, or is marked as
    /// incomplete; in each case a whole backup can be obtained.
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
        running->inject(
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

BOOST_FIXTURE_TEST_CASE(when_the_power_is_cut_again_meanwhile_then_a_whole_one_is_to_be_had,
                        Interrupted) {
    const std::uint64_t first = disk.operations();
    std::uint64_t cuts = 0;
    {
        const auto whole = old->after_kill();
        const std::uint64_t begin = whole->operations();
        backup_store(source, "store", *whole, "backup", {});
        cuts = whole->operations() - begin;
    }
    BOOST_TEST(first > 0U);
    for (std::uint64_t at = 0; at < cuts; at += 3 * one_in) {
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
    BOOST_TEST(mixtures > 50 / one_in);
}

BOOST_FIXTURE_TEST_CASE(when_any_operation_fails_then_a_whole_one_is_to_be_had, Interrupted) {
    int failures = 0;
    for (const bool for_ever : {false, true}) {
        for (std::uint64_t at = 0; at < 80; at += one_in) {
            const auto running = old->after_kill();
            running->inject({.at = running->operations() + at,
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
    BOOST_TEST(failures > 60 / one_in);
    expect_none();
}

BOOST_AUTO_TEST_SUITE_END()
