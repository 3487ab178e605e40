// Repairs of single flipped bits, and of random damage: the result is a state that the store once
// had.

#include "storage/repair/repair.hpp"

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/repair/damaged_store.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

/// The offset at which the groups of a segment end, and the marks begin.
std::size_t end_of_groups(const std::vector<std::byte>& segment) {
    std::size_t end = sizeof(journal::SegmentHeader);
    for (std::size_t at = end; at + sizeof(journal::FrameHeader) <= segment.size();) {
        journal::FrameHeader frame{};
        std::memcpy(&frame, segment.data() + at, sizeof frame);
        if (frame.magic != journal::FrameHeader::magic_value) break;
        at += frame.bytes;
        if (frame.kind == journal::FrameKind::group) end = at;
    }
    return end;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_not_damaged, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_a_repair_is_planned_then_there_is_nothing_to_do, DamagedStore) {
    work(100, 30);
    BOOST_TEST((repair().verdict == Verdict::good));
    // A torn tail is no damage: the next start cuts it.
    const JournalTail tail = recover(disk, "store", {}).journal.tail;
    overwrite(segment(tail.segment), tail.offset, 30, std::byte{7});
    BOOST_TEST((repair().verdict == Verdict::good));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_flipped_bit, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_a_checksum_proves_which_then_it_is_turned_back, DamagedStore) {
    work(60, 0);
    const auto whole = disk.contents(segment(1));
    const std::size_t used = journal::used_bytes(whole);
    const std::size_t marks = end_of_groups(whole);
    int mended = 0;
    int harmless = 0;
    for (std::size_t at = 0; at < used; at += 7) {
        disk.put(segment(1), whole);
        flip(segment(1), at, static_cast<unsigned>(at % 8));
        const RepairPlan plan = plan_repair(disk, "store");
        if (plan.verdict == Verdict::good) {  // in the marks at the end: a torn tail
            BOOST_TEST(at >= marks);
            ++harmless;
            continue;
        }
        BOOST_TEST((plan.verdict == Verdict::repairable));
        BOOST_TEST(plan.loses_nothing());
        BOOST_REQUIRE(plan.steps.size() == 1U);
        apply_repair(disk, "store", plan);
        BOOST_REQUIRE((disk.contents(segment(1)) == whole));
        ++mended;
    }
    BOOST_TEST(mended > 300);
    BOOST_TEST(harmless > 0);
    BOOST_TEST(kept_aside() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_random_damage, *one_thread)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_repaired_then_the_state_is_an_earlier_one, DamagedStore) {
    work(350, 120);
    const auto whole = disk.after_kill();
    int repaired = 0;
    int nothing_lost = 0;
    int hopeless = 0;
    for (int round = 0; round < 120; ++round) {
        for (const std::string& name : disk.list("store")) disk.remove("store/" + name);
        for (const std::string& name : whole->list("store")) {
            disk.put("store/" + name, whole->contents("store/" + name));
        }
        for (auto blows = 1 + random() % 3; blows > 0; --blows) {
            auto names = disk.list("store");
            std::erase(names, "LOCK");
            const Path path = Path{"store"} / names.at(random() % names.size());
            const std::size_t size = disk.contents(path).size();
            const std::size_t at = random() % size;
            switch (random() % 4) {
                case 0:
                    overwrite(path, at / 512 * 512, 512, std::byte{0});
                    break;
                case 1:
                    overwrite(path, at, 100, std::byte{0xA5});
                    break;
                case 2:
                    if (names.size() > 2) disk.remove(path);
                    break;
                default:
                    flip(path, at, static_cast<unsigned>(at % 8));
            }
        }
        const RepairPlan plan = repair();
        repaired += plan.verdict == Verdict::repairable ? 1 : 0;
        nothing_lost += plan.verdict == Verdict::repairable && plan.kept == last ? 1 : 0;
        hopeless += plan.verdict == Verdict::hopeless ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(repaired << " repaired, " << nothing_lost << " of them whole; " << hopeless
                                << " hopeless");
    BOOST_TEST(repaired > 40);
    BOOST_TEST(nothing_lost > 20);
}

BOOST_AUTO_TEST_SUITE_END()
