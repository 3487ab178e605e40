#pragma once

#include "tests/net/fakes.hpp"

namespace allot::test {

/// A session on a stock of two batches of one SKU, and one of another.
struct StockFixture : RespFixture<> {
    StockFixture() {
        ask("ADDBATCH batch-1 SMALL-TABLE 20");
        ask("ADDBATCH batch-2 SMALL-TABLE 100 2030-01-02");
        ask("ADDBATCH chairs RED-CHAIR 5");
    }
};

}  // namespace allot::test
