#include "tests/net/fakes.hpp"

#include <rapidcheck/boost_test.h>
#include <boost/test/unit_test.hpp>
#include <string>

namespace {

using allot::Lsn;
using allot::OutputQueue;

std::string take(OutputQueue& queue, Lsn durable) {
    if (!release(queue, durable)) return {};
    std::string taken{queue.sending()};
    queue.sent(taken.size());
    return taken;
}

void put(OutputQueue& queue, std::string_view bytes, Lsn lsn) {
    queue.tail().append(bytes);
    queue.seal(lsn);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_replies_that_wait_for_lsns)

BOOST_AUTO_TEST_CASE(when_less_is_durable_then_the_rest_is_held) {
    OutputQueue queue;
    put(queue, "a", 3);
    put(queue, "b", 5);
    put(queue, "c", 0);  // saw nothing, but comes after b
    BOOST_TEST(take(queue, 2).empty());
    BOOST_TEST(take(queue, 4) == "a");
    BOOST_TEST(queue.holds_beyond(4));
    BOOST_TEST(take(queue, 5) == "bc");
    BOOST_TEST(queue.empty());
    BOOST_TEST(!queue.holds_beyond(0));
}

BOOST_AUTO_TEST_CASE(when_a_part_was_sent_then_the_rest_stays_and_later_replies_follow) {
    OutputQueue queue;
    put(queue, "abc", 0);
    BOOST_REQUIRE(release(queue, 0));
    queue.sent(1);
    put(queue, "d", 0);
    BOOST_TEST(queue.sending() == "bc");
    BOOST_TEST(queue.bytes() == 3U);
    queue.sent(2);
    BOOST_TEST(take(queue, 0) == "d");
}

BOOST_AUTO_TEST_CASE(when_much_was_sent_then_its_memory_is_released) {
    OutputQueue queue;
    put(queue, std::string(1'000'000, 'a'), 1);
    put(queue, std::string(1'000'000, 'b'), 2);
    BOOST_TEST(take(queue, 1).size() == 1'000'000U);
    BOOST_TEST(take(queue, 2).size() == 1'000'000U);
    BOOST_TEST(queue.capacity() <= 2 * OutputQueue::kept_bytes_max);
}

BOOST_AUTO_TEST_CASE(when_the_queue_is_trimmed_then_only_queued_bytes_keep_memory) {
    OutputQueue queue;
    put(queue, std::string(10'000, 'a'), 1);
    BOOST_TEST(take(queue, 1).size() == 10'000U);
    put(queue, "bc", 2);
    BOOST_REQUIRE(release(queue, 2));
    queue.sent(1);
    put(queue, "d", 3);
    queue.trim();
    BOOST_TEST(queue.sending() == "c");
    queue.sent(1);
    BOOST_TEST(take(queue, 3) == "d");
    queue.trim();
    BOOST_TEST(queue.capacity() <= 2 * std::string{}.capacity());
}

RC_BOOST_PROP(
    when_replies_are_sealed_and_released_at_random_then_all_go_out_in_order_and_none_early, ()) {
    OutputQueue queue;
    std::string sent;
    std::string expected;
    std::vector<Lsn> waits;  // for each byte: the LSN that it waits for
    Lsn last = 0;
    Lsn durable = 0;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
    for (const int step : steps) {
        if (step < 70) {
            last += static_cast<Lsn>(step % 3);
            const char byte = static_cast<char>('a' + expected.size() % 26);
            expected.push_back(byte);
            waits.push_back(step % 5 == 0 ? 0 : last);
            put(queue, {&byte, 1}, waits.back());
        } else {
            durable = std::min(last, durable + static_cast<Lsn>(step % 7));
            sent += take(queue, durable);
            for (std::size_t i = 0; i < sent.size(); ++i) RC_ASSERT(waits[i] <= durable);
        }
    }
    sent += take(queue, last);
    RC_ASSERT(sent == expected);
}

BOOST_AUTO_TEST_SUITE_END()
