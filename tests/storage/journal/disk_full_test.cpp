// A disk that other processes fill and free again. The store uses the current segment, refuses
// units that do not fit, and continues by itself when the disk has space.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/state_hash.hpp"
#include "storage/journal/disk_watch.hpp"
#include "storage/recovery/inspect.hpp"
#include "tests/dst/disk/power_cuts.hpp"
#include "tests/dst/disk/random_commands.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> unfinished_files(SimulatedDisk& disk) {
    auto names = disk.list(store_directory);
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".tmp"); });
    return names;
}

/// A store whose disk has no space for another segment.
struct GivenAFullDisk {
    GivenAFullDisk() {
        store.with_bus([](MessageBus& bus) {
            (void)bus.handle(AddBatch{BatchRef::of("b").value(), Sku::of("SKU").value(),
                                      Quantity::of(1'000'000).value()});
        });
        disk.set_capacity(disk.used_bytes() + tiny_options().segment_bytes / 2);
    }
    [[nodiscard]] bool allocate() {
        const std::string order = "order-" + std::to_string(orders);
        try {
            store.with_bus([&](MessageBus& bus) {
                (void)bus.handle(Allocate{
                    {OrderId::of(order).value(), Sku::of("SKU").value(), Quantity::of(1).value()}});
            });
        } catch (const StorageFull&) {
            return false;
        }
        ++orders;
        return true;
    }
    /// Accepts too many units at once, because the file system does not report that it is full.
    void accept_too_much() {
        disk.tells_free_bytes = false;
        store.with_bus([&](MessageBus& bus) {
            for (int i = 0; i < 300; ++i) {
                (void)bus.handle(Allocate{{OrderId::of("much-" + std::to_string(i)).value(),
                                           Sku::of("SKU").value(), Quantity::of(1).value()}});
            }
        });
        for (int i = 0; i < 5'000 && !store.core().journal.waits_for_space(); ++i) store.step();
    }
    /// Allocates until a change is refused.
    void fill() {
        for (int i = 0; i < 10'000 && allocate(); ++i) {
            for (int steps = 0; steps < 4; ++steps) store.step();
        }
        for (int i = 0; i < 200; ++i) store.step();
    }
    [[nodiscard]] std::uint64_t hash() {
        return store.with_bus([](MessageBus& bus) { return state_hash(bus.repository()); });
    }

    Random random{1};
    SimulatedDisk disk;
    SteppedStore store{disk, tiny_options(), random};
    int orders = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_disk_without_space_for_another_segment, GivenAFullDisk)

BOOST_AUTO_TEST_CASE(when_the_current_segment_is_full_then_changes_are_refused) {
    fill();
    const std::uint64_t before = hash();
    BOOST_TEST(!allocate());
    BOOST_TEST(hash() == before);
    const GroupJournal& journal = store.core().journal;
    BOOST_TEST(!journal.failed());
    BOOST_TEST(journal.disk_full());
    BOOST_TEST(journal.last() == journal.durable());  // so reads are answered
    BOOST_TEST(unfinished_files(disk).empty());
}

// The next segment has been created with the usual size, and there is no space for a larger one.
BOOST_AUTO_TEST_CASE(when_one_change_needs_a_larger_segment_then_it_is_refused_and_can_be_later) {
    disk.set_capacity(SimulatedDisk::no_capacity);
    const auto next_is_there = [&] {
        GroupJournal& journal = store.core().journal;
        const auto present = journal.index().before(journal.last())->segment;
        const auto names = disk.list(store_directory);
        return std::ranges::find(names, journal::segment_name(present + 1)) != names.end();
    };
    while (orders < 600 || !next_is_there()) {
        BOOST_TEST_REQUIRE(allocate());
        for (int steps = 0; steps < 8; ++steps) store.step();
    }
    store.settle();
    disk.set_capacity(disk.used_bytes());
    const std::uint64_t before = hash();
    const auto empty_batch = [&] {
        store.with_bus([](MessageBus& bus) {
            (void)bus.handle(
                ChangeBatchQuantity{BatchRef::of("b").value(), Purchased::of(0).value()});
        });
    };
    const GroupJournal& journal = store.core().journal;
    BOOST_CHECK_THROW(empty_batch(), StorageFull);
    BOOST_TEST(hash() == before);
    BOOST_TEST(allocate());  // a small unit fits
    store.settle();
    BOOST_TEST(!journal.failed());
    disk.set_capacity(SimulatedDisk::no_capacity);
    empty_batch();
    store.settle();
    BOOST_TEST(journal.durable() == journal.last());
    BOOST_TEST(!journal.failed());
}

BOOST_AUTO_TEST_CASE(when_changes_are_refused_then_the_current_segment_is_full) {
    fill();
    BOOST_TEST(orders > 5);
    const auto bytes = disk.contents(store_directory / journal::segment_name(1));
    const auto zeros = std::ranges::find_if(bytes.rbegin(), bytes.rend(),
                                            [](std::byte each) { return each != std::byte{0}; });
    BOOST_TEST(std::distance(bytes.rbegin(), zeros) < 2'048);
}

BOOST_AUTO_TEST_CASE(when_there_is_space_again_then_changes_are_accepted_again) {
    fill();
    disk.set_capacity(SimulatedDisk::no_capacity);
    for (int i = 0; i < 5'000 && store.core().journal.disk_full(); ++i) store.step();
    for (int i = 0; i < 500; ++i) {
        BOOST_TEST_REQUIRE(allocate());
        for (int steps = 0; steps < 8; ++steps) store.step();
    }
    BOOST_TEST(!store.core().journal.disk_full());
}

BOOST_AUTO_TEST_CASE(when_an_accepted_unit_does_not_fit_either_then_it_waits_for_space) {
    accept_too_much();
    const GroupJournal& journal = store.core().journal;
    BOOST_TEST(journal.waits_for_space());
    BOOST_TEST(journal.durable() < journal.last());
    BOOST_TEST(!allocate());
    BOOST_TEST(unfinished_files(disk).empty());
    disk.set_capacity(SimulatedDisk::no_capacity);
    for (int i = 0; i < 10'000 && journal.durable() < journal.last(); ++i) store.step();
    BOOST_TEST(journal.durable() == journal.last());
    BOOST_TEST(!journal.waits_for_space());
    BOOST_TEST(!journal.failed());
    BOOST_TEST(allocate());
}

BOOST_AUTO_TEST_CASE(when_an_accepted_unit_waits_too_long_then_the_storage_has_failed) {
    accept_too_much();
    const Lsn durable = store.core().journal.durable();
    for (int i = 0; i < 10'000 && !store.core().journal.failed(); ++i) store.step();
    BOOST_TEST(store.core().journal.failed());
    BOOST_TEST(store.core().journal.durable() == durable);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_closed_without_space_then_waiting_units_are_lost) {
    accept_too_much();
    const Lsn durable = store.core().journal.durable();
    store.close();
    BOOST_TEST(store.core().journal.failed());
    const auto killed = disk.after_kill();
    killed->set_capacity(SimulatedDisk::no_capacity);
    BOOST_TEST(SteppedStore(*killed, tiny_options(), random).core().journal.last() == durable);
}

// A killed process has left a segment that it never used, and another half written.
BOOST_AUTO_TEST_CASE(
    when_an_earlier_process_left_unfinished_files_then_a_start_reuses_their_space) {
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST_REQUIRE(allocate());
        for (int steps = 0; steps < 8; ++steps) store.step();
    }
    store.close();
    const auto killed = disk.after_kill();
    const auto segment_bytes = static_cast<std::size_t>(tiny_options().segment_bytes);
    killed->put(store_directory / journal::segment_name(2), std::vector<std::byte>(segment_bytes));
    killed->put(store_directory / std::string{journal::temporary_name},
                std::vector<std::byte>(5'000));
    killed->set_capacity(killed->used_bytes());
    SteppedStore again{*killed, tiny_options(), random};
    BOOST_TEST(unfinished_files(*killed).empty());
    for (int i = 0; i < 200; ++i) {
        again.with_bus([&](MessageBus& bus) {
            (void)bus.handle(Allocate{{OrderId::of("again-" + std::to_string(i)).value(),
                                       Sku::of("SKU").value(), Quantity::of(1).value()}});
        });
        for (int steps = 0; steps < 8; ++steps) again.step();
        if (again.core().journal.index().before(again.core().journal.last())->segment == 2) return;
    }
    BOOST_ERROR("the second segment is never used");
}

BOOST_AUTO_TEST_CASE(when_the_store_is_closed_then_it_was_closed_well_and_can_be_opened_again) {
    fill();
    const Lsn last = store.core().journal.last();
    store.close();
    BOOST_TEST(!store.core().journal.failed());
    const auto killed = disk.after_kill();
    const CheckReport report = check_files(*killed, store_directory, {});
    BOOST_TEST(report.ok);
    BOOST_TEST(report.last == last);
    SteppedStore again{*killed, tiny_options(), random};
    BOOST_TEST(again.core().journal.last() == last);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_is_filled_and_freed, *one_thread)

// At every operation of a run; also when the file system does not report its free space.
BOOST_AUTO_TEST_CASE(when_the_store_is_used_meanwhile_then_nothing_is_lost) {
    const std::uint64_t seed = seed_of_run();
    std::uint64_t refusals = 0;
    constexpr std::uint64_t step = 3 * one_in;
    for (std::uint64_t at = seed % step; at < 400; at += step) {
        for (const bool tells : {true, false}) {
            Random random{seed + at};
            SimulatedDisk disk{seed};
            disk.tells_free_bytes = tells;
            SteppedStore store{disk, tiny_options(), random};
            bool filled = false;
            disk.before = [&](DiskOperation) {
                if (!filled && disk.operations() >= at) disk.set_capacity(disk.used_bytes());
                filled = filled || disk.operations() >= at;
            };
            History history;
            RandomCommands commands{random, 5};
            for (int i = 0, since = 0; i < 400; ++i) {
                try {
                    store.with_bus([&](MessageBus& bus) { return commands.command(bus, history); });
                } catch (const StorageFull&) {
                    ++refusals;
                }
                for (std::uint64_t steps = random() % 6; steps > 0; --steps) store.step();
                if (i % 40 == 39) store.begin_snapshot();
                if (filled && ++since == 150) disk.set_capacity(SimulatedDisk::no_capacity);
            }
            BOOST_TEST_CONTEXT("filled at operation " << at << ", tells " << tells) {
                store.settle();
                const Lsn acknowledged = store.core().journal.durable();
                BOOST_TEST(!store.core().journal.failed());
                BOOST_TEST(acknowledged == store.core().journal.last());
                BOOST_TEST(unfinished_files(disk).empty());
                disk.before = nullptr;
                const auto cut = disk.after_power_cut(random);
                BOOST_TEST(judge_recovery(*cut, history, acknowledged).wrong == "");
                store.close();
                BOOST_TEST(!store.core().journal.failed());
            }
        }
    }
    BOOST_TEST(refusals > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_directory_whose_sync_fails_once, *one_thread)

// It is unknown whether the segment's name is durable, even if a second sync succeeded.
BOOST_AUTO_TEST_CASE(when_a_segment_has_got_its_name_then_the_storage_has_failed) {
    Random random{1};
    SimulatedDisk disk;
    SteppedStore store{disk, tiny_options(), random};
    bool has_failed = false;
    disk.before = [&](DiskOperation operation) {
        if (has_failed || operation != DiskOperation::sync_directory ||
            store.work() != SteppedStore::Work::segment)
            return;
        has_failed = true;
        throw std::system_error{std::make_error_code(std::errc::io_error)};
    };
    RandomCommands commands{random, 5};
    try {
        for (int i = 0; i < 400; ++i) {
            store.with_bus([&](MessageBus& bus) { (void)commands.command(bus); });
            for (int steps = 0; steps < 4; ++steps) store.step();
        }
    } catch (const std::system_error&) {  // a change after the storage has failed
        BOOST_TEST(has_failed);
    }
    BOOST_TEST(store.core().journal.failed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_watch_on_the_disk, *one_thread)

BOOST_AUTO_TEST_CASE(when_little_space_is_left_then_one_warning_comes_until_there_was_more) {
    SimulatedDisk disk;
    disk.create_directories(store_directory);
    std::vector<std::string> warnings;
    DiskWatch watch{disk, store_directory, 1'000,
                    [&](std::string_view text) { warnings.emplace_back(text); }};
    watch.expect_snapshot(500);
    DiskWatch::Time now{1h};
    const auto look_at = [&](std::uint64_t free_bytes) {
        disk.set_capacity(free_bytes);
        now += 1s;
        return watch.look(now, 0);
    };
    BOOST_TEST(look_at(2'500));
    BOOST_TEST(!watch.look(now + 999ms, 0));
    BOOST_TEST(warnings.empty());
    for (int i = 0; i < 3; ++i) BOOST_TEST(look_at(2'499));
    BOOST_TEST_REQUIRE(warnings.size() == 1U);
    BOOST_TEST(warnings[0].find("2499 bytes are free") != std::string::npos);
    look_at(2'500);
    look_at(100);
    BOOST_TEST(warnings.size() == 2U);
}

BOOST_AUTO_TEST_CASE(when_the_journal_grows_then_it_estimates_how_long_the_space_lasts) {
    SimulatedDisk disk;
    disk.create_directories(store_directory);
    DiskWatch watch{disk, store_directory, 1'000, {}};
    const DiskWatch::Time start{1h};
    BOOST_TEST((watch.lasts(start, 0, 1'000) == DiskWatch::lasts_max));
    for (int second = 0; second <= 300; ++second) {
        watch.look(start + std::chrono::seconds{second}, static_cast<std::uint64_t>(second) * 10);
    }
    BOOST_TEST((watch.lasts(start + 300s, 3'000, 6'000) == 600s));
    BOOST_TEST((watch.lasts(start + 300s, 3'000, 0) == 0s));
    // Idle since then.
    BOOST_TEST((watch.lasts(start + 3'000s, 3'000, 6'000) > 10'000s));
}

BOOST_AUTO_TEST_SUITE_END()
