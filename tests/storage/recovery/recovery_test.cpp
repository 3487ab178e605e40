// Recovery from a crash: whole units are there, and opening the store cuts the torn tail.

#include "storage/recovery/recovery.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/recovery/moved_line.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_journal_that_a_crash_cut_short)

BOOST_FIXTURE_TEST_CASE(when_the_cut_is_at_any_byte_of_a_shrink_then_no_line_is_lost, Moved,
                        *one_thread) {
    const Bytes whole = journal();
    std::set<std::string> holders;
    for (std::size_t cut = before_shrink; cut <= after_shrink; ++cut) {
        Bytes bytes = whole;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), '\0');
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        BOOST_TEST(violations(*recovered.repository).empty());
        const auto lines = allocations("o2", *recovered.repository);
        BOOST_REQUIRE(lines.size() == 1U);
        holders.insert(std::string{lines[0].batch.view()});
    }
    BOOST_TEST((holders == std::set<std::string>{"b1", "b2"}));
}

BOOST_FIXTURE_TEST_CASE(when_the_cut_is_at_any_byte_then_a_prefix_of_the_units_is_there, Moved,
                        *one_thread) {
    const Bytes whole = journal();
    Lsn last = 0;
    for (std::size_t size = sizeof(journal::SegmentHeader); size <= used_bytes(whole); ++size) {
        Bytes bytes = whole;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(size), bytes.end(), '\0');
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        const Lsn now = recovered.journal.tail.last;
        BOOST_TEST(now >= last);
        BOOST_TEST((now <= 4 || now == 7));  // the shrink is three facts, all or none
        last = now;
    }
    BOOST_TEST(last == 7U);
}

// After a crash every segment still has its full length.
BOOST_FIXTURE_TEST_CASE(when_the_file_itself_is_shorter_then_it_is_refused, Moved, *one_thread) {
    const Bytes whole = journal();
    for (std::size_t size = 0; size < whole.size(); size += size < 100 ? 1 : 997) {
        set_journal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        BOOST_CHECK_EXCEPTION((void)recover(posix_file_system(), path, {}), CorruptStore,
                              [](const auto& error) { return error.file() == first_segment; });
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_torn_tail_is_cut_then_a_copy_is_kept_and_a_warning_given, Moved) {
    Bytes bytes = journal();
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(after_shrink) - 10, bytes.end(), '\0');
    set_journal(bytes);
    std::vector<std::string> warnings;
    StoreOptions options = small_options();
    options.warning = [&](std::string_view text) { warnings.emplace_back(text); };
    {
        auto store = Store::open(path, options);
        BOOST_TEST(store.allocations("o2").at(0).batch.view() == "b1");
        BOOST_REQUIRE(warnings.size() == 1U);
        BOOST_TEST(warnings[0].find("torn tail") != std::string::npos);
        store.allocate({"o3", "sku", 1}).value();
    }
    std::size_t copies = 0;
    for (const auto& entry : std::filesystem::directory_iterator{path}) {
        copies += entry.path().filename().string().starts_with("torn-");
    }
    BOOST_TEST(copies == 1U);
    const CheckReport report = check_store(path);
    BOOST_TEST(report.ok);
    BOOST_TEST(report.last == 5U);
}

BOOST_FIXTURE_TEST_CASE(when_two_tails_are_cut_at_the_same_offset_then_both_copies_are_kept,
                        Moved) {
    for (const char junk : {'1', '2'}) {
        Bytes bytes = journal();
        bytes.resize(small_segment);
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(before_shrink), bytes.end(), '\0');
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(before_shrink) + 8, 16, junk);
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        BOOST_REQUIRE(recovered.journal.torn.has_value());
        clear_torn_tail(posix_file_system(), path, *recovered.journal.torn);
    }
    std::string copies;
    for (const std::string& name : posix_file_system().list(path)) {
        if (name.starts_with("torn-")) copies += read_file(path / name).back();
    }
    BOOST_TEST(copies == "12");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_being_opened)

BOOST_FIXTURE_TEST_CASE(when_the_progress_callback_throws_then_no_file_has_changed, Moved) {
    struct Enough : std::exception {};
    {
        auto store = Store::open(path, small_options());
        (void)store.snapshot();
        for (int i = 0; i < 150; ++i) {  // each in a group of its own
            (void)store.allocate(line("order-" + std::to_string(i), "sku", 1));
        }
    }
    // A torn tail, which opening would cut off.
    std::filesystem::path last;
    for (const std::string& name : posix_file_system().list(path)) {
        if (name.starts_with("journal-") && used_bytes(read_file(path / name)) != 0)
            last = path / name;
    }
    Bytes torn = read_file(last);
    const std::size_t end = used_bytes(torn);
    BOOST_REQUIRE(end + 40 < torn.size());
    std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(end), 40, '\1');
    write_file(last, torn);
    const auto contents = [&] {
        std::map<std::string, Bytes> files;
        for (const std::string& name : posix_file_system().list(path)) {
            files[name] = read_file(path / name);
        }
        return files;
    };
    const auto before = contents();
    int calls = 0;
    StoreOptions options = small_options();
    options.progress = [&](const Progress&) { ++calls; };
    const std::uint64_t wanted = [&] {
        const Recovered recovered = recover(posix_file_system(), path, options);
        return state_hash(*recovered.repository);
    }();
    BOOST_TEST(calls > 10);  // also within a segment
    // The nth call ends the opening, until there are fewer than n calls.
    for (int nth = 1, is_open = 0; is_open == 0; ++nth) {
        options.progress = [&, left = nth](const Progress&) mutable {
            if (--left == 0) throw Enough{};
        };
        try {
            BOOST_TEST(Store::open(path, options).state_hash() == wanted);
            BOOST_TEST(nth > calls / 2);
            is_open = 1;
        } catch (const Enough&) {
            BOOST_TEST((contents() == before));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
