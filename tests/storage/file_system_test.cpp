// One contract for the operating system's files and the simulated disk; and what only the simulated
// one can show: what a power cut leaves.

#include <sys/stat.h>
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

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_file_has_two_names_then_each_may_go, Its, Both) {
    Its its;
    its.files.create_directories(its.directory);
    write(its.files, its.directory / "a", "a");
    write(its.files, its.directory / "c", "c");
    BOOST_TEST(its.files.link(its.directory / "a", its.directory / "b"));
    BOOST_CHECK_EXCEPTION((void)its.files.link(its.directory / "a", its.directory / "c"),
                          std::system_error,
                          [](const auto& error) { return is(error, std::errc::file_exists); });
    its.files.open(its.directory / "a", Mode::update)->write_at(0, bytes_of("x"));
    its.files.remove(its.directory / "a");
    BOOST_TEST(read(its.files, its.directory / "b") == "x");
    BOOST_TEST((its.files.list(its.directory) == std::vector<std::string>{"b", "c"}));
    // As a rename that a power cut left half done: what is made anew under one of its names is
    // another file.
    BOOST_TEST(its.files.link(its.directory / "b", its.directory / "a"));
    write(its.files, its.directory / "a", "new");
    BOOST_TEST(read(its.files, its.directory / "b") == "x");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_file_is_removed_or_shortened_then_who_reads_it_copes, Its,
                              Both) {
    Its its;
    its.files.create_directories(its.directory);
    write(its.files, its.directory / "a", "hello");
    const auto open = its.files.open(its.directory / "a", Mode::read);
    its.files.open(its.directory / "a", Mode::update)->truncate(2);
    BOOST_TEST(open->size() == 2U);
    BOOST_TEST(read(*open) == "he");
    open->sync();  // what others wrote
    its.files.remove(its.directory / "a");
    BOOST_TEST(read(*open) == "he");
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
    BOOST_CHECK_EXCEPTION(its.files.sync_directory(none), std::system_error, missing);
    BOOST_TEST(its.files.list(its.directory).empty());
}

