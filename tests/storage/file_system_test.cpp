// One contract for the operating system's files and the simulated disk; and what only the simulated
// one can show: what a power cut leaves.

#include <algorithm>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "tests/simulation/simulated_disk.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

struct OnDisk {
    Scratch scratch;
    FileSystem& files = posix_file_system();
    std::filesystem::path directory = scratch.path / "store";
};
struct Simulated {
    SimulatedDisk disk;
    FileSystem& files = disk;
    std::filesystem::path directory = "store";
};
using Both = boost::mpl::list<OnDisk, Simulated>;
using Mode = FileSystem::Mode;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

std::string read(File& file) {
    std::string text(file.size() + 10, '?');
    text.resize(file.read_at(0, std::as_writable_bytes(std::span{text.data(), text.size()})));
    return text;
}

std::string read(FileSystem& files, const std::filesystem::path& path) {
    return read(*files.open(path, Mode::read));
}

void write(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
    files.open(path, Mode::create)->write_at(0, bytes_of(text));
}

bool is(const std::system_error& error, std::errc code) {
    return error.code() == std::make_error_condition(code);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_file_system)

BOOST_AUTO_TEST_CASE_TEMPLATE(when_files_are_used_then_they_hold_what_was_written, Its, Both) {
    Its its;
    const auto path = its.directory / "a";
    BOOST_TEST(its.files.list(its.directory).empty());
    its.files.create_directories(its.directory);
    its.files.create_directories(its.directory);
    const auto file = its.files.open(path, Mode::create);
    file->write_at(0, bytes_of("hello"));
    file->write_at(8, bytes_of("there"));
    BOOST_TEST(read(*file) == std::string("hello\0\0\0there", 13));
    file->write_at(0, bytes_of("J"));
    file->truncate(5);
    file->sync();
    BOOST_TEST(read(its.files, path) == "Jello");
    file->truncate(7);
    BOOST_TEST(file->size() == 7U);
    BOOST_TEST(read(its.files, path) == std::string("Jello\0\0", 7));
    its.files.open(path, Mode::update)->write_at(1, bytes_of("u"));
    BOOST_TEST(read(its.files, path) == std::string("Jullo\0\0", 7));
    write(its.files, path, "");
    BOOST_TEST(read(its.files, path).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_names_change_then_the_directory_shows_it, Its, Both) {
    Its its;
    its.files.create_directories(its.directory);
    write(its.files, its.directory / "b", "b");
    write(its.files, its.directory / "a", "a");
    its.files.sync_directory(its.directory);
    BOOST_TEST((its.files.list(its.directory) == std::vector<std::string>{"a", "b"}));
    const auto open = its.files.open(its.directory / "b", Mode::read);
    its.files.rename(its.directory / "a", its.directory / "b");
    BOOST_TEST((its.files.list(its.directory) == std::vector<std::string>{"b"}));
    BOOST_TEST(read(its.files, its.directory / "b") == "a");
    BOOST_TEST(read(*open) == "b");
    its.files.remove(its.directory / "b");
    BOOST_TEST(its.files.list(its.directory).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_file_is_not_there_then_it_says_so, Its, Both) {
    Its its;
    its.files.create_directories(its.directory);
    const auto missing = [](const std::system_error& error) {
        return is(error, std::errc::no_such_file_or_directory);
    };
    const auto none = its.directory / "none";
    BOOST_CHECK_EXCEPTION((void)its.files.open(none, Mode::read), std::system_error, missing);
    BOOST_CHECK_EXCEPTION((void)its.files.open(none, Mode::update), std::system_error, missing);
    BOOST_CHECK_EXCEPTION(its.files.remove(none), std::system_error, missing);
    BOOST_CHECK_EXCEPTION(its.files.rename(none, none), std::system_error, missing);
    BOOST_TEST(its.files.list(its.directory).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_lock_is_held_then_no_one_else_gets_it, Its, Both) {
    Its its;
    its.files.create_directories(its.directory);
    const auto path = its.directory / "LOCK";
    {
        const auto lock = its.files.lock(path);
        BOOST_CHECK_EXCEPTION((void)its.files.lock(path), std::system_error, [](const auto& error) {
            return is(error, std::errc::resource_unavailable_try_again);
        });
    }
    BOOST_CHECK_NO_THROW((void)its.files.lock(path));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_simulated_disk)

namespace {
/// What a file may hold after a power cut, over many draws; `-` for no file.
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

BOOST_FIXTURE_TEST_CASE(when_nothing_was_synced_then_anything_may_be_lost, Simulated) {
    files.create_directories(directory);
    const auto file = files.open(directory / "a", Mode::create);
    file->write_at(0, bytes_of("x"));
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "", "x"}));
    file->sync();
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "x"}));
    files.sync_directory(directory);
    BOOST_TEST((found_after(disk, directory / "a") == Found{"x"}));
    files.remove(directory / "a");
    BOOST_TEST((found_after(disk, directory / "a") == Found{"-", "x"}));
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
    BOOST_TEST(found.size() > 4U);  // and torn ones
}

BOOST_FIXTURE_TEST_CASE(when_a_sync_fails_then_a_later_one_does_not_help, Simulated) {
    files.create_directories(directory);
    const auto file = files.open(directory / "a", Mode::create);
    file->sync();
    files.sync_directory(directory);
    file->write_at(0, bytes_of("x"));
    disk.plant({.at = disk.operations(), .code = std::errc::io_error, .for_ever = false});
    BOOST_CHECK_THROW(file->sync(), std::system_error);
    file->sync();
    BOOST_TEST(read(files, directory / "a") == "x");
    BOOST_TEST((found_after(disk, directory / "a") == Found{""}));
}

BOOST_AUTO_TEST_SUITE_END()
