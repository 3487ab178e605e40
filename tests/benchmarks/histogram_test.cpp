#include "benchmarks/histogram.hpp"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <limits>
#include <vector>

using allot::bench::Histogram;

namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

/// The exact value of the percentile that the histogram estimates.
std::uint64_t exactly(std::vector<std::uint64_t> values, double share) {
    std::sort(values.begin(), values.end());
    const double rank = std::max(1.0, std::ceil(share * static_cast<double>(values.size())));
    return values[static_cast<std::size_t>(rank) - 1];
}

Histogram of(const std::vector<std::uint64_t>& values) {
    Histogram histogram;
    for (const std::uint64_t value : values) histogram.add(value);
    return histogram;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_histogram)

BOOST_AUTO_TEST_CASE(when_the_histogram_is_empty_then_every_percentile_is_0) {
    BOOST_TEST(Histogram{}.count() == 0U);
    BOOST_TEST(Histogram{}.max() == 0U);
    BOOST_TEST(Histogram{}.at(0.99) == 0U);
}

BOOST_AUTO_TEST_CASE(when_values_are_below_256_then_they_are_exact) {
    for (std::uint64_t value = 0; value < 256; ++value) {
        const Histogram histogram = of({value, greatest});
        BOOST_TEST(histogram.at(0.5) == value);
    }
}

BOOST_AUTO_TEST_CASE(
    when_a_value_is_one_beside_a_power_of_two_then_it_is_at_most_1_in_128_too_high) {
    for (unsigned power = 8; power < 64; ++power) {
        for (const std::uint64_t beside : {-1, 0, 1}) {
            const std::uint64_t value = (std::uint64_t{1} << power) + beside;
            const std::uint64_t quantile = of({value, greatest}).at(0.5);
            BOOST_TEST_CONTEXT(value) {
                BOOST_TEST(quantile >= value);
                BOOST_TEST(quantile - value <= value / 128);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(when_one_in_a_hundred_is_slow_then_it_is_above_the_99th_percentile) {
    std::vector<std::uint64_t> values(99, 10);
    values.push_back(5'000'000);
    const Histogram histogram = of(values);
    BOOST_TEST(histogram.at(0.99) == 10U);
    BOOST_TEST(histogram.at(0.991) == 5'000'000U);
    BOOST_TEST(histogram.at(0) == 10U);
    BOOST_TEST(histogram.at(1) == 5'000'000U);
}

RC_BOOST_PROP(when_values_are_any_then_each_share_is_found_within_its_bound, ()) {
    // Uniform by size in bits: nearly all numbers have 64 bits.
    const auto value =
        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0, 64)),
                     [](auto pair) { return pair.first >> pair.second; });
    const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(value));
    const double share = *rc::gen::inRange(0, 10'001) / 10'000.0;
    const Histogram histogram = of(values);
    const std::uint64_t right = exactly(values, share);
    RC_ASSERT(histogram.count() == values.size());
    RC_ASSERT(histogram.max() == exactly(values, 1));
    RC_ASSERT(histogram.at(share) >= right);
    RC_ASSERT(histogram.at(share) - right <= right / 128);
}

BOOST_AUTO_TEST_SUITE_END()
