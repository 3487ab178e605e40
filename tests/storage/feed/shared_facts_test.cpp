// Any number of readers at any positions of a history: each gets every fact once.

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <limits>
#include <random>
#include <system_error>
#include <thread>

#include "storage/feed/journal_history.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/engine/kept_facts.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scarce_memory.hpp"
#include "tests/storage/scratch.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

/// The facts that a reader got from some fact on.
struct Reader {
    Reader(Lsn begin, std::unique_ptr<FactCursor> at) : from{begin}, cursor{std::move(at)} {}
    [[nodiscard]] Lsn next() const { return from + given.size(); }

    Lsn from;
    std::unique_ptr<FactCursor> cursor;
    KeptFacts given;
};

/// Readers of a store that a seed drives. Few facts are shared, so most readers fall behind at
/// times.
class Readers {
public:
    Readers(SimulatedDisk& disk, Durability::Mode mode, std::uint64_t seed)
        : disk_{disk}, random_{seed}, store_{disk, tiny_options(mode), random_} {
        for (int i = 0; i < 6; ++i) begin_at(1);
    }

    void use(int steps) {
        for (int i = 0; i < steps; ++i) {
            if (draw(2) == 0) work(i);
            store_.step();
            if (draw(20) == 0) begin_at(1 + draw(store_.core().journal.last() + 1));
            Reader& reader = readers_[draw(readers_.size())];
            // Some read seldom.
            if (reader.from % 3 == 0 && draw(8) != 0) continue;
            if (draw(30) == 0) reader.cursor = cursor(reader.next());
            take(reader, 1 + draw(12), draw(10) == 0, draw(10) == 0);
        }
    }
    void finish() {
        store_.settle();
        for (Reader& reader : readers_) {
            while (take(reader, 1 + draw(30), false, false)) {
            }
        }
    }
    /// All facts, as a reader without sharing gets them.
    [[nodiscard]] FactBlock journaled() {
        return JournalReader{disk_, store_directory, store_.core().journal, 1}.read(
            std::numeric_limits<std::size_t>::max());
    }
    [[nodiscard]] const std::vector<Reader>& all() const { return readers_; }
    [[nodiscard]] int failures() const { return failures_; }
    [[nodiscard]] Lsn synced() { return store_.core().journal.synced(); }
    [[nodiscard]] Random& random() { return random_; }

private:
    std::size_t draw(std::size_t below) { return random_() % below; }
    std::unique_ptr<FactCursor> cursor(Lsn from) {
        return std::make_unique<JournalCursor>(store_.core().journal, shared_, from);
    }
    void begin_at(Lsn from) { readers_.emplace_back(from, cursor(from)); }
    void work(int number) {
        store_.with_bus([&](MessageBus& bus) {
            for (std::size_t i = 0; i < 1 + draw(6); ++i) {
                const auto name = std::to_string(number) + "-" + std::to_string(i);
                (void)bus.handle(AddBatch{BatchRef::of(name).value(), "SPOON", 10});
            }
        });
    }
    /// \param fails the disk fails. \param is_scarce an allocation of memory fails.
    bool take(Reader& reader, std::size_t most, bool fails, bool is_scarce) {
        if (fails) disk_.inject({disk_.operations(), std::errc::io_error, false});
        std::size_t taken = 0;
        try {
            const FactRun run = [&] {
                const ScarceMemory scarce{is_scarce ? std::size_t{1} : SIZE_MAX, 1 + draw(8)};
                return reader.cursor->take(most);
            }();
            BOOST_TEST_REQUIRE(run.size() <= most);
            reader.given.append(run);
            taken = run.size();
        } catch (const std::system_error&) {
            BOOST_TEST_REQUIRE(fails);
            ++failures_;
        } catch (const std::bad_alloc&) {
            BOOST_TEST_REQUIRE(is_scarce);
            ++failures_;
        }
        constexpr auto never = std::numeric_limits<std::uint64_t>::max();
        disk_.inject({never, std::errc::io_error, false});
        BOOST_TEST_REQUIRE(reader.cursor->next() == reader.next());
        BOOST_TEST_REQUIRE(reader.next() <= std::max(synced() + 1, reader.from));
        return taken > 0;
    }

    SimulatedDisk& disk_;
    Random random_;
    SteppedStore store_;
    const std::filesystem::path directory_ = store_directory;
    SharedFacts shared_{disk_, directory_, store_.core().journal, 40};
    std::vector<Reader> readers_;
    int failures_ = 0;
};

