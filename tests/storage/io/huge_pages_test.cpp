#include "storage/io/huge_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20U;

/// Allocates as a growing table does, and frees everything at the end.
struct Growing {
    std::span<std::byte> take() {
        auto* const at = static_cast<std::byte*>(allot::huge_pages()->allocate(huge_page, 64));
        taken.push_back(at);
        return {at, huge_page};
    }
    ~Growing() {
        for (std::byte* const at : taken) allot::huge_pages()->deallocate(at, huge_page, 64);
    }
    std::vector<std::byte*> taken;
};

/// True when the system has backed all pages with memory.
bool is_backed(std::span<std::byte> memory) {
    const auto small = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> backed(memory.size() / small);
    BOOST_REQUIRE(::mincore(memory.data(), memory.size(), backed.data()) == 0);
    return std::ranges::all_of(backed, [](unsigned char is) { return (is & 1U) != 0; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_table_that_grows_by_huge_pages, Growing)

BOOST_AUTO_TEST_CASE(when_the_table_takes_a_page_then_it_is_whole_and_zero) {
    for (int i = 0; i < 40; ++i) {  // including those that were ready
        const auto memory = take();
        BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory.data()) % huge_page == 0U);
        BOOST_TEST(std::ranges::count(memory, std::byte{0}) ==
                   static_cast<std::ptrdiff_t>(memory.size()));
        std::ranges::fill(memory, std::byte{1});
    }
}

BOOST_AUTO_TEST_CASE(when_few_pages_are_in_use_then_none_is_made_ready) {
    for (int round = 0; round < 10; ++round) Growing{}.take();
    for (int i = 0; i < 6; ++i) take();  // uses the pages that were ready
    // Nothing is to happen: a page made ready all the same would be by then.
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    BOOST_TEST(!is_backed(take()));
}

BOOST_AUTO_TEST_CASE(when_the_table_has_taken_many_pages_then_the_next_are_ready) {
    bool is_ready = false;
    for (int i = 0; i < 1000 && !is_ready; ++i) {
        is_ready = is_backed(take());
        if (!is_ready) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    BOOST_TEST(is_ready);
}

BOOST_AUTO_TEST_CASE(when_the_table_takes_several_at_once_then_all_are_cleared_ahead_of_use) {
    constexpr std::size_t bytes = 4 * huge_page;
    auto* const at = static_cast<std::byte*>(allot::huge_pages()->allocate(bytes, 64));
    bool is_ready = false;
    for (int i = 0; i < 20'000 && !is_ready; ++i) {
        is_ready = is_backed({at, bytes});
        if (!is_ready) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    BOOST_TEST(is_ready);
    allot::huge_pages()->deallocate(at, bytes, 64);
}

// Freed memory must not be touched: it may have another owner by then.
BOOST_AUTO_TEST_CASE(when_tables_are_given_back_at_once_then_nothing_of_them_is_cleared_later) {
    constexpr std::size_t bytes = 2 * huge_page;
    for (int i = 0; i < 100; ++i) {
        auto* const at = static_cast<std::byte*>(allot::huge_pages()->allocate(bytes, 64));
        at[0] = std::byte{1};
        allot::huge_pages()->deallocate(at, bytes, 64);
        void* const reserved =
            ::mmap(at, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (reserved == MAP_FAILED) continue;  // in use already
        BOOST_REQUIRE(::mprotect(reserved, bytes, PROT_READ | PROT_WRITE) == 0);
        std::this_thread::sleep_for(std::chrono::microseconds{100});  // nothing is to happen
        std::vector<unsigned char> backed(bytes /
                                          static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
        BOOST_REQUIRE(::mincore(reserved, bytes, backed.data()) == 0);
        BOOST_TEST(std::ranges::none_of(backed, [](unsigned char is) { return (is & 1U) != 0; }));
        ::munmap(reserved, bytes);
    }
}

BOOST_AUTO_TEST_SUITE_END()
