// The decoder of facts: a decoded fact is encoded as the same bytes. And the effect of facts: a
// fact that contradicts the state changes nothing, any other is reverted without a trace.

#include <algorithm>
#include <array>

#include "engine/invariants.hpp"
#include "engine/repository.hpp"
#include "engine/state_hash.hpp"
#include "storage/format/journal_format.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/kept_memory.hpp"

namespace allot::fuzz::target_fact {

void require_same_bytes(const Fact& fact, std::span<const std::byte> taken) {
    fuzz::require(!taken.empty() && taken.size() <= journal::fact_bytes_max,
                  "a fact has 1 to 256 bytes");
    std::array<std::byte, journal::fact_bytes_max> again{};
    const std::byte* const end = journal::encode(fact, again.data());
    fuzz::require(std::ranges::equal(std::span<const std::byte>{again.data(), end}, taken),
                  "what was read is written again");
}

/// True for a fact that may repeat a shortage, as in journals of versions 1 and 2.
bool may_be_a_repeat(const Fact& fact) { return std::holds_alternative<OutOfStock>(fact); }

/// Applies facts, reverting and applying each again.
class Stock {
public:
    void take(const Fact& fact) {
        Product* product = repository_.find(sku_of(fact));
        if (product == nullptr) {
            if (!std::holds_alternative<BatchAdded>(fact)) return;
            product = &repository_.add(sku_of(fact));
        }
        const std::uint64_t before = state_hash(repository_);
        EndedShortages ended;
        const bool applied = product->apply(fact, lsn_ + 1, {}, &ended);
        if (applied) {
            fuzz::require(before != state_hash(repository_) || may_be_a_repeat(fact),
                          "a fact changes something");
            product->revert(fact, lsn_ + 1, ended);
        }
        fuzz::require(ended.empty(), "what it ended is open again");
        fuzz::require(state_hash(repository_) == before, "nothing is left of what was undone");
        if (applied) fuzz::require(product->apply(fact, ++lsn_), "it can be done again");
        if (product->batches().empty()) repository_.remove_last();
    }
    void require_rules() {
        fuzz::require(violations(repository_).empty(), "the stock obeys its rules");
    }

private:
    Repository repository_{1, fuzz::kept_memory()};
    Lsn lsn_ = 0;
};

extern "C" int FUZZ_TARGET(fact)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::byte> rest = fuzz::bytes(data, size);
    std::vector<Fact> facts;
    while (!rest.empty()) {
        const auto before = rest;
        const auto fact = journal::decode(rest);
        if (!fact) {
            fuzz::require(rest.data() == before.data() && rest.size() == before.size(),
                          "what is no fact is not taken");
            break;
        }
        require_same_bytes(*fact, before.first(before.size() - rest.size()));
        facts.push_back(*fact);
    }
    if (facts.empty()) return 0;
    Stock stock;
    for (const Fact& fact : facts) stock.take(fact);
    stock.require_rules();
    return 0;
}

}  // namespace allot::fuzz::target_fact
