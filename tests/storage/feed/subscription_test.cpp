// Subscriptions that the subscriber ends, or that are refused.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "storage/store.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_subscriber_of_another_history)

BOOST_FIXTURE_TEST_CASE(when_the_subscriber_is_beyond_the_last_fact_then_it_gets_an_error,
                        Scratch) {
    auto store = Store::open(path, small_options());
    store.add_batch({"b1", "sku", 1}).value();
    BOOST_CHECK_THROW((void)store.subscribe(3, [](const CommittedFact&) {}), AheadOfHistory);
    BOOST_CHECK_EXCEPTION((void)store.facts(3), AheadOfHistory,
                          [](const AheadOfHistory& error) { return error.last() == 1; });
    BOOST_TEST(store.facts(2)->take(1).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_warning_that_throws)

BOOST_FIXTURE_TEST_CASE(when_a_subscriber_throws_then_it_is_called_again_all_the_same, Scratch) {
    StoreOptions options = small_options();
    options.warning = [](std::string_view) { throw std::runtime_error{"the log is full"}; };
    auto store = Store::open(path, options);
    std::atomic<int> calls = 0;
    const Subscription subscription = store.subscribe(1, [&](const CommittedFact&) {
        if (++calls == 1) throw std::runtime_error{"not today"};
    });
    store.add_batch({"b1", "sku", 1}).value();
    while (subscription.acked() < 1) std::this_thread::yield();
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_subscriber_that_ends_its_subscription)

BOOST_FIXTURE_TEST_CASE(
    when_the_subscriber_ends_its_subscription_within_a_call_then_that_call_is_the_last, Scratch) {
    std::optional<Subscription> subscription;
    std::mutex given;  // so that the subscription is set before the first call uses it
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
    while (another.acked() < 4) std::this_thread::yield();
    store.reset();  // waits for the end of the subscription
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_SUITE_END()
