// Cursors after a restore, a repair, a loss and the return to an old image: those of lost facts
// stay refused.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "storage/errors.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/format/rewound_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/repair/repair.hpp"
#include "tests/storage/journal/history_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_is_started_again, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_nothing_is_written_then_its_history_stays) {
    const HistoryCursor first = add();
    for (int starts = 0; starts < 3; ++starts) {
        BOOST_TEST(open().history().current() == first.history);
    }
    disk = disk->after_kill();
    BOOST_TEST(open().history().current() == first.history);
    const HistoryCursor second = add();
    BOOST_TEST(second.history != first.history);
    Store store = open();
    BOOST_TEST(store.history().current() == second.history);
    BOOST_TEST(store.history().histories().begun().size() == 3U);  // with that of this start
    BOOST_TEST((store.cursor() == second));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_empty_then_a_cursor_before_all_facts_is_served) {
    const HistoryCursor before = open().cursor();
    BOOST_TEST(before.lsn == 0U);
    add(3);
    Store store = open();
    BOOST_TEST(facts_after(store, before).size() == 3U);
}

BOOST_AUTO_TEST_CASE(when_a_cursor_is_of_any_earlier_run_then_it_is_served_from_there) {
    std::vector<HistoryCursor> cursors;
    for (int life = 0; life < 5; ++life) cursors.push_back(add(3));
    Store store = open();
    const auto all = facts_after(store, {cursors[0].history, 0});
    BOOST_TEST_REQUIRE(all.size() == 15U);
    for (std::size_t life = 0; life < cursors.size(); ++life) {
        BOOST_TEST((all[3 * life + 2].cursor() == cursors[life]));
    }
    for (const CommittedFact& fact : all) {
        const auto rest = facts_after(store, fact.cursor());
        BOOST_TEST(std::ranges::equal(rest, std::span{all}.subspan(fact.lsn)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_was_restored, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_a_reader_had_seen_more_than_the_backup_then_its_cursor_stays_refused) {
    HistoryCursor agreed, seen;
    {
        Store store = open();
        agreed = add(store, 2);
        back_up();
        seen = add(store);
    }
    restore();
    for (int life = 0; life < 4; ++life) {
        Store store = open();
        BOOST_TEST((agreed_cursor(store, seen) == agreed));
        BOOST_TEST((agreed_cursor(store, {seen.history, 1'000}) == agreed));
        BOOST_TEST(facts_after(store, agreed).size() == static_cast<std::size_t>(life));
        add(store);
    }
}

BOOST_AUTO_TEST_CASE(
    when_the_store_was_started_since_the_backup_then_it_still_knows_where_they_part) {
    const HistoryCursor agreed = add(4);
    back_up();
    const HistoryCursor second = add(3);
    const HistoryCursor third = add(3);
    restore();
    for (int life = 0; life < 3; ++life) {
        Store store = open();
        BOOST_TEST((agreed_cursor(store, second) == agreed));
        BOOST_TEST((agreed_cursor(store, third) == agreed));
        add(store, 2);
    }
    // And once more, to the state in between; then without the facts since.
    const HistoryCursor fourth = add(1);
    restore();
    add(5);
    Store store = open();
    for (const HistoryCursor& cursor : {second, third, fourth}) {
        BOOST_TEST((agreed_cursor(store, cursor) == agreed), text_of(cursor));
    }
    BOOST_TEST(facts_after(store, agreed).size() == 5U);
}

BOOST_AUTO_TEST_CASE(when_its_directory_was_lost_then_an_unknown_history_begins_anew) {
    add(2);
    back_up();
    const HistoryCursor seen = add(2);
    disk = std::make_unique<SimulatedDisk>(5);
    restore();
    add(9);
    Store store = open();
    const HistoryCursor agreed = agreed_cursor(store, seen);
    BOOST_TEST(agreed.lsn == 0U);
    BOOST_TEST(facts_after(store, agreed).size() == 11U);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_opened_then_its_history_is_new_and_stays_so) {
    const HistoryCursor before = add(3);
    back_up();
    restore();
    BOOST_TEST(store_files::has(*disk, history_store, rewound_file::name));
    const HistoryId restored = open().history().current();
    BOOST_TEST(restored != before.history);
    BOOST_TEST(!store_files::has(*disk, history_store, rewound_file::name));
    Store store = open();
    BOOST_TEST(store.history().current() == restored);
    BOOST_TEST((store.cursor() == before));  // the backup holds every fact of it
    BOOST_TEST(facts_after(store, {restored, 3}).empty());
}

BOOST_AUTO_TEST_CASE(when_the_store_is_backed_up_before_it_is_opened_then_lost_histories_are_kept) {
    const HistoryCursor agreed = add(2);
    back_up();
    const HistoryCursor seen = add(2);
    restore();
    back_up();
    disk = std::make_unique<SimulatedDisk>(5);
    restore();
    add(4);
    Store store = open();
    BOOST_TEST((agreed_cursor(store, seen) == agreed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_was_rolled_back, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_a_copy_is_restored_by_hand_then_readers_get_an_error) {
    HistoryCursor agreed, seen;
    std::unique_ptr<SimulatedDisk> copy;
    {
        Store store = open();
        agreed = add(store, 5);
        copy = disk->after_kill();
        seen = add(store, 2);
    }
    const HistoryCursor later = add(1);
    disk = std::move(copy);
    for (int life = 0; life < 4; ++life) {
        Store store = open();
        BOOST_TEST((agreed_cursor(store, seen) == agreed));
        BOOST_TEST(agreed_cursor(store, later).lsn == 0U);  // the store never knew this history
        add(store, 3);
    }
}

BOOST_AUTO_TEST_CASE(when_two_stores_continue_from_one_copy_then_their_histories_differ) {
    const HistoryCursor agreed = add(5);
    auto copy = disk->after_kill();
    const HistoryCursor here = add(4);
    disk.swap(copy);
    const HistoryCursor there = add(4);
    BOOST_TEST(here.lsn == there.lsn);
    Store store = open();
    BOOST_TEST(agreed_cursor(store, here).lsn < there.lsn);
    BOOST_TEST(facts_after(store, there).empty());
    BOOST_TEST(facts_after(store, agreed).size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_has_lost_its_end, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_a_tail_was_cut_off_then_a_history_has_begun_with_the_next_start) {
    HistoryCursor seen;
    Lsn kept = 0;
    {
        Store store = open();
        kept = add(store, 3).lsn - 1;
        seen = store.cursor();
    }
    // Removes the last group, and the marks after it, as a power cut may do in mode `os`.
    const auto tail = recover(*disk, history_store, {}).journal.tail;
    auto bytes = disk->contents(std::filesystem::path{history_store} / journal::segment_name(1));
    std::size_t last_group = sizeof(journal::SegmentHeader);
    for (std::size_t at = last_group; at < tail.offset;) {
        const auto frame = journal::frame_header(std::span{bytes}.subspan(at));
        if (frame->kind == journal::FrameKind::group) last_group = at;
        at += frame->bytes;
    }
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(last_group) + 100, bytes.end(),
              std::byte{0});
    disk->put(std::filesystem::path{history_store} / journal::segment_name(1), bytes);
    HistoryId begun = 0;
    {
        Store store = open();
        begun = store.history().current();
        BOOST_TEST(store.journal().last() == kept);
        BOOST_TEST(begun != seen.history);
        BOOST_TEST((agreed_cursor(store, seen) == HistoryCursor{seen.history, kept}));
    }
    Store store = open();
    BOOST_TEST(store.history().current() == begun);
    add(store, 4);
    BOOST_TEST((agreed_cursor(store, seen) == HistoryCursor{seen.history, kept}));
}

BOOST_AUTO_TEST_CASE(when_the_store_was_never_synced_then_the_history_that_was_lost_is_known) {
    options.durability = {Durability::Mode::os, std::chrono::milliseconds{0}};
    Random random{11};
    for (int round = 0; round < 40; ++round) {
        disk = std::make_unique<SimulatedDisk>(random());
        const HistoryCursor before = add(3);
        std::unique_ptr<SimulatedDisk> cut;
        std::vector<HistoryCursor> seen;
        {
            Store store = open();
            for (int i = 0; i < 5; ++i) {
                add(store);
                while (store.history().end() < store.journal().last()) std::this_thread::yield();
                seen.push_back(store.cursor());
            }
            cut = disk->after_power_cut(random);
        }
        disk = std::move(cut);
        const Lsn kept = open().journal().last();
        BOOST_TEST(kept >= before.lsn);
        add(7);  // beyond all lost facts
        Store store = open();
        for (const HistoryCursor& cursor : seen) {
            if (cursor.lsn <= kept) {
                BOOST_TEST(facts_after(store, cursor).front().lsn == cursor.lsn + 1);
            } else {
                BOOST_TEST((agreed_cursor(store, cursor) == store.history().cursor_at(kept)));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_was_repaired, HistoryFixture)

BOOST_AUTO_TEST_CASE(when_facts_were_lost_then_cursors_of_their_histories_stay_refused) {
    std::vector<HistoryCursor> cursors;
    for (int life = 0; life < 6; ++life) cursors.push_back(add(2));
    // A whole frame of the third run's facts.
    const auto path = std::filesystem::path{history_store} / journal::segment_name(1);
    auto bytes = disk->contents(path);
    for (std::size_t at = sizeof(journal::SegmentHeader);;) {
        const auto frame = journal::frame_header(std::span{bytes}.subspan(at));
        BOOST_REQUIRE(frame->magic == journal::FrameHeader::magic_value);
        if (frame->kind == journal::FrameKind::group && frame->last >= cursors[2].lsn) {
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 16, frame->bytes - 16,
                        std::byte{0x55});
            break;
        }
        at += frame->bytes;
    }
    disk->put(path, bytes);
    BOOST_CHECK_THROW((void)open(), CorruptStore);
    const RepairPlan plan = plan_repair(*disk, history_store);
    BOOST_TEST_REQUIRE((plan.verdict == RepairPlan::Verdict::repairable));
    apply_repair(*disk, history_store, plan);
    const HistoryId repaired = open().history().current();
    for (int life = 0; life < 3; ++life) {
        Store store = open();
        const HistoryCursor agreed = store.history().cursor_at(plan.kept);
        if (life == 0) BOOST_TEST(store.history().current() == repaired);
        for (const HistoryCursor& cursor : cursors) {
            BOOST_TEST(cursor.history != repaired);
            if (cursor.lsn <= plan.kept) {
                BOOST_TEST(facts_after(store, cursor).size() ==
                           store.journal().last() - cursor.lsn);
            } else {
                BOOST_TEST((agreed_cursor(store, cursor) == agreed), text_of(cursor));
            }
        }
        add(store, 9);
    }
}

BOOST_AUTO_TEST_SUITE_END()
