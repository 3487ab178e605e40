#include "storage/store.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "storage/format/journal_format.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/store_core.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/engine/kept_facts.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_store)

BOOST_FIXTURE_TEST_CASE(
    when_the_store_is_reopened_then_batches_lines_ranks_and_versions_are_the_same, Scratch) {
    std::uint64_t before = 0;
    {
        auto store = Store::open(path, small_options());
        BOOST_TEST(store.add_batch({"batch1", "RUSTY-SOAPDISH", 100}).has_value());
        BOOST_TEST(store.add_batch({"batch2", "RUSTY-SOAPDISH", 100, "2011-01-02"}).has_value());
        BOOST_TEST(store.add_batch({"batch3", "GENERIC-SOFA", 12, "2011-01-01"}).has_value());
        BOOST_TEST(store.allocate({"order1", "GENERIC-SOFA", 12})->view() == "batch3");
        BOOST_TEST(store.allocate({"order1", "RUSTY-SOAPDISH", 7})->view() == "batch1");
        BOOST_TEST(store.reschedule({"batch2", Eta::warehouse()}).has_value());
        before = store.state_hash();
    }
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.state_hash() == before);
    BOOST_TEST(store.version("RUSTY-SOAPDISH").value() == 4U);
    const auto rows = store.stock("RUSTY-SOAPDISH").value();
    BOOST_TEST(rows.at(0).batch.view() == "batch1");
    BOOST_TEST(rows.at(0).available == 93);
    BOOST_TEST(rows.at(1).batch.view() == "batch2");
    BOOST_TEST(store.allocations("order1").size() == 2U);
    // The same line again finds its batch, and writes nothing.
    const Lsn last = store.status().last;
    BOOST_TEST(store.allocate({"order1", "GENERIC-SOFA", 12})->view() == "batch3");
    BOOST_TEST(store.status().last == last);
}

BOOST_FIXTURE_TEST_CASE(when_a_batch_is_named_then_its_sku_is_the_right_one, Scratch) {
    { Store::open(path, small_options()).add_batch({"b1", "sku1", 100}).value(); }
    auto store = Store::open(path, small_options());
    store.add_batch({"b2", "sku1", 100}).value();
    store.add_batch({"b3", "sku2", 100}).value();
    const auto owner = [&](const BatchRef& ref) {
        const std::scoped_lock lock{store.mutex()};
        Repository& repository = store.bus().repository();
        const Index at = repository.find_batch(ref);
        return std::string{repository.at(repository.ledger().batch(at).product()).sku().view()};
    };
    BOOST_TEST(owner("b1") == "sku1");
    BOOST_TEST(owner("b2") == "sku1");
    BOOST_TEST(owner("b3") == "sku2");
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_committed_then_it_is_there_after_reopening, Scratch) {
    {
        auto store = Store::open(path, small_options());
        const auto batch = store.transact([](UnitOfWork& work) -> Result<BatchRef> {
            (void)handle(AddBatch{"batch1", "HIPSTER-WORKBENCH", 100}, work);
            return handle(Allocate{{"o1", "HIPSTER-WORKBENCH", 10}}, work);
        });
        BOOST_TEST(batch->view() == "batch1");
    }
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.allocations("o1").at(0).batch.view() == "batch1");
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_not_committed_then_no_trace_is_on_disk, Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 10}).value();
        const auto refused = store.transact([](UnitOfWork& work) -> Result<BatchRef> {
            (void)handle(Allocate{{"o1", "sku", 10}}, work);
            return Refusal::version_conflict;
        });
        BOOST_TEST(refused.has_error());
        const auto fail = [](UnitOfWork& work) -> Result<void> {
            (void)handle(Allocate{{"o1", "sku", 10}}, work);
            throw std::runtime_error{"no"};
        };
        BOOST_CHECK_THROW(store.transact(fail), std::runtime_error);
    }
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.status().last == 1U);
    BOOST_TEST(store.available("sku").value() == 10);
}

BOOST_FIXTURE_TEST_CASE(when_stock_is_out_then_subscribers_get_the_fact_once_it_is_durable,
                        Scratch) {
    KeptFacts received;
    std::promise<void> both;
    auto store = Store::open(path, small_options());
    {
        const Subscription subscription = store.subscribe(1, [&](const CommittedFact& fact) {
            received.push_back(fact);
            if (received.size() == 2) both.set_value();
        });
        store.add_batch({"b1", "POPULAR-CURTAINS", 9}).value();
        BOOST_TEST(
            (store.allocate({"o1", "POPULAR-CURTAINS", 10}).error() == Refusal::out_of_stock));
        both.get_future().wait();
    }
    BOOST_REQUIRE(received.size() == 2U);
    BOOST_TEST(received[1].lsn == 2U);
    BOOST_TEST((received[1].fact == Fact{OutOfStock{line("o1", "POPULAR-CURTAINS", 10)}}));
}

