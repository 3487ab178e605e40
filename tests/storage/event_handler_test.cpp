// Event handlers: whatever ends or fails, each is called with every fact, in order, at least once.

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "storage/backup.hpp"
#include "storage/bootstrap.hpp"
#include "storage/handler_file.hpp"
#include "storage/inspect.hpp"
#include "storage/repair.hpp"
#include "tests/simulation/stepped_store.hpp"
#include "tests/storage/failing_files.hpp"
#include "tests/storage/little_work.hpp"
#include "tests/storage/scratch.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

/// Somebody who keeps what he was called with.
class Listener {
public:
    /// Fails so often before it takes this fact.
    void fail_at(Lsn lsn, int times) {
        const std::scoped_lock lock{mutex_};
        failing_ = lsn;
        failures_left_ = times;
    }
    [[nodiscard]] EventHandler handler(Lsn from, const std::string& name = "listener") {
        return {.name = name,
                .from = from,
                .call = [this](const CommittedFact& fact, std::uint64_t) { return take(fact); },
                .back_off = {.first = 1ms, .most = 4ms}};
    }
    [[nodiscard]] std::vector<CommittedFact> facts() const {
        const std::scoped_lock lock{mutex_};
        return facts_;
    }
    [[nodiscard]] std::vector<Lsn> told() const {
        std::vector<Lsn> lsns;
        for (const CommittedFact& fact : facts()) lsns.push_back(fact.lsn);
        return lsns;
    }
    /// \return false when that takes too long.
    [[nodiscard]] bool await(Lsn lsn) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s,
                                 [&] { return !facts_.empty() && facts_.back().lsn >= lsn; });
    }
    /// Calls with nobody being told meanwhile.
    template <class Use>
    void hold(Use&& use) {
        const std::scoped_lock lock{mutex_};
        use(facts_);
    }

private:
    Handled take(const CommittedFact& fact) {
        const std::scoped_lock lock{mutex_};
        if (fact.lsn == failing_ && failures_left_ > 0) {
            if (failures_left_-- == 2) throw 42;  // whatever it is
            throw std::runtime_error{"not now"};
        }
        facts_.push_back(fact);
        changed_.notify_all();
        return fact.lsn % 2 == 0 ? Handled::acted : Handled::passed_over;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<CommittedFact> facts_;
    Lsn failing_ = 0;
    int failures_left_ = 0;
};

std::vector<Lsn> from_to(Lsn first, Lsn last) {
    std::vector<Lsn> all;
    for (Lsn lsn = first; lsn <= last; ++lsn) all.push_back(lsn);
    return all;
}

/// Waits for it. \return false when that takes too long.
template <class Reached>
bool await(Reached&& reached) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!reached()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

/// Warnings of any thread.
struct Warnings {
    [[nodiscard]] std::function<void(std::string_view)> sink() {
        return [this](std::string_view text) {
            const std::scoped_lock lock{mutex};
            texts.emplace_back(text);
        };
    }
    [[nodiscard]] bool hold(const std::string& part) {
        const std::scoped_lock lock{mutex};
        return std::ranges::any_of(
            texts, [&](const auto& text) { return text.find(part) != std::string::npos; });
    }
    [[nodiscard]] std::ptrdiff_t count(const std::string& part) {
        const std::scoped_lock lock{mutex};
        return std::ranges::count_if(
            texts, [&](const auto& text) { return text.find(part) != std::string::npos; });
    }
    std::mutex mutex;
    std::vector<std::string> texts;
};

StoreOptions tiny_segments(Warnings& warnings) {
    StoreOptions options = small_options();
    options.segment_bytes = 2U << 10U;
    options.warning = warnings.sink();
    return options;
}

