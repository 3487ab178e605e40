// Behaviour of the simulated disk alone: power cuts and failures.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "tests/storage/io/small_files.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_simulated_disk)

namespace {
/// The contents that a file may have after a power cut, over many draws; `-` for no file.
std::set<std::string> found_after(const SimulatedDisk& disk, const std::filesystem::path& path) {
    std::set<std::string> found;
    Random random{1};
    for (int draw = 0; draw < 500; ++draw) {
        const auto after = disk.after_power_cut(random);
        const auto names = after->list(path.parent_path());
        const bool there = std::ranges::find(names, path.filename().string()) != names.end();
        found.insert(there ? read(*after, path) : "-");
    }
    return found;
}
using Found = std::set<std::string>;
}  // namespace

BOOST_FIXTURE_TEST_CASE(when_no_file_was_synced_then_any_may_be_lost, Simulated) {
    files.create_directories(directory);
    const auto file = files.open(directory / "a", Mode::create);
    file->write_at(0, bytes_of("x"));
    const std::string length_alone(1, '\0');
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "", "x", length_alone}));
    file->sync();
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "x"}));
    files.sync_directory(directory);
    BOOST_TEST((found_after(disk, directory / "a") == Found{"x"}));
    files.remove(directory / "a");
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "x"}));
}

BOOST_FIXTURE_TEST_CASE(when_a_second_name_is_durable_then_the_file_outlives_the_first, Simulated) {
    files.create_directories(directory);
    write(files, directory / "a", "x");
    files.open(directory / "a", Mode::read)->sync();
    files.sync_directory(directory);
    BOOST_TEST(files.link(directory / "a", directory / "b"));
    BOOST_TEST((found_after(disk, directory / "b") == Found{"-", "x"}));
    files.sync_directory(directory);
    files.remove(directory / "a");
    BOOST_TEST((found_after(disk, directory / "b") == Found{"x"}));
}

BOOST_FIXTURE_TEST_CASE(when_a_reader_syncs_then_a_writers_bytes_are_durable, Simulated) {
    files.create_directories(directory);
    write(files, directory / "a", "x");
    files.sync_directory(directory);
    files.open(directory / "a", Mode::read)->sync();
    BOOST_TEST((found_after(disk, directory / "a") == Found{"x"}));
}

BOOST_FIXTURE_TEST_CASE(when_sectors_were_not_synced_then_each_may_be_lost_or_torn, Simulated) {
    files.create_directories(directory);
    write(files, directory / "a", std::string(1024, 'o'));
    files.open(directory / "a", Mode::update)->sync();
    files.sync_directory(directory);
    files.open(directory / "a", Mode::update)->write_at(0, bytes_of(std::string(1024, 'n')));
    const Found found = found_after(disk, directory / "a");
    for (const auto* const whole : {"oo", "on", "no", "nn"}) {
        BOOST_TEST(found.contains(std::string(512, whole[0]) + std::string(512, whole[1])));
    }
    BOOST_TEST(found.size() > 4U);  // also torn ones
}

BOOST_FIXTURE_TEST_CASE(when_a_file_grew_then_its_length_may_be_kept_and_its_bytes_lost,
                        Simulated) {
    const auto file = durable_file("a");
    file->write_at(0, bytes_of("xy"));
    const Found found = found_after(disk, directory / "a");
    for (const auto& text : {std::string{}, std::string{"xy"}, std::string("\0\0", 2)}) {
        BOOST_TEST(found.contains(text));
    }
}

BOOST_FIXTURE_TEST_CASE(when_files_were_renamed_then_any_of_the_names_may_be_there, Simulated) {
    files.create_directories(directory);
    for (const char* const name : {"a", "b", "c"}) {
        write(files, directory / name, name);
        files.open(directory / name, Mode::update)->sync();
    }
    files.sync_directory(directory);
    files.rename(directory / "a", directory / "b");
    files.rename(directory / "c", directory / "d");
    std::set<std::string> found;
    Random random{1};
    for (int draw = 0; draw < 500; ++draw) {
        const auto after = disk.after_power_cut(random);
        std::string all;
        for (const auto& name : after->list(directory)) {
            all += name + "=" + read(*after, directory / name) + " ";
        }
        found.insert(all);
    }
    for (const char* const all : {
             "a=a b=b c=c ",      // neither
             "b=a d=c ",          // both
             "a=a b=b d=c ",      // the later one alone
             "a=a b=a c=c d=c ",  // their new names alone
         }) {
        BOOST_TEST_CONTEXT(all) { BOOST_TEST(found.contains(all)); }
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_process_is_killed_then_unsynced_bytes_stay_unsynced, Simulated) {
    const auto file = durable_file("a");
    file->write_at(0, bytes_of("x"));
    const auto killed = disk.after_kill();
    BOOST_TEST(read(*killed, directory / "a") == "x");
    BOOST_TEST(found_after(*killed, directory / "a").contains(""));
    killed->open(directory / "a", Mode::update)->sync();
    BOOST_TEST((found_after(*killed, directory / "a") == Found{"x"}));
    BOOST_TEST(found_after(disk, directory / "a").contains(""));  // another disk
}

namespace {
/// A disk on which nothing is left to sync: an empty file, `a`.
struct Failing {
    explicit Failing(std::uint64_t seed) : disk{seed} {
        disk.create_directories("store");
        file = disk.open("store/a", Mode::create);
        file->sync();
        disk.sync_directory("store");
    }
    /// The next operation fails.
    void fail(std::errc code, bool for_ever = false) {
        disk.inject({.at = disk.operations(), .code = code, .for_ever = for_ever});
    }
    SimulatedDisk disk;
    std::unique_ptr<File> file;
};
}  // namespace

BOOST_AUTO_TEST_CASE(when_a_sync_fails_then_a_later_one_does_not_help) {
    Found lost_or_kept;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Failing its{seed};
        its.file->write_at(0, bytes_of("x"));
        its.fail(std::errc::io_error);
        BOOST_CHECK_THROW(its.file->sync(), std::system_error);
        its.file->sync();
        BOOST_TEST(read(its.disk, "store/a") == "x");
        const Found found = found_after(its.disk, "store/a");
        BOOST_TEST(found.size() == 1U);  // the same in each draw
        lost_or_kept.insert(found.begin(), found.end());
    }
    BOOST_TEST(lost_or_kept.contains(""));
    BOOST_TEST(lost_or_kept.contains("x"));
}

