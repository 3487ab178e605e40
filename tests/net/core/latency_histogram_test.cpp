#include "net/core/latency_histogram.hpp"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <numeric>

using allot::LatencyHistogram;
using std::chrono::nanoseconds;

BOOST_AUTO_TEST_SUITE(given_a_histogram_of_times)

RC_BOOST_PROP(when_a_time_is_added_then_it_is_in_the_one_bucket_that_has_it, ()) {
    const auto time = nanoseconds{*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 37)};
    const auto times = *rc::gen::inRange<std::uint64_t>(1, 20);
    LatencyHistogram histogram;
    histogram.add(time, times);
    for (std::size_t i = 0; i <= LatencyHistogram::bounds; ++i) {
        const bool is_below = i < LatencyHistogram::bounds && time > LatencyHistogram::bound(i);
        const bool is_above = i > 0 && time <= LatencyHistogram::bound(i - 1);
        RC_ASSERT(histogram.counts()[i] == (is_below || is_above ? 0 : times));
    }
    RC_ASSERT(histogram.count() == times);
    RC_ASSERT(histogram.sum() == time * static_cast<std::int64_t>(times));
}

BOOST_AUTO_TEST_CASE(when_a_time_is_exactly_a_bound_then_it_is_within) {
    for (std::size_t i = 0; i < LatencyHistogram::bounds; ++i) {
        LatencyHistogram histogram;
        histogram.add(LatencyHistogram::bound(i));
        histogram.add(LatencyHistogram::bound(i) + nanoseconds{1});
        BOOST_TEST(histogram.counts()[i] == 1U);
        BOOST_TEST(histogram.counts()[i + 1] == 1U);
    }
}

BOOST_AUTO_TEST_CASE(when_a_clock_was_read_too_early_then_it_took_no_time) {
    LatencyHistogram histogram;
    histogram.add(nanoseconds{-5});
    BOOST_TEST(histogram.counts().front() == 1U);
    BOOST_TEST((histogram.sum() == nanoseconds{0}));
}

BOOST_AUTO_TEST_SUITE_END()
