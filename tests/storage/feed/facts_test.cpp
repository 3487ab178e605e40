#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <set>
#include <thread>

#include "storage/format/journal_format.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/eventually.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

KeptFacts all_of(FactCursor& cursor, std::size_t at_once) {
    KeptFacts all;
    for (;;) {
        const auto facts = cursor.take(at_once);
        BOOST_TEST(facts.size() <= at_once);
        if (facts.empty()) return all;
        all.append(facts);
    }
}

KeptFacts journaled(const std::filesystem::path& path, Lsn from = 1) {
    KeptFacts facts;
    read_journal(path, from, [&](const CommittedFact& fact) { facts.push_back(fact); });
    return facts;
}

/// Segments so small that a few commands fill one.
StoreOptions tiny_segments() {
    StoreOptions options = small_options();
    options.segment_bytes = 2U << 10U;
    return options;
}

struct GivenAStore : Scratch {
    Store store = Store::open(path, tiny_segments());
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_store_of_many_segments)

BOOST_FIXTURE_TEST_CASE(when_its_facts_are_read_then_they_are_those_of_its_journal, GivenAStore) {
    run_commands(store, 0, 300);
    const auto expected = journaled(path);
    BOOST_TEST(expected.size() == store.status().last);
    for (const std::size_t at_once : {1U, 7U, 1'000'000U}) {
        BOOST_TEST((all_of(*store.facts(1), at_once) == expected));
    }
    // From any fact, and from positions at which earlier readers stopped.
    for (const Lsn from : {2UL, 50UL, expected.size() - 1, expected.size(), expected.size() + 1}) {
        const auto tail = all_of(*store.facts(from), 3);
        BOOST_TEST(std::ranges::equal(tail, std::span{expected}.subspan(from - 1)));
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_cursor_has_read_all_then_it_continues_with_new_facts, GivenAStore) {
    const auto cursor = store.facts(1);
    KeptFacts read;
    for (int i = 0; i < 200; ++i) {
        run_commands(store, i, i + 1);
        for (const CommittedFact& fact : all_of(*cursor, 5)) read.push_back(fact);
        BOOST_TEST(read.size() == store.status().last);
        BOOST_TEST(cursor->next() == read.size() + 1);
    }
    BOOST_TEST((read == journaled(path)));
}

BOOST_FIXTURE_TEST_CASE(
    when_the_cursor_begins_with_the_next_fact_then_it_gives_that_and_nothing_before, GivenAStore) {
    run_commands(store, 0, 10);
    const Lsn last = store.status().last;
    const auto cursor = store.facts(last + 1);
    BOOST_TEST(cursor->take(10).empty());
    run_commands(store, 10, 100);
    BOOST_TEST(cursor->take(1).front().lsn == last + 1);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_opened_again_then_its_earlier_facts_can_be_read,
                        Scratch) {
    {
        auto store = Store::open(path, tiny_segments());
        run_commands(store, 0, 100);
    }
    const auto expected = journaled(path);
    auto store = Store::open(path, tiny_segments());
    BOOST_TEST((all_of(*store.facts(1), 10) == expected));
    run_commands(store, 100, 130);
    BOOST_TEST((all_of(*store.facts(1), 10) == journaled(path)));
}

BOOST_FIXTURE_TEST_CASE(when_many_write_while_many_read_then_nothing_is_lost_or_twice,
                        GivenAStore) {
    constexpr int writers = 3;
    constexpr Lsn facts_min = 600;
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            for (int i = 0; i < 120; ++i) run_commands(store, w * 40 + i, w * 40 + i + 1);
        });
    }
    std::vector<KeptFacts> read(2);
    std::vector<std::thread> readers;
    for (auto& facts : read) {
        readers.emplace_back([&] {
            const auto cursor = store.facts(1);
            for (bool last = false;;) {
                const auto more = cursor->take(50);
                facts.append(more);
                if (more.empty() && std::exchange(last, done.load())) return;
                if (more.empty()) std::this_thread::yield();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    done = true;
    for (std::thread& thread : readers) thread.join();
    const auto expected = journaled(path);
    BOOST_TEST(expected.size() > facts_min / 2);
    for (const auto& facts : read) BOOST_TEST((facts == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_lags)

BOOST_AUTO_TEST_CASE(when_facts_are_not_durable_then_they_are_not_shown) {
    for (const auto mode : {Durability::Mode::always, Durability::Mode::interval}) {
        SimulatedDisk disk;
        Random random{7};
        SteppedStore store{disk, tiny_options(mode), random};
        auto cursor = store.core().history.read(1);
        KeptFacts shown;
        Lsn committed = 0;
        for (int i = 0; i < 400; ++i) {
            if (i % 3 == 0) {
                committed = store.with_bus([&](MessageBus& bus) {
                    return bus
                        .handle(
                            AddBatch{BatchRef::of("b" + std::to_string(i)).value(), "SPOON", 10})
                        .lsn;
                });
            }
            store.step();
            for (const CommittedFact& fact : cursor->take(2)) shown.push_back(fact);
            BOOST_TEST_REQUIRE(shown.size() <= store.core().journal.synced());
        }
        store.settle();
        for (const CommittedFact& fact : all_of(*cursor, 100)) shown.push_back(fact);
        BOOST_TEST(shown.size() == committed);
    }
}

BOOST_AUTO_TEST_CASE(when_the_power_is_cut_then_visible_facts_are_there_again) {
    int cut = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimulatedDisk disk{seed};
        Random random{seed};
        KeptFacts shown;
        const auto mode = seed % 3 == 0 ? Durability::Mode::interval : Durability::Mode::always;
        {
            SteppedStore store{disk, tiny_options(mode), random};
            auto cursor = store.core().history.read(1);
            for (std::uint64_t i = 0; i < 20 + seed * 3; ++i) {
                store.with_bus([&](MessageBus& bus) {
                    (void)bus.handle(AddBatch{
                        BatchRef::of(std::to_string(seed) + "-" + std::to_string(i)).value(),
                        "SPOON", 10});
                });
                store.step();
                for (const CommittedFact& fact : cursor->take(5)) shown.push_back(fact);
            }
            cut += store.core().journal.last() > shown.size() ? 1 : 0;
        }
        const auto after = disk.after_power_cut(random);
        SteppedStore store{*after, tiny_options(mode), random};
        const auto again = all_of(*store.core().history.read(1), 10);
        BOOST_TEST_REQUIRE(again.size() >= shown.size(), "seed " << seed);
        BOOST_TEST(std::ranges::equal(std::span{again}.first(shown.size()), shown),
                   "seed " << seed);
    }
    BOOST_TEST(cut > 10);  // otherwise the test proves nothing
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_is_pruned)

BOOST_FIXTURE_TEST_CASE(when_facts_are_trimmed_then_the_error_names_the_oldest, GivenAStore) {
    run_commands(store, 0, 100);
    store.snapshot();
    run_commands(store, 100, 200);
    const auto late = store.facts(1);
    (void)late->take(1);
    const auto never_began = store.facts(1);
    store.snapshot();
    run_commands(store, 200, 210);
    store.snapshot();
    const Lsn oldest = store.history().oldest();
    BOOST_TEST(oldest > 2U);
    const auto names_it = [&](const TrimmedHistory& error) { return error.oldest() == oldest; };
    BOOST_CHECK_EXCEPTION((void)store.facts(oldest - 1), TrimmedHistory, names_it);
    BOOST_CHECK_EXCEPTION((void)never_began->take(1), TrimmedHistory, names_it);
    BOOST_CHECK_EXCEPTION((void)store.subscribe(1, [](const CommittedFact&) {}), TrimmedHistory,
                          names_it);
    BOOST_TEST((all_of(*store.facts(oldest), 9) == journaled(path, oldest)));
    // The cursor reads its open file to the end; then the next file is missing.
    BOOST_TEST(!late->take(1).empty());
    BOOST_CHECK_EXCEPTION(all_of(*late, 100), TrimmedHistory, names_it);
    BOOST_TEST(late->next() < oldest);
}

BOOST_FIXTURE_TEST_CASE(when_bytes_or_an_age_are_to_be_kept_then_they_are, Scratch) {
    const auto oldest_with = [&](std::uint64_t bytes, std::chrono::seconds age) {
        StoreOptions options = tiny_segments();
        options.keep_journal_bytes = bytes;
        options.keep_journal_age = age;
        const ScratchDirectory fresh;
        auto store = Store::open(fresh.path(), options);
        for (int i = 0; i < 4; ++i) {
            run_commands(store, i * 60, i * 60 + 60);
            store.snapshot();
        }
        // Of the files in use: another file may be prepared at any time.
        const std::uint64_t kept = store.status().journal_file_bytes;
        BOOST_TEST((kept >= bytes || store.history().oldest() == 1));
        return store.history().oldest();
    };
    const Lsn pruned = oldest_with(0, {});
    BOOST_TEST(pruned > 1U);
    const Lsn some = oldest_with(20U << 10U, {});
    BOOST_TEST(some > 1U);
    BOOST_TEST(some < pruned);
    BOOST_TEST(oldest_with(1U << 30U, {}) == 1U);
    BOOST_TEST(oldest_with(0, std::chrono::hours{1}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_subscriber)

BOOST_FIXTURE_TEST_CASE(when_the_subscriber_fails_then_the_call_is_repeated_and_no_command_fails,
                        Scratch) {
    StoreOptions options = tiny_segments();
    std::atomic<int> warnings = 0;
    options.warning = [&](std::string_view) { ++warnings; };
    auto store = Store::open(path, options);
    std::vector<Lsn> received;
    std::promise<void> all;
    const Subscription subscription = store.subscribe(1, [&](const CommittedFact& fact) {
        received.push_back(fact.lsn);
        if (fact.lsn == 2 && received.size() < 4) throw std::runtime_error{"not now"};
        if (fact.lsn == 3) all.set_value();
    });
    for (const std::string ref : {"b1", "b2", "b3"}) {
        store.add_batch({BatchRef::of(ref).value(), "sku", 1}).value();
    }
    all.get_future().wait();
    BOOST_TEST((received == std::vector<Lsn>{1, 2, 2, 2, 3}));
    BOOST_TEST(warnings == 2);
    BOOST_TEST(eventually([&] { return subscription.acked() == 3U; }));
}

BOOST_FIXTURE_TEST_CASE(when_the_subscriber_is_slow_or_uses_the_store_then_others_continue,
                        GivenAStore) {
    std::promise<void> go;
    const auto gate = go.get_future().share();
    const Subscription slow = store.subscribe(1, [gate](const CommittedFact&) { gate.wait(); });
    std::atomic<int> copied = 0;
    const Subscription busy = store.subscribe(1, [&](const CommittedFact& fact) {
        if (fact.lsn > 20) return;
        (void)store.allocate(line("copy-" + std::to_string(fact.lsn), "sku", 1));
        ++copied;
    });
    for (int i = 0; i < 20; ++i) {
        store.add_batch({BatchRef::of("b" + std::to_string(i)).value(), "sku", 5}).value();
    }
    BOOST_TEST(eventually([&] { return copied == 20; }));
    BOOST_TEST(slow.acked() == 0U);
    go.set_value();
}

BOOST_FIXTURE_TEST_CASE(when_the_subscriber_begins_anew_after_its_last_fact_then_it_misses_nothing,
                        Scratch) {
    std::multiset<Lsn> received;
    Lsn done = 0;
    for (int life = 0; life < 3; ++life) {
        auto store = Store::open(path, tiny_segments());
        for (int part = 0; part < 4; ++part) {
            const Lsn stop_at = done + 10;
            const Subscription subscription =
                store.subscribe(done + 1, [&](const CommittedFact& fact) {
                    if (fact.lsn <= stop_at) received.insert(fact.lsn);
                });
            run_commands(store, life * 40 + part * 10, life * 40 + part * 10 + 10);
            const Lsn reach = std::min(stop_at, store.status().last);
            BOOST_TEST(eventually([&] { return subscription.acked() >= reach; }));
            done = reach;
        }
    }
    BOOST_TEST(received.size() == done);
    BOOST_TEST(*received.begin() == 1U);
    BOOST_TEST(*received.rbegin() == done);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_destroyed_first_then_the_subscription_has_ended) {
    const Scratch scratch;
    auto store = std::make_unique<Store>(Store::open(scratch.path, tiny_segments()));
    const Subscription subscription = store->subscribe(1, [](const CommittedFact&) {});
    store->add_batch({"b1", "sku", 1}).value();
    store.reset();
    BOOST_TEST(subscription.ended());
}

BOOST_AUTO_TEST_SUITE_END()
