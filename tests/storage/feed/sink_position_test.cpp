// Positions of event sinks: beyond the end, before the journal, damaged, or in a copy.

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <filesystem>
#include <string>

#include "storage/backup/backup.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/repair/repair.hpp"
#include "tests/storage/feed/listener.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_position_that_does_not_fit)

BOOST_FIXTURE_TEST_CASE(when_the_position_is_beyond_the_end_then_the_sink_continues_from_the_end,
                        GivenADirectory) {
    Lsn last = 0;
    Listener other;
    {
        auto store = open({listener.sink(1), other.sink(1, "other")});
        run_commands(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    for (const std::string name : {"listener", "other"}) {
        const auto kept = sink_file::read(posix_file_system(), path, name, store_id());
        sink_file::write(posix_file_system(), path, name, store_id(),
                         {kept->history.value(), last + 100});
    }
    BOOST_TEST(check_store(path).ok);
    BOOST_TEST(check_store(path).findings.size() == 2U);
    {
        auto store = open({listener.sink(1)});
        BOOST_TEST(warnings.hold("event sink listener had received facts up to LSN " +
                                 std::to_string(last + 100) +
                                 ", whose history agrees with the store's up to LSN " +
                                 std::to_string(last) + "; it continues after that LSN"));
        run_commands(store, 10, 90);
        BOOST_TEST(store.status().last > last + 100);
        BOOST_TEST(listener.await(store.status().last));
        BOOST_TEST((listener.received() == from_to(1, store.status().last)));
    }
    // The unregistered sink must not take the new facts for those that it had seen, either.
    BOOST_TEST(position("other").value() == last);
}

BOOST_FIXTURE_TEST_CASE(when_its_history_is_lost_then_the_sink_gets_the_facts_that_replaced_it,
                        GivenADirectory) {
    const ScratchDirectory elsewhere;
    const auto backup = elsewhere.path() / "backup";
    FileSystem& files = posix_file_system();
    Lsn agreed = 0, seen = 0;
    {
        auto store = open({listener.sink(1)});
        run_commands(store, 0, 10);
        agreed = store.status().last;
        BOOST_TEST(listener.await(agreed));
    }
    (void)backup_store(files, path, files, backup, {});
    {
        auto store = open({listener.sink(1)});
        run_commands(store, 10, 20);
        seen = store.status().last;
        BOOST_TEST(listener.await(seen));
    }
    const auto position_of_old = read_file(path / "handler-listener");
    (void)restore_store(files, backup, files, path, {.replace = true});
    { auto store = open({}); }
    write_file(path / "handler-listener",
               position_of_old);  // as a file that was left out of a backup
    {
        auto store = open({});
        run_commands(store, 20, 90);  // far beyond its last fact
        BOOST_TEST(store.status().last > seen);
    }
    BOOST_TEST(position().value() == agreed);  // set back by the first start, registered or not
    BOOST_TEST(warnings.hold("event sink listener had received facts up to LSN " +
                             std::to_string(seen) +
                             ", whose history agrees with the store's up to LSN " +
                             std::to_string(agreed) + "; it continues after that LSN"));
    write_file(path / "handler-listener", position_of_old);
    BOOST_TEST(check_store(path).findings.size() == 1U);
    const std::size_t before = listener.received().size();
    auto store = open({listener.sink(1)});
    BOOST_TEST(listener.await(store.status().last));
    BOOST_TEST(listener.received()[before] == agreed + 1);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_begins_later_then_a_warning_names_the_missed_facts,
                        GivenADirectory) {
    { auto store = open({listener.sink(1)}); }
    Lsn oldest = 0;
    {
        auto store = open({});  // the sink is not registered, so nothing is kept for it
        for (int i = 0; i < 4; ++i) {
            run_commands(store, i * 60, i * 60 + 60);
            store.snapshot();
        }
        oldest = store.status().oldest;
        BOOST_TEST_REQUIRE(oldest > 1U);
    }
    auto store = open({listener.sink(1)});
    BOOST_TEST(warnings.hold("event sink listener misses the facts from LSN 1 to " +
                             std::to_string(oldest - 1)));
    BOOST_TEST(listener.await(store.status().last));
    BOOST_TEST(listener.received().front() == oldest);
}

BOOST_FIXTURE_TEST_CASE(when_a_bit_has_flipped_then_the_store_is_refused_until_it_is_repaired,
                        GivenADirectory) {
    Lsn last = 0;
    {
        auto store = open({listener.sink(1)});
        run_commands(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    const auto file = path / "handler-listener";
    const Bytes good = read_file(file);
    BOOST_TEST(good.size() == 48U);
    for (std::size_t bit = 0; bit <= 8 * good.size(); ++bit) {
        Bytes bad = good;
        if (bit == 8 * good.size()) {
            bad.pop_back();
        } else {
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        }
        write_file(file, bad);
        BOOST_CHECK_EXCEPTION((void)position(), CorruptStore,
                              [](const auto& e) { return e.file() == "handler-listener"; });
    }
    BOOST_CHECK_THROW((void)open({listener.sink(1)}), CorruptStore);
    { auto store = open({}); }  // without the sink its position does not matter
    BOOST_TEST(!check_store(path).ok);
    const RepairPlan plan = plan_repair(posix_file_system(), path);
    BOOST_TEST_REQUIRE(plan.steps.size() == 1U);
    BOOST_TEST(plan.steps[0].file == "handler-listener");
    BOOST_TEST(plan.loses_nothing());
    apply_repair(posix_file_system(), path, plan);
    BOOST_TEST(check_store(path).ok);
    BOOST_TEST(std::filesystem::exists(path / "lost-handler-listener"));
    auto store = open({listener.sink(from_now)});
    BOOST_TEST(position().value() == last);
}

BOOST_FIXTURE_TEST_CASE(when_a_store_is_copied_then_its_positions_are_copied, GivenADirectory) {
    const ScratchDirectory elsewhere;
    const auto copy = elsewhere.path() / "copy";
    Lsn last = 0;
    {
        auto store = open({listener.sink(1)});
        run_commands(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    FileSystem& files = posix_file_system();
    (void)backup_store(files, path, files, copy, {});
    {
        auto store = open({listener.sink(1)});
        run_commands(store, 10, 60);
        BOOST_TEST(listener.await(store.status().last));
    }
    CopyOptions replacing;
    replacing.replace = true;
    (void)restore_store(files, copy, files, path, replacing);
    Listener after;
    auto store = open({after.sink(1)});
    run_commands(store, 60, 70);
    BOOST_TEST(after.await(store.status().last));
    BOOST_TEST(after.received().front() == last + 1);
}

BOOST_AUTO_TEST_SUITE_END()