/// A subscriber whose calls take as long as the test decides.
struct PacedSubscriber {
    explicit PacedSubscriber(Lsn begin) : from{begin} {}
    Lsn from;
    KeptFacts facts;  // of the subscriber's thread until that has ended
    std::atomic<Lsn> last = 0;
    void take(const CommittedFact& fact) {
        facts.push_back(fact);
        last = fact.lsn;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_many_readers_of_a_history, *one_thread)

BOOST_AUTO_TEST_CASE(when_readers_fall_behind_and_reads_fail_then_each_gets_every_fact_once) {
    const std::uint64_t first = seed_of_run();
    int failures = 0;
    for (std::uint64_t seed = first; seed < first + 20; ++seed) {
        SimulatedDisk disk{seed};
        Readers readers{disk, Durability::Mode::always, seed};
        readers.use(600);
        readers.finish();
        const FactBlock block = readers.journaled();
        const auto expected = block.facts();
        BOOST_TEST_REQUIRE(expected.size() > 100U);
        for (const Reader& reader : readers.all()) {
            const auto begin = std::min<std::size_t>(reader.from - 1, expected.size());
            BOOST_TEST(std::ranges::equal(reader.given, expected.subspan(begin)),
                       "ALLOT_SEED=" << seed << ", from " << reader.from);
        }
        failures += readers.failures();
    }
    BOOST_TEST(failures > 20);
}

BOOST_AUTO_TEST_CASE(when_the_power_is_cut_then_the_facts_that_a_reader_got_are_there_again) {
    const std::uint64_t first = seed_of_run();
    for (std::uint64_t seed = first; seed < first + 40; ++seed) {
        SimulatedDisk disk{seed};
        const auto mode = seed % 2 == 0 ? Durability::Mode::always : Durability::Mode::interval;
        Readers readers{disk, mode, seed};
        readers.use(200);
        const auto after = disk.after_power_cut(readers.random());
        SteppedStore again{*after, tiny_options(mode), readers.random()};
        const FactBlock block =
            JournalReader{*after, store_directory, again.core().journal, 1}.read(
                std::numeric_limits<std::size_t>::max());
        const auto kept = block.facts();
        for (const Reader& reader : readers.all()) {
            if (reader.given.empty()) continue;
            BOOST_TEST_REQUIRE(reader.next() - 1 <= kept.size(), "ALLOT_SEED=" << seed);
            BOOST_TEST(std::equal(reader.given.begin(), reader.given.end(),
                                  kept.begin() + static_cast<long>(reader.from - 1)),
                       "ALLOT_SEED=" << seed);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_subscribers_of_every_pace)

BOOST_FIXTURE_TEST_CASE(when_many_facts_are_written_then_each_reader_gets_each_once, Scratch) {
    constexpr Lsn much = SharedFacts::facts_max + 8'000;
    const StoreOptions options = small_options(Durability::Mode::os);
    auto store = Store::open(path, options);
    store.add_batch({"b1", "sku", 1'000'000}).value();
    std::deque<PacedSubscriber> subscribers;
    std::vector<Subscription> subscriptions;
    const auto subscribe = [&](Lsn from, auto&& before) {
        PacedSubscriber& each = subscribers.emplace_back(from);
        subscriptions.push_back(
            store.subscribe(from, [&each, before](const CommittedFact& fact) mutable {
                before(fact);
                each.take(fact);
            }));
    };
    const auto at_once = [](const CommittedFact&) {};
    std::atomic<bool> go = false;
    for (int i = 0; i < 4; ++i) subscribe(1, at_once);
    subscribe(1, [&go](const CommittedFact&) { go.wait(false); });  // until all has happened
    subscribe(1, [](const CommittedFact& fact) {
        if (fact.lsn % 500 == 0) std::this_thread::sleep_for(1ms);
    });
    subscribe(1, [failed = Lsn{0}](const CommittedFact& fact) mutable {
        if (fact.lsn % 9'000 == 0 && std::exchange(failed, fact.lsn) != fact.lsn) throw 1;
    });
    while (store.status().last < much) {
        const Lsn last = store.status().last;
        for (Lsn i = last; i < last + much / 8; ++i) {
            (void)store.allocate(line("o" + std::to_string(i), "sku", 1));
        }
        subscribe(1 + last / 2, at_once);
        subscribe(last + 100, at_once);
    }
    go = true;
    go.notify_all();
    const Lsn end = store.status().last;
    for (const PacedSubscriber& each : subscribers) {
        for (int tries = 0; tries < 20'000 && each.last != end; ++tries) {
            std::this_thread::sleep_for(1ms);
        }
        BOOST_TEST_REQUIRE(each.last == end);
    }
    subscriptions.clear();
    KeptFacts expected;
    read_journal(path, 1, [&](const CommittedFact& fact) { expected.push_back(fact); });
    for (const PacedSubscriber& each : subscribers) {
        BOOST_TEST(std::ranges::equal(each.facts, std::span{expected}.subspan(each.from - 1)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
