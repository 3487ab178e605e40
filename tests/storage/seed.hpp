#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <random>

#include "tests/dst/disk/findings.hpp"

namespace allot::testing {

/// Of a test that draws: $ALLOT_SEED, or another one each time. It is told.
inline std::uint64_t seed_of_run() {
    const char* const given = std::getenv("ALLOT_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    BOOST_TEST_MESSAGE("ALLOT_SEED=" << seed);
    return seed;
}

/// Fails the test with each finding. The seed is part of each message: it may be all that is kept.
inline void report(const Findings& findings, std::uint64_t seed) {
    for (const std::string& finding : findings.kept()) {
        BOOST_ERROR("ALLOT_SEED=" << seed << ": " << finding);
    }
    BOOST_TEST(findings.count() == 0U);
}

}  // namespace allot::testing
