// A subscription that its subscriber ends.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "storage/store.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

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
