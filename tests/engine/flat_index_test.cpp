#include "engine/flat_index.hpp"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <map>

using namespace allot;

BOOST_AUTO_TEST_SUITE(given_a_flat_index)

// Few distinct hashes, so that probes run into each other and around the end of the table.
RC_BOOST_PROP(when_indices_come_and_go_then_it_finds_those_that_are_there, ()) {
    FlatIndex index{std::pmr::new_delete_resource()};
    std::map<Index, std::uint64_t> there;  // index → hash
    const int length = *rc::gen::inRange(0, 300);
    for (int i = 0; i < length; ++i) {
        const Index record = *rc::gen::inRange<Index>(0, 60);
        const auto known = there.find(record);
        if (known != there.end()) {
            index.erase(known->second, record);
            there.erase(known);
        } else {
            const std::uint64_t hash = *rc::gen::element<std::uint64_t>(
                0, 1ULL << 32U, 0xFFFF'FFFFULL << 32U, 0xFFFF'FFFEULL << 32U, 0x8000'0000ULL << 32U,
                0xF000'0000ULL << 32U);
            index.insert(hash, record);
            there.emplace(record, hash);
        }
        RC_ASSERT(index.size() == there.size());
        for (const auto& [at, hash] : there) {
            RC_ASSERT(index.find(hash, [&](Index found) { return found == at; }) == at);
        }
        RC_ASSERT(index.find(0, [](Index) { return false; }) == no_index);
    }
}

BOOST_AUTO_TEST_SUITE_END()
