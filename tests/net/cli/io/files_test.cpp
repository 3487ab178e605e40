#include "net/cli/io/files.hpp"

#include <boost/test/unit_test.hpp>
#include <system_error>

#include "tests/scratch_directory.hpp"

using namespace allot::program;
using allot::testing::ScratchDirectory;

BOOST_AUTO_TEST_SUITE(given_a_directory)

BOOST_AUTO_TEST_CASE(when_a_file_is_written_then_it_is_read_back_and_nothing_is_left_beside_it) {
    const ScratchDirectory scratch;
    const std::string text("a\0b\n", 4);
    write_file(scratch / "f", "old, and longer than what follows");
    write_file(scratch / "f", text);
    BOOST_TEST(read_file(scratch / "f") == text);
    BOOST_TEST(scratch.size() == 1);
}

BOOST_AUTO_TEST_CASE(when_a_file_cannot_be_renamed_then_no_temporary_file_is_left) {
    const ScratchDirectory scratch;
    std::filesystem::create_directory(scratch / "f");
    BOOST_CHECK_THROW(write_file(scratch / "f", "text"), std::system_error);
    BOOST_TEST(scratch.size() == 1);
}

BOOST_AUTO_TEST_CASE(when_a_file_is_missing_then_the_error_names_it) {
    const ScratchDirectory scratch;
    BOOST_CHECK_EXCEPTION(
        (void)read_file(scratch / "none"), std::system_error, [](const auto& error) {
            return std::string{error.what()}.find("/none: No such file") != std::string::npos;
        });
    BOOST_TEST(!read_file_if_there(scratch / "none"));
}

BOOST_AUTO_TEST_CASE(when_the_directory_is_read_as_a_file_then_that_is_an_error) {
    const ScratchDirectory scratch;
    BOOST_CHECK_THROW((void)read_file(scratch.path()), std::system_error);
    BOOST_CHECK_THROW((void)read_file_if_there(scratch.path()), std::system_error);
}

BOOST_AUTO_TEST_CASE(when_a_file_is_larger_than_allowed_then_it_is_refused) {
    const ScratchDirectory scratch;
    scratch.write("f", "");
    std::filesystem::resize_file(scratch / "f", file_bytes_max + 1);  // sparse
    BOOST_CHECK_THROW((void)read_file(scratch / "f"), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
