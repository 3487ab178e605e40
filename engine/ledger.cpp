#include "engine/ledger.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <boost/assert.hpp>

namespace allot {

namespace {
/// Of the product and the quantity, but not of the order: odd.
std::uint8_t line_tag(Index product, std::uint32_t quantity) noexcept {
    const std::uint32_t mixed = (product ^ quantity * 0x85EB'CA6BU) * 0x9E37'79B9U;
    return static_cast<std::uint8_t>(mixed >> 24U | 1U);
}
}  // namespace

std::uint64_t Ledger::hash(std::string_view name) const noexcept {
    return XXH3_64bits_withSeed(name.data(), name.size(), seed_);
}

Index Ledger::find_batch(std::string_view ref) const {
    return batch_index_.find(hash(ref), [&](Index at) { return batches_[at].ref_view() == ref; });
}

Index Ledger::add_batch(const BatchRef& ref, Index product, Rank rank, Purchased purchased) {
    const Index at = batches_.insert(ref, product, rank, purchased);
    batch_index_.insert(hash(ref.view()), at);
    return at;
}

void Ledger::remove_batch(Index batch) {
    BOOST_ASSERT(batches_[batch].first_line_ == no_index);
    batch_index_.erase(hash(batches_[batch].ref_view()), batch);
    batches_.erase(batch);
}

void Ledger::set_purchased(Index batch, Purchased purchased) noexcept {
    Batch& b = batches_[batch];
    const std::int64_t allocated = b.purchased() - b.available();
    BOOST_ASSERT(purchased.units() >= allocated);
    b.purchased_ = static_cast<std::uint32_t>(purchased.units());
    b.available_ = static_cast<std::uint32_t>(purchased.units() - allocated);
}

OrderPlace Ledger::find_order(const OrderId& order) const {
    const std::string_view id = order.view();
    const std::uint64_t hash_of_id = hash(id);
    return {hash_of_id,
            order_index_.find(hash_of_id, [&](Index at) { return orders_[at].id.view() == id; })};
}

std::uint64_t Ledger::line_hash(Index order, Index product, std::uint32_t quantity) noexcept {
    // Multiply and fold: the indices are the store's own numbers, no client chooses them freely.
    constexpr std::uint64_t a = 0x9E37'79B9'7F4A'7C15, b = 0xD1B5'4A32'D192'ED03;
    std::uint64_t h = (std::uint64_t{order} << 32U | product) * a;
    h = (h ^ (h >> 32U) ^ quantity) * b;
    return h ^ (h << 32U);
}

std::uint64_t Ledger::hash_of(Index line_at) const noexcept {
    const AllocatedLine& line = lines_[line_at];
    return line_hash(line.order, product_of(line), line.quantity);
}

std::uint8_t Ledger::tag_of(Index line_at) const noexcept {
    const AllocatedLine& line = lines_[line_at];
    return line_tag(product_of(line), line.quantity);
}

Index Ledger::find_line(OrderPlace order, Index product, Quantity quantity) const {
    if (order.at == no_index) return no_index;
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const auto is_it = [&](Index at) {
        const AllocatedLine& line = lines_[at];
        return line.order == order.at && line.quantity == units && product_of(line) == product;
    };
    const Order& found = orders_[order.at];
    if (found.tags.given_up()) {
        if (is_it(found.first_line)) return found.first_line;
        const Index previous = line_index_.find(line_hash(order.at, product, units), [&](Index at) {
            return is_it(lines_[at].order_next);
        });
        return previous == no_index ? no_index : lines_[previous].order_next;
    }
    if (!found.tags.may_hold(line_tag(product, units))) return no_index;
    Index at = found.first_line;
    while (at != no_index && !is_it(at)) at = lines_[at].order_next;
    return at;
}

void Ledger::hold(const OrderId& order, OrderPlace place, Index batch, Quantity quantity, Lsn at) {
    insert(at_or_added(place, order), batch, quantity, at, batches_[batch].last_line_, no_index);
}

void Ledger::put_back(const OrderId& order, Index batch, Quantity quantity, Lsn at) {
    Index later = no_index;
    Index earlier = batches_[batch].last_line_;
    while (earlier != no_index && lines_[earlier].allocated_at > at) {
        later = earlier;
        earlier = lines_[earlier].earlier;
    }
    insert(at_or_added(find_order(order), order), batch, quantity, at, earlier, later);
}

void Ledger::insert(Index order, Index batch_at, Quantity quantity, Lsn at, Index earlier,
                    Index later) {
    Batch& batch = batches_[batch_at];
    BOOST_ASSERT(batch.can_allocate(quantity));
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const Index line = lines_.insert(at, order, batch_at, units, earlier, later);
    (earlier == no_index ? batch.first_line_ : lines_[earlier].later) = line;
    (later == no_index ? batch.last_line_ : lines_[later].earlier) = line;
    batch.available_ -= units;
    enter_order(line);
}

void Ledger::release(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    batches_[line.batch].available_ += line.quantity;
    leave_batch(line_at);
    leave_order(line_at);
    lines_.erase(line_at);
}

void Ledger::leave_batch(Index line_at) noexcept {
    const AllocatedLine& line = lines_[line_at];
    Batch& batch = batches_[line.batch];
    (line.earlier == no_index ? batch.first_line_ : lines_[line.earlier].later) = line.later;
    (line.later == no_index ? batch.last_line_ : lines_[line.later].earlier) = line.earlier;
}

// Orders

Index Ledger::at_or_added(OrderPlace place, const OrderId& order) {
    if (place.at != no_index) return place.at;
    const Index added = orders_.insert(CompactName{order.view()});
    order_index_.insert(place.hash, added);
    return added;
}

void Ledger::enter_order(Index line_at) {
    AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    line.order_next = order.first_line;
    order.first_line = line_at;
    if (order.tags.given_up()) {
        if (line.order_next != no_index) line_index_.insert(hash_of(line.order_next), line_at);
    } else if (order.tags.full()) {
        order.tags.give_up();
        for (Index at = line_at, next = line.order_next; next != no_index;
             at = next, next = lines_[at].order_next) {
            line_index_.insert(hash_of(next), at);
        }
    } else {
        order.tags.add(tag_of(line_at));
    }
}

/// \return no_index for the first.
Index Ledger::previous_in_order(Index line_at) const {
    const Order& order = orders_[lines_[line_at].order];
    if (order.first_line == line_at) return no_index;
    const auto precedes = [&](Index at) { return lines_[at].order_next == line_at; };
    if (order.tags.given_up()) return line_index_.find(hash_of(line_at), precedes);
    Index at = order.first_line;
    while (!precedes(at)) at = lines_[at].order_next;
    return at;
}

void Ledger::leave_order(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    const Index previous = previous_in_order(line_at);
    const Index next = line.order_next;
    if (order.tags.given_up()) {
        if (previous != no_index) line_index_.erase(hash_of(line_at), previous);
        if (next != no_index) line_index_.erase(hash_of(next), line_at);
        if (previous != no_index && next != no_index) {
            line_index_.insert(hash_of(next), previous);
        }
    }
    (previous == no_index ? order.first_line : lines_[previous].order_next) = next;
    if (order.first_line == no_index) {
        order_index_.erase(hash(order.id.view()), line.order);
        orders_.erase(line.order);
    } else if (!order.tags.given_up()) {
        order.tags.clear();
        for (Index at = order.first_line; at != no_index; at = lines_[at].order_next) {
            order.tags.add(tag_of(at));
        }
    }
}

boost::container::small_vector<Index, 16> Ledger::lines_of(const OrderId& order) const {
    boost::container::small_vector<Index, 16> lines;
    const Index order_at = find_order(order).at;
    if (order_at == no_index) return lines;
    for (Index at = orders_[order_at].first_line; at != no_index; at = lines_[at].order_next) {
        lines.push_back(at);
    }
    std::ranges::sort(lines, {}, [&](Index at) { return lines_[at].allocated_at; });
    return lines;
}

std::size_t Ledger::bytes() const noexcept {
    return batches_.bytes() + orders_.bytes() + lines_.bytes() + batch_index_.bytes() +
           order_index_.bytes() + line_index_.bytes() + shortages_.bytes();
}

}  // namespace allot
