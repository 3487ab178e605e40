#include <boost/test/unit_test.hpp>
#include <limits>

#include "storage/journal/journal_scan.hpp"
#include "storage/journal/journal_threads.hpp"
#include "tests/storage/io/failing_files.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

struct RunningJournal {
    GroupJournal core;
    JournalThreads threads{core};
};

struct JournalFixture : Scratch {
    std::unique_ptr<RunningJournal> open(Durability::Mode mode = Durability::Mode::always) {
        JournalScan found =
            scan_journal(files, path, std::nullopt, [](auto&&) { return true; }, {});
        if (found.torn) clear_torn_tail(files, path, *found.torn);
        if (found.tail.segment == 0) found.tail.store_id = 42;
        ++found.tail.epoch;
        return std::unique_ptr<RunningJournal>{
            new RunningJournal{{files, path, found.tail, found.segments, small_options(mode)}}};
    }
    static void sync(RunningJournal& running, Lsn lsn) {
        const std::atomic<bool> never = false;
        BOOST_TEST(running.threads.sync(lsn, never));
    }
    static Lsn append(RunningJournal& running, const std::string& order) {
        const OrderLine wanted = line(order, "sku", 1);
        const Fact fact = OutOfStock{wanted};
        const Lsn lsn = running.core.append({&fact, 1}, 7);
        running.core.flush();
        return lsn;
    }
    std::vector<std::string> orders() {
        std::vector<std::string> found;
        scan_journal(files, path, std::nullopt,
                     [&](std::span<const JournaledUnit> units) {
                         for (const JournaledUnit& unit : units) {
                             BOOST_TEST(unit.time == 7);
                             for (const Fact& fact : unit.facts) {
                                 found.emplace_back(std::get<OutOfStock>(fact).line.order.view());
                             }
                         }
                         return true;
                     },
                     {});
        return found;
    }

    FailingFiles files;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_journal)

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_waited_for_then_it_is_on_disk_in_order, JournalFixture) {
    const auto journal = open();
    journal->threads.wait(append(*journal, "o1"));
    const Lsn second = append(*journal, "o2");
    journal->threads.wait(append(*journal, "o3"));
    BOOST_TEST(second == 2U);
    BOOST_TEST(journal->core.durable() == 3U);
    BOOST_TEST((orders() == std::vector<std::string>{"o1", "o2", "o3"}));
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_acknowledged_then_it_is_readable, JournalFixture) {
    const auto journal = open();
    for (int i = 0; i < 1'000; ++i) {
        const Lsn lsn = append(*journal, "o");
        while (journal->core.durable() < lsn) {
        }  // a sleep would hide that it is readable later
        BOOST_REQUIRE(journal->core.readable() >= lsn);
    }
}