struct GivenADirectory : Scratch {
    [[nodiscard]] Store open(std::vector<EventHandler> handlers) {
        return bootstrap(path, tiny_segments(warnings), {.handlers = std::move(handlers)});
    }
    [[nodiscard]] std::uint64_t store_id() const {
        std::uint64_t id = 0;  // in the first segment's header
        for (const auto& file : std::filesystem::directory_iterator{path}) {
            if (!file.path().filename().string().starts_with("journal-0")) continue;
            const Bytes bytes = read_file(file.path());
            std::memcpy(&id, bytes.data() + 24, sizeof id);
            if (id != 0) break;
        }
        return id;
    }
    [[nodiscard]] std::optional<Lsn> place(const std::string& name = "listener") const {
        return handler_file::read(posix_file_system(), path, name, store_id());
    }
    Warnings warnings;
    Listener listener;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_an_event_handler)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_opened_again_then_it_goes_on_where_it_was,
                        GivenADirectory) {
    Lsn last = 0;
    for (int life = 0; life < 4; ++life) {
        auto store = open({listener.handler(1)});
        work_a_little(store, life * 30, life * 30 + 30);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    BOOST_TEST((listener.told() == from_to(1, last)));
    BOOST_TEST(place().value() == last);
    std::vector<CommittedFact> journaled;
    read_journal(path, 1, [&](const CommittedFact& fact) { journaled.push_back(fact); });
    BOOST_TEST((listener.facts() == journaled));
}

BOOST_FIXTURE_TEST_CASE(when_it_wants_new_facts_only_then_it_gets_no_other, GivenADirectory) {
    {
        auto store = open({});
        work_a_little(store, 0, 20);
    }
    Lsn past = 0;
    {
        auto store = open({listener.handler(from_now)});
        past = store.status().last;
        BOOST_TEST(place().value() == past);  // also when it ends before the first fact
    }
    auto store = open({listener.handler(from_now)});
    work_a_little(store, 20, 40);
    BOOST_TEST(listener.await(store.status().last));
    BOOST_TEST((listener.told() == from_to(past + 1, store.status().last)));
}

BOOST_FIXTURE_TEST_CASE(when_it_fails_then_it_is_called_again_and_no_command_fails,
                        GivenADirectory) {
    listener.fail_at(7, 5);
    Listener other;
    auto store = open({listener.handler(1), other.handler(1, "other")});
    for (int i = 1; i <= 12; ++i) {
        store.add_batch({BatchRef::of("b" + std::to_string(i)).value(), "sku", 1}).value();
    }
    BOOST_TEST(other.await(12));
    BOOST_TEST(listener.await(12));
    BOOST_TEST((listener.told() == from_to(1, 12)));
    BOOST_TEST(
        warnings.hold("event handler listener failed at LSN 7 and is told again in 4 ms: "
                      "not now"));
    const auto status = store.handlers();
    BOOST_TEST_REQUIRE(status.size() == 2U);
    BOOST_TEST(status[0].name == "listener");
    BOOST_TEST(status[0].failures == 5U);
    BOOST_TEST(status[0].last_error == "not now");
    BOOST_TEST(status[1].failures == 0U);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_closed_while_it_fails_then_that_does_not_wait_for_it,
                        GivenADirectory) {
    std::promise<void> stop;
    const auto stopped = stop.get_future().share();
    std::promise<void> reached;
    EventHandler waiting{.name = "waiting",
                         .from = 1,
                         .call = [&, stopped](const CommittedFact& fact, std::uint64_t) -> Handled {
                             if (fact.lsn < 3) return Handled::acted;
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
        BOOST_TEST(store.handlers().at(0).done == 2U);
        BOOST_TEST(store.handlers().at(0).lag == 1U);
        BOOST_TEST(store.handlers().at(0).acted == 2U);
    }
    BOOST_TEST(place("waiting").value() == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_its_place_cannot_be_kept_then_it_goes_on, GivenADirectory) {
    auto store = open({listener.handler(1)});
    std::filesystem::create_directory(path / "handler-listener.tmp");
    for (int i = 1; i <= 6; ++i) {
        store.add_batch({BatchRef::of("b" + std::to_string(i)).value(), "sku", 1}).value();
    }
    BOOST_TEST(listener.await(6));
    BOOST_TEST(warnings.hold("the place of event handler listener could not be kept: "));
    BOOST_TEST((listener.told() == from_to(1, 6)));
    std::filesystem::remove(path / "handler-listener.tmp");
    BOOST_TEST(store.handlers().at(0).kept < 6U);
}

BOOST_FIXTURE_TEST_CASE(when_it_is_behind_then_the_journal_is_kept_for_it, GivenADirectory) {
    listener.fail_at(9, 1'000'000'000);
    {
        auto store = open({listener.handler(1)});
        for (int i = 0; i < 4; ++i) {
            work_a_little(store, i * 60, i * 60 + 60);
            store.snapshot();
        }
        BOOST_TEST(store.status().oldest <= 9U);
    }
    listener.fail_at(0, 0);
    auto store = open({listener.handler(1)});
    const Lsn last = store.status().last;
    BOOST_TEST(listener.await(last));
    BOOST_TEST((listener.told() == from_to(1, last)));
    work_a_little(store, 240, 300);
    BOOST_TEST(listener.await(store.status().last));
    std::this_thread::sleep_for(1s);  // then a fact that was passed over counts, too
    work_a_little(store, 300, 301);
    BOOST_TEST(listener.await(store.status().last));
    store.snapshot();
    BOOST_TEST(store.status().oldest > 9U);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_is_kept_for_it_alone_then_the_operator_is_told,
                        GivenADirectory) {
    const std::string said =
        " bytes of the journal are kept for event handlers alone: listener goes on from LSN 9";
    listener.fail_at(9, 1'000'000'000);
    Listener other;
    std::uint64_t held_back = 0;
    {
        auto store = open({listener.handler(1), other.handler(1, "other")});
        for (int i = 0; i < 4; ++i) {
            work_a_little(store, i * 60, i * 60 + 60);
            BOOST_TEST(other.await(store.status().last));
            BOOST_TEST(store.status().held_back_bytes >= held_back);
            store.snapshot();
            held_back = store.status().held_back_bytes;
        }
        BOOST_TEST(held_back > 0U);
        BOOST_TEST(store.status().journal_file_bytes > held_back);
        BOOST_TEST(warnings.count("kept for event handlers alone") == 1);  // however many snapshots
        BOOST_TEST(warnings.hold(said));
    }
    auto store = open({listener.handler(1), other.handler(1, "other")});
    BOOST_TEST(store.status().held_back_bytes == held_back);
    BOOST_TEST(warnings.hold(std::to_string(held_back) + said));
    listener.fail_at(0, 0);
    work_a_little(store, 240, 300);
    std::this_thread::sleep_for(1s);  // then the place is kept of a fact that was passed over, too
    work_a_little(store, 300, 301);
    BOOST_TEST(listener.await(store.status().last));
    store.snapshot();
    BOOST_TEST(store.status().held_back_bytes == 0U);
}

BOOST_FIXTURE_TEST_CASE(when_its_name_is_none_or_taken_then_it_is_refused, GivenADirectory) {
    const std::vector<std::string> bad{"", "UPPER", "a/b", "dot.", std::string(33, 'x')};
    for (const std::string& name : bad) {
        BOOST_CHECK_THROW((void)open({listener.handler(1, name)}), std::invalid_argument);
    }
    BOOST_CHECK_THROW((void)open({listener.handler(1), listener.handler(1)}),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_place_that_does_not_fit)

BOOST_FIXTURE_TEST_CASE(when_it_is_beyond_the_end_then_the_handler_goes_on_from_there,
                        GivenADirectory) {
    Lsn last = 0;
    Listener other;
    {
        auto store = open({listener.handler(1), other.handler(1, "other")});
        work_a_little(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    for (const std::string name : {"listener", "other"}) {
        handler_file::write(posix_file_system(), path, name, store_id(), last + 100);
    }
    BOOST_TEST(check_store(path).ok);
    BOOST_TEST(check_store(path).findings.size() == 2U);
    {
        auto store = open({listener.handler(1)});
        BOOST_TEST(warnings.hold("event handler listener was told up to LSN " +
                                 std::to_string(last + 100) + ", and the history ends at LSN " +
                                 std::to_string(last)));
        work_a_little(store, 10, 90);
        BOOST_TEST(store.status().last > last + 100);
        BOOST_TEST(listener.await(store.status().last));
        BOOST_TEST((listener.told() == from_to(1, store.status().last)));
    }
    // Nor must the other, which was not registered, take the new facts for those it had seen.
    BOOST_TEST(place("other").value() == last);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_begins_later_then_what_is_missed_is_told,
                        GivenADirectory) {
    { auto store = open({listener.handler(1)}); }
    Lsn oldest = 0;
    {
        auto store = open({});  // it is not registered, so nothing is kept for it
        for (int i = 0; i < 4; ++i) {
            work_a_little(store, i * 60, i * 60 + 60);
            store.snapshot();
        }
        oldest = store.status().oldest;
        BOOST_TEST_REQUIRE(oldest > 1U);
    }
    auto store = open({listener.handler(1)});
    BOOST_TEST(warnings.hold("event handler listener misses the facts from LSN 1 to " +
                             std::to_string(oldest - 1)));
    BOOST_TEST(listener.await(store.status().last));
    BOOST_TEST(listener.told().front() == oldest);
}

BOOST_FIXTURE_TEST_CASE(when_a_bit_has_flipped_then_the_store_is_refused_until_it_is_repaired,
                        GivenADirectory) {
    Lsn last = 0;
    {
        auto store = open({listener.handler(1)});
        work_a_little(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    const auto file = path / "handler-listener";
    const Bytes good = read_file(file);
    BOOST_TEST(good.size() == 40U);
    for (std::size_t bit = 0; bit <= 8 * good.size(); ++bit) {
        Bytes bad = good;
        if (bit == 8 * good.size()) {
            bad.pop_back();
        } else {
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        }
        write_file(file, bad);
        BOOST_CHECK_EXCEPTION((void)place(), CorruptStore,
                              [](const auto& e) { return e.file() == "handler-listener"; });
    }
    BOOST_CHECK_THROW((void)open({listener.handler(1)}), CorruptStore);
    { auto store = open({}); }  // who does not ask for it does not need it
    BOOST_TEST(!check_store(path).ok);
    const RepairPlan plan = plan_repair(posix_file_system(), path);
    BOOST_TEST_REQUIRE(plan.steps.size() == 1U);
    BOOST_TEST(plan.steps[0].file == "handler-listener");
    BOOST_TEST(plan.loses_nothing());
    apply_repair(posix_file_system(), path, plan);
    BOOST_TEST(check_store(path).ok);
    BOOST_TEST(std::filesystem::exists(path / "lost-handler-listener"));
    auto store = open({listener.handler(from_now)});
    BOOST_TEST(place().value() == last);
}

BOOST_FIXTURE_TEST_CASE(when_a_store_is_copied_then_its_places_are, GivenADirectory) {
    const ScratchDirectory elsewhere;
    const auto copy = elsewhere.path() / "copy";
    Lsn last = 0;
    {
        auto store = open({listener.handler(1)});
        work_a_little(store, 0, 10);
        last = store.status().last;
        BOOST_TEST(listener.await(last));
    }
    FileSystem& files = posix_file_system();
    (void)backup_store(files, path, files, copy, {});
    {
        auto store = open({listener.handler(1)});
        work_a_little(store, 10, 60);
        BOOST_TEST(listener.await(store.status().last));
    }
    CopyOptions replacing;
    replacing.replace = true;
    (void)restore_store(files, copy, files, path, replacing);
    Listener after;
    auto store = open({after.handler(1)});
    work_a_little(store, 60, 70);
    BOOST_TEST(after.await(store.status().last));
    BOOST_TEST(after.told().front() == last + 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_cannot_always_be_read)

struct GivenFailingReads : GivenADirectory {
    [[nodiscard]] Store open(std::vector<EventHandler> handlers) {
        return bootstrap(path, tiny_segments(warnings),
                         {.files = files, .handlers = std::move(handlers)});
    }
    static void add(Store& store, const std::string& ref) {
        store.add_batch({BatchRef::of(ref).value(), "sku", 1}).value();
    }
    FailingFiles files;
};

BOOST_FIXTURE_TEST_CASE(when_reads_fail_then_each_is_a_failure_and_the_handler_goes_on,
                        GivenFailingReads) {
    auto store = open({listener.handler(1)});
    Lsn last = 0;
    std::uint64_t failures = 0;
    for (const int times : {1, 4}) {
        add(store, "before-" + std::to_string(times));
        BOOST_TEST_REQUIRE(listener.await(++last));
        files.fail_reads(times, std::errc::io_error);
        add(store, "after-" + std::to_string(times));
        BOOST_TEST_REQUIRE(listener.await(++last));
        failures += static_cast<std::uint64_t>(times);
        BOOST_TEST(store.handlers().at(0).failures == failures);
    }
    BOOST_TEST((listener.told() == from_to(1, last)));
    BOOST_TEST(store.handlers().at(0).last_error == "made to fail: Input/output error");
    BOOST_TEST(warnings.count("event handler listener cannot read LSN 4 and tries again in ") == 4);
    BOOST_TEST(warnings.hold("LSN 4 and tries again in 2 ms: made to fail: Input/output error"));
}

BOOST_FIXTURE_TEST_CASE(when_reads_fail_again_and_again_then_all_get_all_in_order_and_none_twice,
                        GivenFailingReads) {
    Listener other;
    Listener subscriber;
    auto store = open({listener.handler(1), other.handler(1, "other")});
    const EventHandler told = subscriber.handler(1);
    const Subscription subscription =
        store.subscribe(1, [&](const CommittedFact& fact) { told.call(fact, 0); });
    for (int i = 0; i < 60; ++i) {
        files.fail_reads(i % 4, std::errc::too_many_files_open);  // at a segment's end, too
        work_a_little(store, 5 * i, 5 * i + 5);
        if (i % 10 == 0) BOOST_TEST_REQUIRE(listener.await(store.status().last));
    }
    const Lsn last = store.status().last;
    for (Listener* const each : {&listener, &other, &subscriber}) {
        BOOST_TEST_REQUIRE(each->await(last));
        BOOST_TEST((each->told() == from_to(1, last)));
    }
    BOOST_TEST(warnings.count(" cannot read LSN ") > 0);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_closed_before_the_next_try_then_that_does_not_wait_for_it,
                        GivenFailingReads) {
    EventHandler patient = listener.handler(1);
    patient.back_off = {.first = 1h, .most = 1h};
    {
        auto store = open({patient});
        add(store, "b1");
        BOOST_TEST_REQUIRE(listener.await(1));
        files.fail_reads(1, std::errc::io_error);
        add(store, "b2");
        BOOST_TEST(await([&] { return warnings.hold("LSN 2 and tries again in 3600000 ms"); }));
        BOOST_TEST(store.handlers().at(0).lag == 1U);
    }
    BOOST_TEST(place().value() == 1U);
    auto store = open({patient});
    BOOST_TEST(listener.await(2));
    BOOST_TEST((listener.told() == from_to(1, 2)));
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_is_damaged_then_the_handler_ends_and_its_status_says_so,
                        GivenFailingReads) {
    listener.fail_at(2, 1'000'000'000);
    auto store = open({listener.handler(1)});
    add(store, "b1");
    add(store, "b2");
    BOOST_TEST_REQUIRE(await([&] { return store.handlers().at(0).failures > 0; }));
    add(store, "the-damaged-one");
    for (const auto& file : std::filesystem::directory_iterator{path}) {
        const Bytes bytes = read_file(file.path());
        const auto found = std::ranges::search(bytes, std::string_view{"the-damaged-one"});
        if (found.empty()) continue;
        std::fstream{file.path(), std::ios::in | std::ios::out | std::ios::binary}
            .seekp(found.begin() - bytes.begin())
            .put('T');
    }
    listener.fail_at(0, 0);
    BOOST_TEST(await([&] { return warnings.hold("listener is told no more after LSN 2: "); }));
    const HandlerStatus status = store.handlers().at(0);
    BOOST_TEST(status.last_error.starts_with("told no more after LSN 2: journal-0"));
    BOOST_TEST(status.lag == 1U);
    add(store, "b4");  // nobody else suffers
    BOOST_TEST((listener.told() == from_to(1, 2)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_adapters_of_a_test)

BOOST_AUTO_TEST_CASE(when_a_store_is_put_together_then_it_stands_on_them) {
    class Stopped final : public Clock {
        UnixMicros now() noexcept override { return 1'234'567; }
    } clock;
    SimulatedDisk disk;
    Listener listener;
    {
        Store store = bootstrap("store", tiny_options(),
                                {.files = disk, .clock = clock, .handlers = {listener.handler(1)}});
        store.add_batch({"b1", "sku", 1}).value();
        BOOST_TEST(listener.await(1));
    }
    BOOST_TEST(listener.facts().at(0).time == 1'234'567);
    BOOST_TEST(disk.operations() > 0U);
    BOOST_TEST(!disk.contents("store/handler-listener").empty());
    BOOST_TEST(!std::filesystem::exists("store"));
}

// What a power cut at any operation leaves is opened again; and so on, for several lives.
BOOST_AUTO_TEST_CASE(
    when_the_power_is_cut_then_it_is_called_with_all_in_order_and_none_is_skipped) {
    const std::uint64_t seed = seed_of_run();
    Random random{seed};
    int repeated = 0;
    int went_on = 0;
    for (int story = 0; story < 40; ++story) {
        auto disk = std::make_unique<SimulatedDisk>(random());
        std::vector<Lsn> told;  // over all lives
        for (int life = 0; life < 4; ++life) {
            Listener listener;
            std::unique_ptr<SimulatedDisk> after;
            std::vector<CommittedFact> seen;
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
                                        {.files = *disk, .handlers = {listener.handler(1)}});
                work_a_little(store, life * 8, life * 8 + 8);
                if (random() % 2 == 0) (void)store.snapshot();
            }
            disk->before = {};
            if (!after) seen = listener.facts();  // it was closed well before that
            if (!seen.empty()) {
                const Lsn first = seen.front().lsn;
                const Lsn before = told.empty() ? 0 : told.back();
                BOOST_TEST_REQUIRE(first <= before + 1, "seed " << seed << ", story " << story);
                repeated += first <= before ? 1 : 0;
                went_on += before > 0 && first > 1 ? 1 : 0;
            }
            for (const CommittedFact& fact : seen) {
                const bool in_order = &fact == seen.data() || (&fact - 1)->lsn + 1 == fact.lsn;
                BOOST_TEST_REQUIRE(in_order, "seed " << seed << ", story " << story);
                if (told.empty() || fact.lsn > told.back()) told.push_back(fact.lsn);
            }
            if (after) disk = std::move(after);
        }
        Listener listener;
        Store store =
            bootstrap("store", tiny_options(), {.files = *disk, .handlers = {listener.handler(1)}});
        const Lsn last = store.status().last;
        store.add_batch({"the-last", "sku", 1}).value();
        BOOST_TEST_REQUIRE(listener.await(last + 1));
        std::set<Lsn> all{told.begin(), told.end()};
        for (const Lsn lsn : listener.told()) all.insert(lsn);
        BOOST_TEST(all.size() == last + 1, "seed " << seed << ", story " << story);
    }
    BOOST_TEST_MESSAGE(went_on << " lives went on, " << repeated << " repeated a fact");
    BOOST_TEST(went_on > 10);
    BOOST_TEST(repeated > 0);
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

BOOST_AUTO_TEST_SUITE(given_a_subscriber_that_has_enough)

BOOST_FIXTURE_TEST_CASE(when_it_ends_its_subscription_within_a_call_then_that_call_is_the_last,
                        Scratch) {
    std::optional<Subscription> subscription;
    std::mutex given;  // the subscription is there before the first call looks
    std::atomic<int> calls = 0;
    std::promise<void> ended;
    auto store = std::make_unique<Store>(Store::open(path, small_options()));
    {
        const std::scoped_lock lock{given};
        subscription = store->subscribe(1, [&](const CommittedFact& fact) {
            const std::scoped_lock wait{given};
            ++calls;
            if (fact.lsn != 2) return;
            subscription.reset();
            ended.set_value();
        });
    }
    for (const std::string ref : {"b1", "b2", "b3", "b4"}) {
        store->add_batch({BatchRef::of(ref).value(), "sku", 1}).value();
    }
    ended.get_future().wait();
    const Subscription another = store->subscribe(1, [](const CommittedFact&) {});
    while (another.told() < 4) std::this_thread::yield();
    store.reset();  // which waits for whatever is left of it
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_SUITE_END()
