// Event sinks of a journal that cannot be read for a while, or is damaged.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "storage/bootstrap.hpp"
#include "tests/storage/feed/listener.hpp"
#include "tests/storage/io/failing_files.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;

namespace {

struct GivenFailingReads : GivenADirectory {
    [[nodiscard]] Store open(std::vector<EventSink> sinks) {
        return bootstrap(path, options(), {.files = files, .sinks = std::move(sinks)});
    }
    static void add(Store& store, const std::string& ref) {
        store.add_batch({BatchRef::of(ref).value(), "sku", 1}).value();
    }
    FailingFiles files;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_journal_that_cannot_always_be_read)

BOOST_FIXTURE_TEST_CASE(when_reads_fail_then_each_is_a_failure_and_the_sink_continues,
                        GivenFailingReads) {
    auto store = open({listener.sink(1)});
    Lsn last = 0;
    std::uint64_t failures = 0;
    for (const int times : {1, 4}) {
        add(store, "before-" + std::to_string(times));
        BOOST_TEST_REQUIRE(listener.await(++last));
        files.fail_reads(times, std::errc::io_error);
        add(store, "after-" + std::to_string(times));
        BOOST_TEST_REQUIRE(listener.await(++last));
        failures += static_cast<std::uint64_t>(times);
        BOOST_TEST(store.sinks().at(0).failures == failures);
    }
    BOOST_TEST((listener.received() == from_to(1, last)));
    BOOST_TEST(store.sinks().at(0).last_error == "made to fail: Input/output error");
    BOOST_TEST(warnings.count("event sink listener cannot read LSN 4 and retries in ") == 4);
    BOOST_TEST(warnings.hold("LSN 4 and retries in 2 ms: made to fail: Input/output error"));
}

BOOST_FIXTURE_TEST_CASE(when_reads_fail_again_and_again_then_all_get_all_in_order_and_none_twice,
                        GivenFailingReads) {
    Listener other;
    Listener subscriber;
    auto store = open({listener.sink(1), other.sink(1, "other")});
    const EventSink sink = subscriber.sink(1);
    const Subscription subscription =
        store.subscribe(1, [&](const CommittedFact& fact) { sink.call(fact, 0); });
    for (int i = 0; i < 60; ++i) {
        files.fail_reads(i % 4, std::errc::too_many_files_open);  // also at a segment's end
        run_commands(store, 5 * i, 5 * i + 5);
        if (i % 10 == 0) BOOST_TEST_REQUIRE(listener.await(store.status().last));
    }
    const Lsn last = store.status().last;
    for (Listener* const each : {&listener, &other, &subscriber}) {
        BOOST_TEST_REQUIRE(each->await(last));
        BOOST_TEST((each->received() == from_to(1, last)));
    }
    BOOST_TEST(warnings.count(" cannot read LSN ") > 0);
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_closed_before_the_next_try_then_that_does_not_wait_for_it,
                        GivenFailingReads) {
    EventSink patient = listener.sink(1);
    patient.back_off = {.first = 1h, .most = 1h};
    {
        auto store = open({patient});
        add(store, "b1");
        BOOST_TEST_REQUIRE(listener.await(1));
        files.fail_reads(1, std::errc::io_error);
        add(store, "b2");
        BOOST_TEST(await([&] { return warnings.hold("LSN 2 and retries in 3600000 ms"); }));
        BOOST_TEST(store.sinks().at(0).lag == 1U);
    }
    BOOST_TEST(position().value() == 1U);
    auto store = open({patient});
    BOOST_TEST(listener.await(2));
    BOOST_TEST((listener.received() == from_to(1, 2)));
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_is_damaged_then_the_sink_ends_and_its_status_says_so,
                        GivenFailingReads) {
    listener.fail_at(2, 1'000'000'000);
    auto store = open({listener.sink(1)});
    add(store, "b1");
    add(store, "b2");
    BOOST_TEST_REQUIRE(await([&] { return store.sinks().at(0).failures > 0; }));
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
    BOOST_TEST(await([&] { return warnings.hold("listener receives no facts after LSN 2: "); }));
    const SinkStatus status = store.sinks().at(0);
    BOOST_TEST(status.last_error.starts_with("receives no facts after LSN 2: journal-0"));
    BOOST_TEST(status.lag == 1U);
    add(store, "b4");  // others are not affected
    BOOST_TEST((listener.received() == from_to(1, 2)));
}

BOOST_AUTO_TEST_SUITE_END()
