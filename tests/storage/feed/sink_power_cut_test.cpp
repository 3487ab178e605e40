// Event sinks on a disk that loses unsynced bytes: over several runs no fact is skipped.

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "storage/bootstrap.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/feed/listener.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_adapters_of_a_test)

BOOST_AUTO_TEST_CASE(when_a_store_is_opened_with_them_then_it_uses_them) {
    class Stopped final : public Clock {
        UnixMicros now() noexcept override { return 1'234'567; }
    } clock;
    SimulatedDisk disk;
    Listener listener;
    {
        Store store = bootstrap("store", tiny_options(),
                                {.files = disk, .clock = clock, .sinks = {listener.sink(1)}});
        store.add_batch({"b1", "sku", 1}).value();
        BOOST_TEST(listener.await(1));
    }
    BOOST_TEST(listener.facts()[0].time == 1'234'567);
    BOOST_TEST(disk.operations() > 0U);
    BOOST_TEST(!disk.contents("store/handler-listener").empty());
    BOOST_TEST(!std::filesystem::exists("store"));
}

// The store is reopened after a power cut at any operation; and so on, for several runs.
BOOST_AUTO_TEST_CASE(
    when_the_power_is_cut_then_it_is_called_with_all_in_order_and_none_is_skipped) {
    const std::uint64_t seed = seed_of_run();
    Random random{seed};
    int repeated = 0;
    int went_on = 0;
    for (int story = 0; story < 40; ++story) {
        auto disk = std::make_unique<SimulatedDisk>(random());
        std::vector<Lsn> received;  // over all runs
        for (int life = 0; life < 4; ++life) {
            Listener listener;
            std::unique_ptr<SimulatedDisk> after;
            KeptFacts seen;
            const std::uint64_t cut_at = disk->operations() + 1 + random() % 120;
            Random damage{random()};
            std::mutex cutting;
            disk->before = [&](DiskOperation) {
                const std::scoped_lock lock{cutting};
                if (after || disk->operations() < cut_at) return;
                listener.hold([&](const auto& facts) {
                    after = disk->after_power_cut(damage);
                    seen = facts;
                });
            };
            {
                Store store = bootstrap("store", tiny_options(),
                                        {.files = *disk, .sinks = {listener.sink(1)}});
                run_commands(store, life * 8, life * 8 + 8);
                if (random() % 2 == 0) (void)store.snapshot();
            }
            disk->before = nullptr;
            if (!after) seen = listener.facts();  // closed before the cut
            if (!seen.empty()) {
                const Lsn first = seen.front().lsn;
                const Lsn before = received.empty() ? 0 : received.back();
                BOOST_TEST_REQUIRE(first <= before + 1, "seed " << seed << ", story " << story);
                repeated += first <= before ? 1 : 0;
                went_on += before > 0 && first > 1 ? 1 : 0;
            }
            for (const CommittedFact& fact : seen) {
                const bool in_order = &fact == &seen.front() || (&fact - 1)->lsn + 1 == fact.lsn;
                BOOST_TEST_REQUIRE(in_order, "seed " << seed << ", story " << story);
                if (received.empty() || fact.lsn > received.back()) received.push_back(fact.lsn);
            }
            if (after) disk = std::move(after);
        }
        Listener listener;
        Store store =
            bootstrap("store", tiny_options(), {.files = *disk, .sinks = {listener.sink(1)}});
        const Lsn last = store.status().last;
        store.add_batch({"the-last", "sku", 1}).value();
        BOOST_TEST_REQUIRE(listener.await(last + 1));
        std::set<Lsn> all{received.begin(), received.end()};
        for (const Lsn lsn : listener.received()) all.insert(lsn);
        BOOST_TEST(all.size() == last + 1, "seed " << seed << ", story " << story);
    }
    BOOST_TEST_MESSAGE(went_on << " lives went on, " << repeated << " repeated a fact");
    BOOST_TEST(went_on > 10);
    BOOST_TEST(repeated > 0);
}

BOOST_AUTO_TEST_SUITE_END()
