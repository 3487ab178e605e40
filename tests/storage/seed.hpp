#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <random>

#include "tests/dst/disk/findings.hpp"

namespace allot::testing {

/// The seed of a random test: $ALLOT_SEED, or another one each time. Prints it.
inline std::uint64_t seed_of_run() {
    const char* const given = std::getenv("ALLOT_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    BOOST_TEST_MESSAGE("ALLOT_SEED=" << seed);
    return seed;
}

/// Of a long test that draws its cases, one in so many is run: all of them, or with a sanitizer,
/// which makes each take up to forty times as long, a quarter.
inline constexpr int one_in = ALLOT_ONE_IN;

/// Fails the test with each finding. Each message has the seed, since a log may keep only the
/// message.
inline void report(const Findings& findings, std::uint64_t seed) {
    for (const std::string& finding : findings.kept()) {
        BOOST_ERROR("ALLOT_SEED=" << seed << ": " << finding);
    }
    BOOST_TEST(findings.count() == 0U);
}

}  // namespace allot::testing
