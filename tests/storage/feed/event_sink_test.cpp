// Event sinks: each is called with every fact, in order, at least once, whatever ends or fails.

#include "storage/feed/event_sink.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/io/back_off.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/storage/feed/listener.hpp"
#include "tests/storage/sample_commands.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(given_an_event_sink)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_opened_again_then_it_continues_at_its_position,
                        GivenADirectory) {
    Lsn last = 0;
    for (int life = 0; life < 4; ++life) {
        auto store = open({listener.sink(1)});
        run_commands(store, life * 30, life * 30 + 30);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    BOOST_TEST((listener.received() == from_to(1, last)));
    BOOST_TEST(position().value() == last);
    KeptFacts journaled;
    read_journal(path, 1, [&](const CommittedFact& fact) { journaled.push_back(fact); });
    BOOST_TEST((listener.facts() == journaled));
}

BOOST_FIXTURE_TEST_CASE(when_the_sink_wants_new_facts_only_then_it_gets_no_other, GivenADirectory) {
    {
        auto store = open({});
        run_commands(store, 0, 20);
    }
    Lsn past = 0;
    {
        auto store = open({listener.sink(from_now)});
        past = store.status().last;
        BOOST_TEST(position().value() == past);  // also when it ends before the first fact
    }
    auto store = open({listener.sink(from_now)});
    run_commands(store, 20, 40);
    BOOST_TEST(listener.await(store.status().last));
    BOOST_TEST((listener.received() == from_to(past + 1, store.status().last)));
}

BOOST_FIXTURE_TEST_CASE(when_the_sink_fails_then_it_is_called_again_and_no_command_fails,
                        GivenADirectory) {
    listener.fail_at(7, 5);
    Listener other;
    auto store = open({listener.sink(1), other.sink(1, "other")});
    for (int i = 1; i <= 12; ++i) {
        store.add_batch({BatchRef::of("b" + std::to_string(i)).value(), "sku", 1}).value();
    }
    BOOST_TEST(other.await(12));
    BOOST_TEST(listener.await(12));
    BOOST_TEST((listener.received() == from_to(1, 12)));
    BOOST_TEST(
        warnings.hold("event sink listener failed at LSN 7; the store calls it again in 4 ms: "
                      "not now"));
    const auto status = store.sinks();
    BOOST_TEST_REQUIRE(status.size() == 2U);
    BOOST_TEST(status[0].name == "listener");
    BOOST_TEST(status[0].failures == 5U);
    BOOST_TEST(status[0].last_error == "not now");
    BOOST_TEST(status[1].failures == 0U);
}

BOOST_FIXTURE_TEST_CASE(when_the_sink_knows_when_to_come_back_then_it_is_not_called_before,
                        GivenADirectory) {
    using Steady = std::chrono::steady_clock;
    std::vector<Steady::time_point> calls;
    EventSink erp{.name = "erp",
                  .from = 1,
                  .call = [&](const CommittedFact&, std::uint64_t) -> SinkResult {
                      calls.push_back(Steady::now());
                      if (calls.size() == 1) throw RetryLater{"busy", 1s};
                      if (calls.size() == 2) throw std::runtime_error{"no"};
                      return SinkResult::acted;
                  },
                  .back_off = {.first = 1ms, .most = 1ms}};
    auto store = open({std::move(erp)});
    store.add_batch({BatchRef::of("b").value(), "sku", 1}).value();
    BOOST_TEST(await([&] { return store.sinks().at(0).acked == 1U; }));
    BOOST_TEST_REQUIRE(calls.size() == 3U);
    BOOST_TEST((calls[1] - calls[0] >= 1s));
    BOOST_TEST(
        warnings.hold("event sink erp failed at LSN 1; the store calls it again in 1000 ms: busy"));
    BOOST_TEST(
        warnings.hold("event sink erp failed at LSN 1; the store calls it again in 1 ms: no"));
}

BOOST_FIXTURE_TEST_CASE(when_the_sink_is_to_come_back_in_a_year_then_it_does_within_an_hour,
                        GivenADirectory) {
    EventSink erp{.name = "erp",
                  .from = 1,
                  .call = [&](const CommittedFact&, std::uint64_t) -> SinkResult {
                      throw RetryLater{"busy", 24h * 365};
                  },
                  .back_off = {.first = 1ms, .most = 1ms}};
    auto store = open({std::move(erp)});
    BOOST_TEST((store.sinks().at(0).retry_in == 0ms));
    store.add_batch({BatchRef::of("b").value(), "sku", 1}).value();
    BOOST_TEST(await([&] { return store.sinks().at(0).failures == 1U; }));
    const auto rest = store.sinks().at(0).retry_in;
    BOOST_TEST((rest > 50min && rest <= 1h));
    // Closing the store does not wait for that.
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_closed_while_it_fails_then_that_does_not_wait_for_it,
                        GivenADirectory) {
    std::promise<void> stop;
    const auto stopped = stop.get_future().share();
    std::promise<void> reached;
    EventSink waiting{.name = "waiting",
                      .from = 1,
                      .call = [&, stopped](const CommittedFact& fact, std::uint64_t) -> SinkResult {
                          if (fact.lsn < 3) return SinkResult::acted;
                          reached.set_value();
                          stopped.wait();
                          throw std::runtime_error{"interrupted"};
                      },
                      .back_off = {.first = 1h, .most = 1h},
                      .interrupt = [&] { stop.set_value(); }};
    {
        auto store = open({std::move(waiting)});
        for (const std::string ref : {"b1", "b2", "b3"}) {
            store.add_batch({BatchRef::of(ref).value(), "sku", 1}).value();
        }
        reached.get_future().wait();
        BOOST_TEST(store.sinks().at(0).acked == 2U);
        BOOST_TEST(store.sinks().at(0).lag == 1U);
        BOOST_TEST(store.sinks().at(0).acted == 2U);
    }
    BOOST_TEST(position("waiting").value() == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_its_position_cannot_be_written_then_it_continues, GivenADirectory) {
    auto store = open({listener.sink(1)});
    std::filesystem::create_directory(path / "handler-listener.tmp");
    for (int i = 1; i <= 6; ++i) {
        store.add_batch({BatchRef::of("b" + std::to_string(i)).value(), "sku", 1}).value();
    }
    BOOST_TEST(listener.await(6));
    BOOST_TEST(warnings.hold("the position of event sink listener could not be written: "));
    BOOST_TEST((listener.received() == from_to(1, 6)));
    BOOST_TEST(warnings.count("could not be written") == 1);
    BOOST_TEST(store.sinks().at(0).persisted < 6U);
    // The position is written as soon as that is possible, although no fact comes.
    std::filesystem::remove(path / "handler-listener.tmp");
    BOOST_TEST(await([&] { return store.sinks().at(0).persisted == 6U; }));
    BOOST_TEST(position("listener").value() == 6U);
}

BOOST_FIXTURE_TEST_CASE(when_the_sink_is_behind_then_the_journal_is_kept_for_it, GivenADirectory) {
    listener.fail_at(9, 1'000'000'000);
    {
        auto store = open({listener.sink(1)});
        for (int i = 0; i < 4; ++i) {
            run_commands(store, i * 60, i * 60 + 60);
            store.snapshot();
        }
        BOOST_TEST(store.status().oldest <= 9U);
    }
    listener.fail_at(0, 0);
    auto store = open({listener.sink(1)});
    const Lsn last = store.status().last;
    BOOST_TEST(listener.await(last));
    BOOST_TEST((listener.received() == from_to(1, last)));
    run_commands(store, 240, 300);
    BOOST_TEST(listener.await(store.status().last));
    // From time to time the position of an ignored fact is written, too.
    int next = 300;
    BOOST_TEST(await([&] {
        run_commands(store, next, next + 1);
        ++next;
        store.snapshot();
        return store.status().oldest > 9U;
    }));
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_is_kept_for_it_alone_then_there_is_a_warning,
                        GivenADirectory) {
    const std::string said =
        " bytes of the journal are kept for event sinks alone: listener continues at LSN 9";
    listener.fail_at(9, 1'000'000'000);
    Listener other;
    std::uint64_t held_back = 0;
    {
        auto store = open({listener.sink(1), other.sink(1, "other")});
        for (int i = 0; i < 4; ++i) {
            run_commands(store, i * 60, i * 60 + 60);
            BOOST_TEST(other.await(store.status().last));
            BOOST_TEST(store.status().retained_bytes >= held_back);
            store.snapshot();
            held_back = store.status().retained_bytes;
        }
        BOOST_TEST(held_back > 0U);
        BOOST_TEST(store.status().journal_file_bytes > held_back);
        BOOST_TEST(warnings.count("kept for event sinks alone") == 1);  // however many snapshots
        BOOST_TEST(warnings.hold(said));
    }
    auto store = open({listener.sink(1), other.sink(1, "other")});
    BOOST_TEST(store.status().retained_bytes == held_back);
    BOOST_TEST(warnings.hold(std::to_string(held_back) + said));
    listener.fail_at(0, 0);
    run_commands(store, 240, 300);
    // From time to time the position of an ignored fact is written, too.
    int next = 300;
    BOOST_TEST(await([&] {
        run_commands(store, next, next + 1);
        ++next;
        store.snapshot();
        return store.status().retained_bytes == 0U;
    }));
}

BOOST_FIXTURE_TEST_CASE(when_its_name_is_invalid_or_taken_then_it_is_refused, GivenADirectory) {
    const std::vector<std::string> bad{"", "UPPER", "a/b", "dot.", std::string(33, 'x')};
    for (const std::string& name : bad) {
        BOOST_CHECK_THROW((void)open({listener.sink(1, name)}), std::invalid_argument);
    }
    BOOST_CHECK_THROW((void)open({listener.sink(1), listener.sink(1)}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_back_off)

BOOST_AUTO_TEST_CASE(when_calls_fail_again_and_again_then_rests_double_up_to_the_bound) {
    const BackOff plain{.first = 1s, .most = 60s};
    BOOST_TEST((plain.after(1, 0.5) == 1s));
    BOOST_TEST((plain.after(2, 0.5) == 2s));
    BOOST_TEST((plain.after(6, 0.5) == 32s));
    BOOST_TEST((plain.after(7, 0.5) == 60s));
    BOOST_TEST((plain.after(~0ULL, 0.5) == 60s));
    const BackOff jitter{.first = 1s, .most = 60s, .jitter = BackOff::Jitter::full};
    BOOST_TEST((jitter.after(3, 0) == 0s));
    BOOST_TEST((jitter.after(3, 0.25) == 1s));
    BOOST_TEST((jitter.after(3, 1) == 4s));
}

BOOST_AUTO_TEST_SUITE_END()
