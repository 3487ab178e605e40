#include "net/cli/sample_stock.hpp"

#include <array>

namespace allot::program {
namespace {

const std::array sample_stock = {
    AddBatch{"batch-001", "SMALL-TABLE", 100},
    AddBatch{"batch-002", "SMALL-TABLE", 200, "2030-01-15"},
    AddBatch{"batch-003", "RED-CHAIR", 50},
    AddBatch{"batch-004", "RED-CHAIR", 100, "2030-01-15"},
    AddBatch{"batch-005", "RED-CHAIR", 100, "2030-02-01"},
    AddBatch{"batch-006", "BLUE-LAMP", 10},
    AddBatch{"batch-007", "TALL-SHELF", 30, "2030-03-01"},
};

}  // namespace

bool add_sample_stock(Store& store) {
    const auto added = store.transact([](UnitOfWork& work) -> Result<bool> {
        if (work.repository().size() != 0) return false;
        for (const AddBatch& batch : sample_stock) {
            if (const auto result = handle(batch, work); !result) return result.error();
        }
        return true;
    });
    return added.value();
}

}  // namespace allot::program
