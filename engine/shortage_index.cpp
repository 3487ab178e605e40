#include "engine/shortage_index.hpp"

#include <algorithm>
#include <utility>

#include "engine/containers/mix.hpp"

namespace allot {

namespace {

std::uint64_t product_hash(Index product) noexcept { return spread(std::uint64_t{product} + 1); }

/// An order's hash is mixed and seeded already.
std::uint64_t line_hash(std::uint64_t order_hash, Index product, std::uint32_t quantity) noexcept {
    return fold(order_hash ^ product_hash(product) ^ quantity);
}

/// Inserts a shortage at the front of a chain.
void push(FlatIndex<>& firsts, std::uint64_t hash, Index first, Index at, Pool<Shortage>& pool,
          Index Shortage::*next, Index Shortage::*previous) {
    pool[at].*next = first;
    pool[at].*previous = no_index;
    if (first != no_index) {
        pool[first].*previous = at;
        firsts.erase(hash, first);
    }
    firsts.insert(hash, at);
}

void take_out(FlatIndex<>& firsts, std::uint64_t hash, Index at, Pool<Shortage>& pool,
              Index Shortage::*next, Index Shortage::*previous) {
    const Index after = pool[at].*next, before = pool[at].*previous;
    if (after != no_index) pool[after].*previous = before;
    if (before != no_index) {
        pool[before].*next = after;
        return;
    }
    firsts.erase(hash, at);
    if (after != no_index) firsts.insert(hash, after);
}

}  // namespace

Index ShortageIndex::find(OrderName order, Index product, Quantity quantity) const {
    const auto units = static_cast<std::uint32_t>(quantity.units());
    return by_line_.find(line_hash(order.hash, product, units), [&](Index at) {
        const Shortage& shortage = shortages_[at];
        return shortage.product == product && shortage.quantity == units &&
               shortage.order.view() == order.id;
    });
}

ShortageIndex::Indices ShortageIndex::of_product(Index product) const {
    return chain(first_of_product(product), &Shortage::of_product_next);
}

ShortageIndex::Indices ShortageIndex::of_order(OrderName order) const {
    return chain(first_of_order(order), &Shortage::of_order_next);
}

ShortageIndex::Indices ShortageIndex::all() const {
    Indices every;
    every.reserve(size());
    for (Index at = 0; at < shortages_.slots(); ++at) {
        if (shortages_[at].quantity != 0) every.push_back(at);
    }
    sort(every);
    return every;
}

ShortageIndex::Indices ShortageIndex::chain(Index first, Index Shortage::*next) const {
    Indices linked;
    for (Index at = first; at != no_index; at = shortages_[at].*next) linked.push_back(at);
    sort(linked);
    return linked;
}

void ShortageIndex::sort(Indices& shortages) const {
    std::ranges::sort(shortages, {}, [&](Index at) { return shortages_[at].since; });
}

Index ShortageIndex::first_of_product(Index product) const {
    return by_product_.find(product_hash(product),
                            [&](Index at) { return shortages_[at].product == product; });
}

Index ShortageIndex::first_of_order(OrderName order) const {
    return by_order_.find(order.hash,
                          [&](Index at) { return shortages_[at].order.view() == order.id; });
}

void ShortageIndex::open(std::uint64_t order_hash, Shortage shortage) {
    const Index of_product = first_of_product(shortage.product);
    const Index of_order = first_of_order({order_hash, shortage.order.view()});
    const Index at = shortages_.insert(std::move(shortage));
    const Shortage& opened = shortages_[at];
    by_line_.insert(line_hash(order_hash, opened.product, opened.quantity), at);
    push(by_product_, product_hash(opened.product), of_product, at, shortages_,
         &Shortage::of_product_next, &Shortage::of_product_previous);
    push(by_order_, order_hash, of_order, at, shortages_, &Shortage::of_order_next,
         &Shortage::of_order_previous);
}

Shortage ShortageIndex::close(std::uint64_t order_hash, Index at) {
    const Shortage& shortage = shortages_[at];
    by_line_.erase(line_hash(order_hash, shortage.product, shortage.quantity), at);
    take_out(by_product_, product_hash(shortage.product), at, shortages_,
             &Shortage::of_product_next, &Shortage::of_product_previous);
    take_out(by_order_, order_hash, at, shortages_, &Shortage::of_order_next,
             &Shortage::of_order_previous);
    Shortage ended = std::move(shortages_[at]);
    shortages_.erase(at);
    return ended;
}

}  // namespace allot
