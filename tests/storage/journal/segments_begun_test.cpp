// One batch of the journal may begin two segments: the beginning of a history that does not fit
// into the last one begins the next, and a group that does not fit there begins one more. All are
// pruned in order.

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

void allocate(SteppedStore& store, const std::string& order, int lines) {
    AllocateOrder command{OrderId::of(order).value(), {}};
    for (int units = 1; units <= lines; ++units) {
        command.lines.push_back({Sku::of("SKU").value(), Quantity::of(units).value()});
    }
    store.with_bus([&](MessageBus& bus) { BOOST_REQUIRE(bus.handle(command).result.has_value()); });
    store.settle();
}

void take_snapshot(SteppedStore& store) {
    store.begin_snapshot();
    store.settle();
}

std::vector<std::uint64_t> segments_on(SimulatedDisk& disk) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : disk.list(store_directory)) {
        if (const auto number = journal::segment_number(name)) numbers.push_back(*number);
    }
    return numbers;
}

/// A store that is closed with `lines` lines in its journal, and reopened for a large order.
struct TwoLives {
    explicit TwoLives(int lines) {
        {
            SteppedStore store{disk, options, random};
            store.with_bus([](MessageBus& bus) {
                (void)bus.handle(AddBatch{BatchRef::of("b").value(), Sku::of("SKU").value(),
                                          Quantity::of(100'000'000).value()});
            });
            for (int i = 0; i < lines; ++i) allocate(store, "small-" + std::to_string(i), 1);
            store.close();
        }
        SteppedStore store{disk, options, random};
        const std::uint64_t before = store.core().journal.segments().last_number();
        allocate(store, "large", 1000);
        begun = store.core().journal.segments().last_number() - before;
        for (int snapshots = 0; snapshots < 3; ++snapshots) {
            allocate(store, "later-" + std::to_string(snapshots), 400);
            take_snapshot(store);
        }
        store.close();
    }

    StoreOptions options = tiny_options(Durability::Mode::os);
    Random random{1};
    SimulatedDisk disk;
    std::uint64_t begun = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_batch_that_begins_two_segments, *one_thread)

BOOST_AUTO_TEST_CASE(when_segments_are_pruned_then_no_file_is_left_before_a_gap) {
    int twice = 0;
    for (int lines = 55; lines < 70; ++lines) {
        TwoLives lives{lines};
        twice += lives.begun == 2 ? 1 : 0;
        const auto segments = segments_on(lives.disk);
        BOOST_TEST(segments.front() > 2U);
        BOOST_TEST(segments.back() - segments.front() + 1 == segments.size(), lines);
        BOOST_CHECK_NO_THROW((SteppedStore{lives.disk, lives.options, lives.random}));
    }
    BOOST_TEST(twice > 0);
}

BOOST_AUTO_TEST_SUITE_END()
