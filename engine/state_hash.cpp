#include "engine/state_hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string_view>

namespace allot {

namespace {

class Hasher {
public:
    Hasher() noexcept { XXH3_64bits_reset(&state_); }
    void add(std::string_view name) noexcept {
        add(name.size());
        XXH3_64bits_update(&state_, name.data(), name.size());
    }
    void add(std::uint64_t value) noexcept { XXH3_64bits_update(&state_, &value, sizeof value); }
    [[nodiscard]] std::uint64_t digest() const noexcept { return XXH3_64bits_digest(&state_); }

private:
    XXH3_state_t state_{};
};

void add_batch(Hasher& hasher, const Ledger& ledger, Index at) {
    const Batch& batch = ledger.batch(at);
    hasher.add(batch.ref().view());
    hasher.add(static_cast<std::uint64_t>(batch.eta().days()));
    hasher.add(batch.rank().added);
    hasher.add(static_cast<std::uint64_t>(batch.purchased()));
    hasher.add(static_cast<std::uint64_t>(batch.available()));
    for (Index l = ledger.first_line(at); l != no_index; l = ledger.line(l).later) {
        const AllocatedLine& line = ledger.line(l);
        hasher.add(ledger.order_id(line));
        hasher.add(line.quantity);
        hasher.add(line.allocated_at);
    }
}

void add_shortages(Hasher& hasher, const Product& product) {
    for (const Index at : product.shortages()) {
        const Shortage& shortage = product.ledger().shortages()[at];
        hasher.add(shortage.order.view());
        hasher.add(shortage.quantity);
        hasher.add(shortage.since);
    }
}

std::uint64_t hash_of(Repository& repository, bool with_shortages) {
    Hasher hasher;
    for (Index i = 0; i < repository.size(); ++i) {
        const Product& product = repository.at(i);
        hasher.add(product.sku().view());
        hasher.add(product.version());
        hasher.add(product.current_to());
        for (const Index at : product.batches()) add_batch(hasher, product.ledger(), at);
        if (with_shortages) add_shortages(hasher, product);
    }
    return hasher.digest();
}

}  // namespace

std::uint64_t state_hash(Repository& repository) { return hash_of(repository, true); }
std::uint64_t stock_hash(Repository& repository) { return hash_of(repository, false); }

}  // namespace allot
