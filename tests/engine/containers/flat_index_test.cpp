#include "engine/containers/flat_index.hpp"

#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace allot;

BOOST_AUTO_TEST_SUITE(given_a_flat_index)

// Few distinct hashes, so that probes collide and wrap around the end of the table.
RC_BOOST_PROP(when_indices_come_and_go_then_it_finds_those_that_are_there, ()) {
    FlatIndex<> index{std::pmr::new_delete_resource()};
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
            if (record % 2 == 0) {
                index.insert(hash, record);
            } else {
                index.insert(hash, record, index.slot(hash, [](Index) { return false; }));
            }
            there.emplace(record, hash);
        }
        RC_ASSERT(index.size() == there.size());
        for (const auto& [at, hash] : there) {
            RC_ASSERT(index.find(hash, [&](Index found) { return found == at; }) == at);
        }
        RC_ASSERT(index.find(0, [](Index) { return false; }) == no_index);
    }
}

// Well mixed hashes, and enough records to grow several times; some are erased during growth. The
// hint of each slot identifies its record.
RC_BOOST_PROP(when_the_index_grows_again_and_again_then_every_step_keeps_all, ()) {
    FlatIndex<Index> index{std::pmr::new_delete_resource()};
    std::mt19937_64 random{*rc::gen::arbitrary<std::uint64_t>()};
    const unsigned crowd =
        *rc::gen::inRange(0U, 6U);  // all at the end of the table: halved so often
    const std::uint64_t erased_of_eight = *rc::gen::inRange(0U, 8U);
    std::vector<std::pair<std::uint64_t, Index>> there;
    const auto slot_of = [&](const auto& record) {
        return index.slot(record.first, [&](Index at) { return at == record.second; });
    };
    const auto is_there = [&](const auto& record) {
        const auto* const slot = slot_of(record);
        return slot->index == record.second && slot->hint == ~record.second;
    };
    for (Index next = 0; next < 3'000; ++next) {
        there.emplace_back(~(random() >> crowd), next);
        index.insert(there.back().first, next, slot_of(there.back()));
        slot_of(there.back())->hint = ~next;
        if (random() % 8 < erased_of_eight) {
            std::swap(there[random() % there.size()], there.back());
            RC_ASSERT(is_there(there.back()));
            index.erase(there.back().first, there.back().second);
            RC_ASSERT(!is_there(there.back()));
            there.pop_back();
        }
        if (next % 500 == 0) RC_ASSERT(std::ranges::all_of(there, is_there));
    }
    RC_ASSERT(std::ranges::all_of(there, is_there));
    RC_ASSERT(index.size() == there.size());
}

// A slot that was moved to the next table keeps its contents in the old one, where its index may be
// inserted again.
BOOST_AUTO_TEST_CASE(
    when_an_index_is_given_anew_while_it_grows_then_no_other_slot_is_taken_for_it) {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        std::mt19937_64 random{seed};
        FlatIndex<> index{std::pmr::new_delete_resource()};
        std::vector<std::pair<std::uint64_t, Index>> there;
        std::vector<Index> free;
        const std::size_t crowd = 5 + random() % 60;
        for (int i = 0; i < 400; ++i) {
            if (there.empty() || random() % 3 < (there.size() < crowd ? 2U : 1U)) {
                const Index at = free.empty() ? static_cast<Index>(there.size()) : free.back();
                if (!free.empty()) free.pop_back();
                there.emplace_back(~(random() >> seed % 4), at);
                index.insert(there.back().first, at);
                continue;
            }
            std::swap(there[random() % there.size()], there.back());
            const auto [hash, at] = there.back();
            index.erase(hash, at);
            there.pop_back();
            free.push_back(at);
            const Index left = index.find(hash, [&, gone = at](Index it) { return it == gone; });
            BOOST_TEST_REQUIRE(left == no_index, "seed " << seed << ", step " << i);
        }
        for (const auto& [hash, at] : there) {
            const Index found =
                index.find(hash, [&, sought = at](Index it) { return it == sought; });
            BOOST_TEST_REQUIRE(found == at, "seed " << seed);
        }
    }
}

// Moved slots take space in the old table, so a growth that made no progress would fill it.
BOOST_AUTO_TEST_CASE(when_records_are_erased_and_inserted_during_growth_then_it_finds_all) {
    for (Index count = 64; count < 512; ++count) {  // some of these are during growth
        FlatIndex<> index{std::pmr::new_delete_resource()};
        std::vector<std::pair<std::uint64_t, Index>> there;
        const auto insert = [&](std::uint64_t hash) {
            there.emplace_back(hash, static_cast<Index>(there.size()));
            index.insert(there.back().first, there.back().second);
        };
        for (Index i = 0; i < count; ++i) insert(~std::uint64_t{0} / count * i);
        for (Index i = 0; i < count / 2; ++i) index.erase(there[i].first, there[i].second);
        for (Index i = 0; i < count / 2; ++i) insert(~(std::uint64_t{i} << 32U));
        for (std::size_t i = count / 2; i < there.size(); ++i) {
            const Index found =
                index.find(there[i].first, [&](Index at) { return at == there[i].second; });
            BOOST_TEST_REQUIRE(found == there[i].second);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