BOOST_AUTO_TEST_CASE(when_a_directory_sync_fails_then_its_entries_may_be_lost_still) {
    Failing its{1};
    its.disk.rename("store/a", "store/b");
    its.fail(std::errc::io_error);
    BOOST_CHECK_THROW(its.disk.sync_directory("store"), std::system_error);
    BOOST_TEST(!found_after(its.disk, "store/b").empty());
    its.disk.sync_directory("store");
    BOOST_TEST((found_after(its.disk, "store/b") == Found{""}));
}

BOOST_AUTO_TEST_CASE(when_a_close_fails_then_it_is_silent_and_unsynced_bytes_are_lost) {
    Found lost_or_kept;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Failing its{seed};
        its.file->write_at(0, bytes_of("x"));
        its.fail(std::errc::io_error);
        its.file.reset();
        BOOST_TEST(!its.disk.failure_reported());
        its.disk.open("store/a", Mode::update)->sync();
        lost_or_kept.merge(found_after(its.disk, "store/a"));
    }
    BOOST_TEST(lost_or_kept.contains(""));
}

BOOST_AUTO_TEST_CASE(when_a_write_fails_then_half_of_it_is_written) {
    for (const std::errc code :
         {std::errc::io_error, std::errc::no_space_on_device, std::errc::file_too_large}) {
        Failing its{1};
        its.fail(code);
        BOOST_CHECK_EXCEPTION(its.file->write_at(0, bytes_of("word")), std::system_error,
                              [&](const auto& error) { return is(error, code); });
        BOOST_TEST(read(its.disk, "store/a") == "wo");
        BOOST_TEST(its.disk.failure_reported());
        its.file->write_at(0, bytes_of("word"));  // it was to fail once
    }
}

BOOST_AUTO_TEST_CASE(when_a_call_is_interrupted_or_cut_short_then_the_port_finishes_it) {
    for (const bool for_ever : {false, true}) {
        Failing its{1};
        its.fail(std::errc::interrupted, for_ever);
        its.file->write_at(0, bytes_of("hello"));
        BOOST_TEST(read(*its.file) == "hello");
        its.disk.inject({its.disk.operations(), std::errc{}, for_ever, true});
        its.file->write_at(0, bytes_of("jello"));
        BOOST_TEST(read(*its.file) == "jello");
        BOOST_TEST(!its.disk.failure_reported());
    }
}

BOOST_AUTO_TEST_CASE(when_the_disk_fails_for_ever_then_every_operation_does) {
    Failing its{1};
    its.fail(std::errc::io_error, true);
    BOOST_CHECK_THROW((void)read(*its.file), std::system_error);
    BOOST_CHECK_THROW(its.file->write_at(0, bytes_of("x")), std::system_error);
    BOOST_CHECK_THROW(its.file->sync(), std::system_error);
    BOOST_CHECK_THROW(its.file->truncate(0), std::system_error);
    BOOST_CHECK_THROW((void)its.disk.open("store/a", Mode::read), std::system_error);
    BOOST_CHECK_THROW((void)its.disk.open("store/a", Mode::update), std::system_error);
    BOOST_CHECK_THROW((void)its.disk.open("store/b", Mode::create), std::system_error);
    BOOST_CHECK_THROW(its.disk.rename("store/a", "store/b"), std::system_error);
    BOOST_CHECK_THROW(its.disk.remove("store/b"), std::system_error);
    BOOST_CHECK_THROW(its.disk.sync_directory("store"), std::system_error);
    BOOST_CHECK_THROW(its.disk.create_directories("more"), std::system_error);
    BOOST_TEST(its.disk.asked_after_failure() > 8U);
}

BOOST_AUTO_TEST_SUITE_END()