BOOST_FIXTURE_TEST_CASE(when_many_race_for_the_last_unit_then_exactly_one_wins, Scratch) {
    auto store = Store::open(path, small_options());
    store.add_batch({"b1", "LAST-CHAIR", 1}).value();
    std::atomic<int> won = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 32; ++i) {
        threads.emplace_back([&, i] {
            won += store.allocate(line("o" + std::to_string(i), "LAST-CHAIR", 1)).has_value();
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(won == 1);
    BOOST_TEST(store.available("LAST-CHAIR").value() == 0);
}

BOOST_FIXTURE_TEST_CASE(when_two_threads_expect_one_version_then_exactly_one_succeeds, Scratch) {
    auto store = Store::open(path, small_options());
    store.add_batch({"b1", "sku", 100}).value();
    std::atomic<int> succeeded = 0;
    std::atomic<int> refused = 0;
    const auto write = [&](const std::string& order) {
        const auto result = store.transact([&](UnitOfWork& work) -> Result<BatchRef> {
            const auto expected = work.expect("sku", 1);
            if (!expected) return expected.error();
            return handle(Allocate{line(order, "sku", 10)}, work);
        });
        succeeded += result.has_value();
        refused += result.has_error() && result.error() == Refusal::version_conflict;
    };
    std::thread first{write, "o1"};
    std::thread second{write, "o2"};
    first.join();
    second.join();
    BOOST_TEST(succeeded == 1);
    BOOST_TEST(refused == 1);
    BOOST_TEST(store.version("sku").value() == 2U);
    BOOST_TEST(store.status().orders == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_open_then_no_other_may_open_it, Scratch) {
    const auto store = Store::open(path, small_options());
    BOOST_CHECK_EXCEPTION((void)Store::open(path, small_options()), std::system_error,
                          [&](const std::system_error& error) {
                              return std::string{error.what()}.find(path.string()) !=
                                     std::string::npos;
                          });
    BOOST_CHECK_THROW((void)check_store(path), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(when_its_journal_is_read_meanwhile_then_new_facts_are_no_damage, Scratch) {
    auto store = Store::open(path, small_options());
    store.add_batch({"b1", "sku", 1'000'000}).value();
    int orders = 0;
    const auto allocate_some = [&] {
        std::vector<OrderLine> lines;
        for (int i = 0; i < 100; ++i) lines.push_back(line(std::to_string(++orders), "sku", 1));
        std::vector<Result<BatchRef>> results(lines.size(), Refusal::bad_name);
        store.allocate(lines, results);
    };
    while (!std::filesystem::exists(path / journal::segment_name(2))) allocate_some();
    const Lsn before = store.status().last;
    Lsn next = 1;
    read_journal(path, 1, [&](const CommittedFact& fact) {
        BOOST_TEST_REQUIRE(fact.lsn == next++);
        // The segment that was just read fills, and the next one, which was empty, is used.
        if (fact.lsn == 1) {
            for (int i = 0; i < 20; ++i) allocate_some();
        }
    });
    BOOST_TEST(next > before + 1);  // new facts, as far as there were files for them
}

BOOST_FIXTURE_TEST_CASE(when_the_directory_holds_something_else_then_it_is_refused, Scratch) {
    write_file(path / "holiday.jpg", {'x'});
    BOOST_CHECK_THROW((void)Store::open(path, small_options()), std::system_error);
    BOOST_TEST(posix_file_system().list(path).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(when_many_threads_write_then_all_of_it_is_there, Scratch) {
    constexpr int threads = 8, orders = 50;
    std::uint64_t hash = 0;
    {
        auto store = Store::open(path, small_options());
        for (int i = 0; i < 4; ++i) {
            const auto name = std::to_string(i);
            store.add_batch({BatchRef::of("b" + name).value(), Sku::of("s" + name).value(), 1'000})
                .value();
        }
        std::vector<std::thread> writers;
        for (int t = 0; t < threads; ++t) {
            writers.emplace_back([&store, t] {
                for (int i = 0; i < orders; ++i) {
                    const auto order = "o" + std::to_string(t) + "-" + std::to_string(i);
                    (void)store.allocate(line(order, "s" + std::to_string(i % 4), 1));
                    if (i % 10 == 0) (void)store.snapshot();
                }
            });
        }
        for (std::thread& writer : writers) writer.join();
        BOOST_TEST(store.status().lines == std::uint64_t{threads * orders});
        hash = store.state_hash();
    }
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.state_hash() == hash);
}

BOOST_FIXTURE_TEST_CASE(when_lines_come_as_a_batch_then_each_has_its_own_answer, Scratch) {
    auto store = Store::open(path, small_options(Durability::Mode::os));
    store.add_batch({"b1", "sku", 600}).value();
    std::vector<OrderLine> lines;
    for (int i = 0; i < 700; ++i) lines.push_back(line("o" + std::to_string(i), "sku", 1));
    lines.push_back(line("o1", "unknown", 1));
    std::vector<Result<BatchRef>> results(lines.size(), Refusal::bad_name);
    store.allocate(lines, results);
    for (std::size_t i = 0; i < 600; ++i) BOOST_TEST(results[i].has_value());
    for (std::size_t i = 600; i < 700; ++i) {
        BOOST_TEST((results[i].error() == Refusal::out_of_stock));
    }
    BOOST_TEST((results[700].error() == Refusal::unknown_sku));
}

BOOST_FIXTURE_TEST_CASE(when_a_call_does_not_wait_then_its_lsn_can_be_waited_for, Scratch) {
    auto store = Store::open(path, small_options());
    const auto added = store.handle_async(AddBatch{"b1", "sku", 10});
    const auto answer = store.allocate_async({"o1", "sku", 1});
    BOOST_TEST(answer.result->view() == "b1");
    BOOST_TEST(answer.lsn == added.lsn + 1);
    store.wait(answer.lsn);
    BOOST_TEST(store.status().durable >= answer.lsn);
}

BOOST_AUTO_TEST_CASE(when_the_durability_is_relaxed_then_a_clean_end_still_keeps_all) {
    for (const auto mode : {Durability::Mode::interval, Durability::Mode::os}) {
        const Scratch scratch;
        {
            auto store = Store::open(scratch.path, small_options(mode));
            store.add_batch({"b1", "sku", 1'000'000}).value();
            for (int i = 0; i < 3'000; ++i) {
                (void)store.allocate(line("o" + std::to_string(i), "sku", 1));
            }
        }
        auto store = Store::open(scratch.path, small_options(mode));
        BOOST_TEST(store.available("sku").value() == 997'000);
    }
}

BOOST_AUTO_TEST_CASE(
    when_the_store_is_killed_again_and_again_then_a_snapshot_becomes_due_all_the_same) {
    SimulatedDisk disk;
    StoreOptions options = small_options();
    std::unique_ptr<SimulatedDisk> killed;
    {
        auto store = Store::open(disk, "store", options);
        store.add_batch({"b1", "sku", 100}).value();
        for (int i = 0; i < 20; ++i)
            store.allocate(line("o" + std::to_string(i), "sku", 1)).value();
        killed = disk.after_kill();
    }
    options.snapshot_every_bytes = 500;
    SystemClock clock;
    StoreCore core{*killed, "store", options, clock};
    BOOST_TEST(core.snapshot_is_due());
    BOOST_TEST(!core.snapshot_is_due());
}

BOOST_AUTO_TEST_CASE(when_a_snapshot_fails_then_the_status_counts_it_and_the_next_one_is_timed) {
    SimulatedDisk disk;
    auto store = Store::open(disk, "store", small_options());
    store.add_batch({"b1", "sku", 100}).value();
    disk.before = [](DiskOperation operation) {
        if (operation != DiskOperation::rename) return;
        throw std::system_error{std::make_error_code(std::errc::io_error)};
    };
    BOOST_CHECK_THROW((void)store.snapshot(), std::system_error);
    BOOST_TEST(store.status().snapshots_failed == 1U);
    BOOST_TEST(store.status().snapshot_at == 0);
    disk.before = nullptr;
    (void)store.snapshot();
    const StoreStatus status = store.status();
    BOOST_TEST(status.snapshots_failed == 1U);
    BOOST_TEST(status.snapshots_taken == 1U);
    BOOST_TEST(status.snapshot_took_us > 0U);
    BOOST_TEST(status.snapshot_at > 1'600'000'000'000'000);
}

BOOST_AUTO_TEST_CASE(when_groups_are_written_then_their_sizes_are_counted) {
    SimulatedDisk disk;
    auto store = Store::open(disk, "store", small_options());
    store.add_batch({"b1", "sku", 100}).value();
    AllocateOrder order{OrderId::of("o").value(), {}};
    for (int i = 1; i <= 5; ++i) {
        order.lines.push_back({Sku::of("sku").value(), Quantity::of(i).value()});
    }
    BOOST_TEST(store.allocate(order).has_value());
    GroupSizes::Counts expected{};
    expected[0] = 1;  // one fact
    expected[3] = 1;  // five
    BOOST_TEST(store.status().group_sizes == expected, boost::test_tools::per_element());
    BOOST_TEST(store.status().written_facts == 6U);
    BOOST_TEST(store.status().waiting_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(when_an_option_is_out_of_its_range_then_nothing_is_made) {
    SimulatedDisk disk;
    StoreOptions options;
    options.segment_bytes = 0;
    BOOST_CHECK_THROW((void)Store::open(disk, "store", options), std::invalid_argument);
    options = {.durability = {Durability::Mode::interval, std::chrono::milliseconds{0}}};
    BOOST_CHECK_THROW((void)Store::open(disk, "store", options), std::invalid_argument);
    for (const auto age : {std::chrono::seconds::max(), std::chrono::seconds{-1}}) {
        options = {.keep_journal_age = age};
        BOOST_CHECK_THROW((void)Store::open(disk, "store", options), std::invalid_argument);
    }
    BOOST_TEST(disk.operations() == 0U);
}

BOOST_FIXTURE_TEST_CASE(when_a_batch_call_has_another_number_of_results_then_it_is_refused,
                        Scratch) {
    auto store = Store::open(path, small_options());
    const std::vector<OrderLine> lines(2, OrderLine{"o1", "sku", 1});
    std::vector<Result<BatchRef>> results(1, Refusal::out_of_stock);
    BOOST_CHECK_THROW(store.allocate(lines, results), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
