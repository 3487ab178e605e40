// One contract for the operating system's files and the simulated disk.

#include <sys/stat.h>
#include <algorithm>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/storage/io/small_files.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

struct OnDisk {
    Scratch scratch;
    FileSystem& files = posix_file_system();
    std::filesystem::path directory = scratch.path / "store";
};
using Both = boost::mpl::list<OnDisk, Simulated>;
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
    // As after a power cut during a rename: a file created again under one of the two names is
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
    its.files.open(its.directory / "a", Mode::update)->truncate(3);
    BOOST_TEST(open->size() == 3U);
    BOOST_TEST(read(*open) == "hel");
    open->sync();  // the writes of other descriptors
    its.files.remove(its.directory / "a");
    BOOST_TEST(read(*open) == "hel");
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

BOOST_AUTO_TEST_CASE(when_a_directory_is_a_file_then_the_error_names_it) {
    OnDisk its;
    its.files.create_directories(its.directory);
    const auto file = its.directory / "file";
    (void)its.files.open(file, Mode::create);
    const auto says = [](std::string text) {
        return [text = std::move(text)](const std::system_error& error) {
            return std::string_view{error.what()}.starts_with(text);
        };
    };
    BOOST_CHECK_EXCEPTION((void)its.files.list(file), std::system_error,
                          says("cannot read the directory " + file.string() + ": "));
    BOOST_CHECK_EXCEPTION(its.files.create_directories(file / "x"), std::system_error,
                          says("cannot create the directory "));
}

BOOST_AUTO_TEST_CASE(when_a_name_is_of_no_regular_file_then_opening_it_does_not_wait) {
    OnDisk its;
    its.files.create_directories(its.directory);
    BOOST_REQUIRE(::mkfifo((its.directory / "fifo").c_str(), 0600) == 0);
    its.files.create_directories(its.directory / "directory");
    for (const char* const name : {"fifo", "directory"}) {
        BOOST_CHECK_THROW((void)its.files.open(its.directory / name, Mode::read),
                          std::system_error);
        BOOST_CHECK_THROW((void)its.files.lock(its.directory / name), std::system_error);
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
        its.files.remove(path);  // as by an operator who takes it for a leftover
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

BOOST_AUTO_TEST_CASE_TEMPLATE(when_a_read_passes_the_end_then_it_is_cut_short, Its, Both) {
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

BOOST_AUTO_TEST_SUITE(given_a_file_whose_calls_are_short)

namespace {
/// Each call does a few bytes, and every other call is interrupted.
class ShortCallFile final : public File {
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

BOOST_AUTO_TEST_CASE(when_the_file_is_written_and_read_then_all_bytes_are_there) {
    ShortCallFile file;
    file.write_at(0, bytes_of("hello, world"));
    BOOST_TEST(file.bytes == "hello, world");
    BOOST_TEST(read(file) == "hello, world");
}

BOOST_AUTO_TEST_SUITE_END()
