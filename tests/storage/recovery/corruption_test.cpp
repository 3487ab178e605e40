// Damage to a closed store: a sample of the cases that crash_disk tests bit by bit.

#include <boost/test/unit_test.hpp>

#include "tests/dst/disk/corruption.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// Requires that all damage of each kind was refused or harmless, and that there was some.
void report(const Corruption& damaged, std::uint64_t seed) {
    BOOST_TEST_MESSAGE(to_string(damaged.tally()));
    BOOST_TEST(!damaged.tally().empty());
    report(damaged.findings(), seed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_closed_store_of_four_segments_and_two_snapshots, *one_thread)

BOOST_AUTO_TEST_CASE(when_a_bit_is_flipped_then_it_is_refused_or_the_state_is_the_same) {
    const std::uint64_t seed = seed_of_run();
    Corruption damaged{seed};
    damaged.flip_bits(seed % 2'003, 2'003);
    report(damaged, seed);
}

BOOST_AUTO_TEST_CASE(when_a_file_is_cut_at_any_length_then_it_is_refused_or_the_older_serves) {
    const std::uint64_t seed = seed_of_run();
    Corruption damaged{seed};
    damaged.cut_files(seed % 401, 401);
    damaged.cut_files(0, 1ULL << 40U);  // to nothing
    report(damaged, seed);
}

BOOST_AUTO_TEST_CASE(when_a_sector_is_lost_then_it_is_refused_or_the_state_is_the_same) {
    const std::uint64_t seed = seed_of_run();
    Corruption damaged{seed};
    damaged.zero_sectors();
    report(damaged, seed);
}

BOOST_AUTO_TEST_CASE(when_frames_and_files_are_mixed_then_it_is_refused_or_the_state_is_the_same) {
    const std::uint64_t seed = seed_of_run();
    Corruption damaged{seed};
    damaged.mix_frames(seed % 17, 17);
    damaged.mix_files();
    report(damaged, seed);
}

BOOST_AUTO_TEST_SUITE_END()
