#include "benchmarks/limits.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>

using namespace allot::bench;

BOOST_AUTO_TEST_SUITE(given_a_chase_through_memory)

BOOST_AUTO_TEST_CASE(when_the_chase_is_followed_then_every_line_comes_once_before_the_first_again) {
    for (const std::size_t bytes : {64, 128, 256, 1 << 20, (1 << 20) + 1000}) {
        const PointerChase chase{bytes};
        std::vector<int> seen(chase.lines());
        std::uint64_t at = 0;
        for (std::size_t i = 0; i < chase.lines(); ++i) {
            ++seen.at(at);
            at = chase.follow(1, at);
        }
        BOOST_TEST(at == 0U);
        BOOST_TEST(std::ranges::count(seen, 1) == static_cast<std::ptrdiff_t>(chase.lines()));
        BOOST_TEST(chase.follow(chase.lines()) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(when_the_chase_is_followed_then_neighbours_are_seldom_next) {
    const PointerChase chase{1 << 20};
    std::size_t near = 0;
    for (std::uint64_t at = 0; at < chase.lines(); ++at) {
        const auto next = static_cast<std::int64_t>(chase.follow(1, at));
        near += std::abs(next - static_cast<std::int64_t>(at)) <= 16 ? 1 : 0;
    }
    BOOST_TEST(near < chase.lines() / 100);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_gather)

BOOST_AUTO_TEST_CASE(when_the_gather_has_run_then_each_sku_was_written_as_often_as_it_was_drawn) {
    constexpr std::size_t skus = 50;
    constexpr std::size_t measured = 1003;  // not a multiple of a pass
    std::mt19937 random{3};
    std::vector<Touch> touches;
    std::vector<std::uint64_t> asked(skus);
    for (std::size_t i = 0; i < measured; ++i) {
        const auto sku = static_cast<std::uint32_t>(random() % skus);
        touches.push_back({sku, static_cast<std::uint32_t>(random())});
        ++asked[sku];
    }
    for (const std::size_t held : {std::size_t{0}, skus}) {
        Gather gather{skus, 3, held, measured};
        gather.run(touches);
        for (std::size_t sku = 0; sku < skus; ++sku) BOOST_TEST(gather.writes(sku) == asked[sku]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