BOOST_AUTO_TEST_CASE(when_a_name_is_of_no_regular_file_then_nobody_waits_for_it) {
    OnDisk its;
    its.files.create_directories(its.directory);
    BOOST_REQUIRE(::mkfifo((its.directory / "fifo").c_str(), 0600) == 0);
    its.files.create_directories(its.directory / "directory");
    for (const char* const name : {"fifo", "directory"}) {
        BOOST_CHECK_THROW((void)its.files.open(its.directory / name, Mode::read),
                          std::system_error);
    }
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
        its.files.remove(path);  // by someone who thinks that it is left over
        BOOST_CHECK_EXCEPTION((void)its.files.lock(path), std::system_error, [](const auto& error) {
            return is(error, std::errc::resource_unavailable_try_again);
        });
    }
    BOOST_CHECK_NO_THROW((void)its.files.lock(path));
    BOOST_TEST((its.files.list(its.directory) == std::vector<std::string>{"LOCK"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_file_is_open_then_changes_of_its_name_do_not_reach_it, Its,
                              Both) {
    Its its;
    its.files.create_directories(its.directory);
    const auto path = its.directory / "a";
    const auto file = its.files.open(path, Mode::create);
    file->write_at(0, bytes_of("old"));
    its.files.rename(path, its.directory / "b");
    write(its.files, path, "new");
    file->write_at(3, bytes_of("er"));
    BOOST_TEST(read(its.files, its.directory / "b") == "older");
    BOOST_TEST(read(its.files, path) == "new");
    its.files.remove(its.directory / "b");
    file->sync();
    BOOST_TEST(read(*file) == "older");
    const auto before = its.files.open(path, Mode::read);
    write(its.files, path, "");
    BOOST_TEST(read(its.files, path).empty());
    BOOST_TEST(read(*before) == "new");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(when_read_at_the_end_then_it_is_cut_short, Its, Both) {
    Its its;
    its.files.create_directories(its.directory);
    write(its.files, its.directory / "a", "hello");
    const auto file = its.files.open(its.directory / "a", Mode::read);
    std::string text(4, '?');
    const auto into = std::as_writable_bytes(std::span{text.data(), text.size()});
    BOOST_TEST(file->read_at(3, into) == 2U);
    BOOST_TEST(text == "lo??");
    BOOST_TEST(file->read_at(5, into) == 0U);
    BOOST_TEST(file->read_at(50, into) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_file_whose_calls_do_less_than_asked)

namespace {
/// A few bytes a call, and every other call is interrupted.
class GrudgingFile final : public File {
public:
    void sync() override {}
    void truncate(std::uint64_t size) override { bytes.resize(size); }
    [[nodiscard]] std::uint64_t size() const override { return bytes.size(); }

    std::string bytes;

private:
    void interrupt() {
        if (++calls_ % 2 == 1)
            throw std::system_error{std::make_error_code(std::errc::interrupted)};
    }
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
        interrupt();
        const std::string_view rest = std::string_view{bytes}.substr(offset, 3);
        return rest.copy(reinterpret_cast<char*>(into.data()), into.size());
    }
    std::size_t write_some(std::uint64_t offset, std::span<const std::byte> from) override {
        interrupt();
        const std::string_view some{reinterpret_cast<const char*>(from.data()), from.size()};
        bytes.replace(offset, 3, some.substr(0, 3));
        return std::min<std::size_t>(some.size(), 3);
    }
    int calls_ = 0;
};
}  // namespace

BOOST_AUTO_TEST_CASE(when_written_and_read_then_it_is_all_there) {
    GrudgingFile file;
    file.write_at(0, bytes_of("hello, world"));
    BOOST_TEST(file.bytes == "hello, world");
    BOOST_TEST(read(file) == "hello, world");
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

BOOST_FIXTURE_TEST_CASE(when_a_reader_syncs_then_what_a_writer_wrote_is_durable, Simulated) {
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
    BOOST_TEST(found.size() > 4U);  // and torn ones
}

BOOST_FIXTURE_TEST_CASE(when_a_file_grew_then_its_length_may_be_kept_and_its_bytes_lost,
                        Simulated) {
    files.create_directories(directory);
    const auto file = files.open(directory / "a", Mode::create);
    file->sync();
    files.sync_directory(directory);
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

BOOST_FIXTURE_TEST_CASE(when_the_process_is_killed_then_what_was_not_synced_still_is_not,
                        Simulated) {
    files.create_directories(directory);
    const auto file = files.open(directory / "a", Mode::create);
    file->sync();
    files.sync_directory(directory);
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
        disk.plant({.at = disk.operations(), .code = code, .for_ever = for_ever});
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
        BOOST_TEST(found.size() == 1U);  // it is decided
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

BOOST_AUTO_TEST_CASE(when_a_close_fails_then_nobody_is_told_and_what_was_not_synced_is_lost) {
    Found lost_or_kept;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Failing its{seed};
        its.file->write_at(0, bytes_of("x"));
        its.fail(std::errc::io_error);
        its.file.reset();
        BOOST_TEST(!its.disk.failure_told());
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
        BOOST_TEST(its.disk.failure_told());
        its.file->write_at(0, bytes_of("word"));  // it was to fail once
    }
}

BOOST_AUTO_TEST_CASE(when_interrupted_or_cut_short_then_the_port_finishes) {
    for (const bool for_ever : {false, true}) {
        Failing its{1};
        its.fail(std::errc::interrupted, for_ever);
        its.file->write_at(0, bytes_of("hello"));
        BOOST_TEST(read(*its.file) == "hello");
        its.disk.plant({its.disk.operations(), std::errc{}, for_ever, true});
        its.file->write_at(0, bytes_of("jello"));
        BOOST_TEST(read(*its.file) == "jello");
        BOOST_TEST(!its.disk.failure_told());
    }
}

BOOST_AUTO_TEST_CASE(when_it_fails_for_ever_then_every_operation_does) {
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