BOOST_FIXTURE_TEST_CASE(when_units_are_flushed_then_they_share_a_group, JournalFixture) {
    const auto journal = open();
    const Fact fact = OutOfStock{{"o1", "sku", 1}};
    for (int i = 0; i < 100; ++i) (void)journal->core.append({&fact, 1}, 7);
    BOOST_TEST(journal->core.last() == 100U);
    BOOST_TEST(journal->core.group_sizes().groups() == 0U);
    journal->core.flush();
    journal->threads.wait(100);
    BOOST_TEST(journal->core.group_sizes().groups() == 1U);
    BOOST_TEST(orders().size() == 100U);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_is_opened_again_then_it_continues, JournalFixture) {
    append(*open(), "o1");
    append(*open(), "o2");
    BOOST_TEST((orders() == std::vector<std::string>{"o1", "o2"}));
    const auto found = scan_journal(files, path, std::nullopt, [](auto&&) { return true; }, {});
    std::vector<std::byte> last(sizeof(journal::FrameHeader));
    files.open(path / journal::segment_name(found.tail.segment), FileSystem::Mode::read)
        ->read_at(found.tail.offset - last.size(), last);
    BOOST_TEST((journal::frame_header(last)->kind == journal::FrameKind::close));
    BOOST_TEST(found.tail.epoch == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_a_callback_is_registered_then_it_gets_each_durable_lsn,
                        JournalFixture) {
    std::vector<Lsn> reported;
    {
        const auto journal = open();
        journal->core.on_durable([&](Lsn lsn) { reported.push_back(lsn); });
        for (int i = 0; i < 20; ++i) journal->threads.wait(append(*journal, "o"));
    }
    BOOST_TEST(std::ranges::is_sorted(reported));
    BOOST_TEST(reported.back() == 20U);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_grows_then_segments_follow_each_other, JournalFixture) {
    constexpr int units = 6'000;
    {
        const auto journal = open(Durability::Mode::interval);
        for (int i = 0; i < units; ++i) {
            const Lsn lsn = append(*journal, "order-" + std::to_string(i));
            if (i % 500 == 0)
                JournalFixture::sync(*journal, lsn);  // since a group must fit into a segment
        }
    }
    const auto found = scan_journal(files, path, std::nullopt, [](auto&&) { return true; }, {});
    BOOST_TEST(found.tail.last == Lsn{units});
    BOOST_TEST(found.segments.size() >= 3U);
    BOOST_TEST(orders().size() == std::size_t{units});
}

BOOST_FIXTURE_TEST_CASE(when_the_mode_is_relaxed_then_a_sync_can_still_be_waited_for,
                        JournalFixture) {
    const auto journal = open(Durability::Mode::os);
    const Lsn lsn = append(*journal, "o1");
    BOOST_TEST(journal->core.durable() == lsn);  // acknowledged at once
    JournalFixture::sync(*journal, lsn);
    BOOST_TEST((orders() == std::vector<std::string>{"o1"}));
}

// The test drives the journal, with its own clock.
BOOST_FIXTURE_TEST_CASE(when_units_never_cease_then_an_interval_still_ends, JournalFixture) {
    using std::chrono::milliseconds;
    JournalTail tail;
    tail.store_id = 42;
    const StoreOptions options = small_options(Durability::Mode::interval);
    GroupJournal core{files, path, tail, {}, options};
    GroupJournal::Time now{std::chrono::hours{1}};
    Lsn synced_at_least = 0;
    for (int i = 0; i < 100; ++i) {
        const Fact fact = OutOfStock{{"o", "sku", 1}};
        const Lsn lsn = core.append({&fact, 1}, 7);
        core.flush();
        for (int round = 0; round < 3; ++round) core.step(now);
        if (i % 20 == 10) synced_at_least = lsn;
        // The interval of 5 ms, and the delay of a group.
        if (i % 20 == 19) BOOST_TEST(core.synced() >= synced_at_least);
        now += milliseconds{1};
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_fails)

BOOST_AUTO_TEST_CASE(when_a_write_or_sync_fails_then_nothing_more_is_acknowledged) {
    for (const auto call : {FailingFiles::Call::write, FailingFiles::Call::sync}) {
        for (const auto code : {std::errc::io_error, std::errc::no_space_on_device}) {
            JournalFixture fixture;
            {
                const auto journal = fixture.open();
                std::atomic<Lsn> reported = 0;
                journal->core.on_durable([&](Lsn lsn) { reported = lsn; });
                journal->threads.wait(JournalFixture::append(*journal, "kept"));
                fixture.files.fail_from_now_on(call, code);
                const Lsn lost = JournalFixture::append(*journal, "lost");
                BOOST_CHECK_EXCEPTION(journal->threads.wait(lost), std::system_error,
                                      [&](const auto& error) { return error.code() == code; });
                BOOST_TEST(journal->core.durable() == lost - 1);
                BOOST_TEST(journal->core.failed());
                BOOST_CHECK_THROW(JournalFixture::append(*journal, "more"), std::system_error);
                BOOST_CHECK_THROW(JournalFixture::sync(*journal, lost), std::system_error);
                journal->threads.wait(lost - 1);  // what was durable stays so
                while (reported != std::numeric_limits<Lsn>::max()) std::this_thread::yield();
            }
            BOOST_TEST(fixture.files.calls_after_failure() == 0);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(
    when_the_disk_fails_before_the_mutex_is_unlocked_then_the_staged_units_are_not_acknowledged,
    JournalFixture) {
    const auto journal = open(Durability::Mode::os);
    const Lsn first = append(*journal, "o1");
    files.fail_from_now_on(FailingFiles::Call::sync, std::errc::io_error);
    const Fact fact = OutOfStock{{"o2", "sku", 1}};
    const Lsn second = journal->core.append({&fact, 1}, 7);
    BOOST_CHECK_THROW(JournalFixture::sync(*journal, first), std::system_error);
    journal->core.flush();
    BOOST_CHECK_THROW(journal->threads.wait(second), std::system_error);
    BOOST_TEST(journal->core.durable() == first);
}

BOOST_AUTO_TEST_SUITE_END()
