#pragma once

#include <string>

#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// Executes commands that affect the same objects; the same number gives the same command.
inline void run_commands(Store& store, int from, int to) {
    for (int i = from; i < to; ++i) {
        const auto sku = "sku-" + std::to_string(i % 7);
        const auto ref = BatchRef::of("batch-" + std::to_string(i % 20)).value();
        (void)store.add_batch({ref, Sku::of(sku).value(), 100});
        (void)store.allocate(line("order-" + std::to_string(i % 90), sku, 1 + i % 9));
        if (i % 5 == 0) (void)store.change_batch_quantity({ref, Purchased::of(i % 60).value()});
        if (i % 11 == 0) (void)store.reschedule({ref, "2011-01-01"});
        if (i % 13 == 0) {
            (void)store.deallocate({OrderId::of("order-" + std::to_string(i % 40)).value()});
        }
    }
}

}  // namespace allot::testing
