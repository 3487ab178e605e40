#include "engine/accepted_name.hpp"

namespace allot {

bool is_held(const Sku& sku, Repository& repository) { return repository.find(sku) != nullptr; }

bool is_held(const BatchRef& batch, Repository& repository) {
    return repository.find_batch(batch) != no_index;
}

bool is_held(const OrderId& order, Repository& repository) {
    const Ledger& ledger = repository.ledger();
    if (ledger.find_order(order).at() != no_index) return true;
    return !ledger.shortages().of_order({ledger.hash(order.view()), order.view()}).empty();
}

}  // namespace allot
