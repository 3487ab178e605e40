#include "benchmarks/demand.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "benchmarks/workload.hpp"

using namespace allot::bench;

namespace {

constexpr double exponent = 0.99;

/// The probability of each rank, by rank; the element 0 is unused.
std::vector<double> law(std::size_t ranks) {
    std::vector<double> shares(ranks + 1);
    double sum = 0;
    for (std::size_t rank = 1; rank <= ranks; ++rank) {
        sum += shares[rank] = std::pow(static_cast<double>(rank), -exponent);
    }
    for (double& share : shares) share /= sum;
    return shares;
}

/// True when the number seen among the draws is less than five standard deviations off its expected
/// value.
bool likely(std::size_t seen, std::size_t draws, double probability) {
    const double expected = static_cast<double>(draws) * probability;
    const double deviation = std::sqrt(expected * (1 - probability));
    return std::abs(static_cast<double>(seen) - expected) < 5 * deviation + 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_zipfs_law)

BOOST_AUTO_TEST_CASE(when_ranks_are_drawn_then_each_comes_as_often_as_it_says) {
    for (const std::size_t ranks : {1, 2, 3, 100}) {
        constexpr std::size_t draws = 300'000;
        std::mt19937_64 random{ranks};
        const Zipf zipf{ranks, exponent};
        std::vector<std::size_t> seen(ranks + 1);
        for (std::size_t i = 0; i < draws; ++i) ++seen.at(zipf(random));
        const auto shares = law(ranks);
        BOOST_TEST(seen[0] == 0U);
        for (std::size_t rank = 1; rank <= ranks; ++rank) {
            BOOST_TEST(likely(seen[rank], draws, shares[rank]),
                       "rank " << rank << " of " << ranks << " came " << seen[rank] << " times");
        }
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_ten_million_ranks_then_rare_ones_have_their_share_too) {
    constexpr std::size_t ranks = 10'000'000;
    constexpr std::size_t draws = 200'000;
    constexpr std::size_t rare = 1'000'000;
    std::mt19937_64 random{7};
    const Zipf zipf{ranks, exponent};
    std::size_t first = 0;
    std::size_t after_rare = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        const auto rank = zipf(random);
        first += rank == 1 ? 1 : 0;
        after_rare += rank > rare ? 1 : 0;
    }
    const auto shares = law(ranks);
    double of_rare = 0;
    for (std::size_t rank = rare + 1; rank <= ranks; ++rank) of_rare += shares[rank];
    BOOST_TEST(likely(first, draws, shares[1]), "the first came " << first << " times");
    BOOST_TEST(likely(after_rare, draws, of_rare), "rare ones came " << after_rare << " times");
}

BOOST_AUTO_TEST_CASE(when_skus_are_drawn_by_it_then_the_popular_ones_are_not_neighbours) {
    constexpr std::size_t skus = 10'000;
    constexpr std::size_t lines = 100'000;
    const auto demand = Demand::zipf(skus, lines, 1);
    std::vector<std::size_t> asked(skus);
    for (const auto sku : demand.skus) ++asked.at(sku);
    const auto shares = law(skus);
    const auto most = std::ranges::max_element(asked);
    BOOST_TEST(likely(*most, lines, shares[1]));
    *most = 0;
    const auto second = std::ranges::max_element(asked);
    BOOST_TEST(likely(*second, lines, shares[2]));
    BOOST_TEST(std::abs(most - second) > 100);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_lines_of_a_benchmark)

BOOST_AUTO_TEST_CASE(when_skus_are_drawn_uniformly_then_each_comes_as_often) {
    constexpr std::size_t skus = 100;
    constexpr std::size_t lines = 100'000;
    std::vector<std::size_t> asked(skus);
    for (const auto sku : Demand::uniform(skus, lines, 1).skus) ++asked.at(sku);
    for (const auto seen : asked) BOOST_TEST(likely(seen, lines, 1.0 / skus));
}

BOOST_AUTO_TEST_CASE(when_order_ids_are_scattered_then_no_two_are_the_same) {
    constexpr std::size_t orders = 100'000;
    std::set<std::string> ids;
    for (std::uint64_t order = 0; order < orders; ++order) {
        ids.emplace(order_name(order, OrderIds::scattered).view());
    }
    BOOST_TEST(ids.size() == orders);
}

BOOST_AUTO_TEST_SUITE_END()
