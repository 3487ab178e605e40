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
        if (is_it(found.latest_line)) return found.latest_line;
        const Index later = line_index_.find(line_hash(order.at, product, units), [&](Index at) {
            return is_it(lines_[at].order_earlier);
        });
        return later == no_index ? no_index : lines_[later].order_earlier;
    }
    if (!found.tags.may_hold(line_tag(product, units))) return no_index;
    Index at = found.latest_line;
    while (at != no_index && !is_it(at)) at = lines_[at].order_earlier;
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
    line.order_earlier = order.latest_line;
    order.latest_line = line_at;
    if (order.tags.given_up()) {
        if (line.order_earlier != no_index)
            line_index_.insert(hash_of(line.order_earlier), line_at);
    } else if (order.tags.full()) {
        order.tags.give_up();
        for (Index at = line_at, earlier = line.order_earlier; earlier != no_index;
             at = earlier, earlier = lines_[at].order_earlier) {
            line_index_.insert(hash_of(earlier), at);
        }
    } else {
        order.tags.add(tag_of(line_at));
    }
}

/// \return the order's line entered after this one; no_index for the latest.
Index Ledger::later_in_order(Index line_at) const {
    const Order& order = orders_[lines_[line_at].order];
    if (order.latest_line == line_at) return no_index;
    const auto is_later = [&](Index at) { return lines_[at].order_earlier == line_at; };
    if (order.tags.given_up()) return line_index_.find(hash_of(line_at), is_later);
    Index at = order.latest_line;
    while (!is_later(at)) at = lines_[at].order_earlier;
    return at;
}

void Ledger::leave_order(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    const Index later = later_in_order(line_at);
    const Index earlier = line.order_earlier;
    if (order.tags.given_up()) {
        if (later != no_index) line_index_.erase(hash_of(line_at), later);
        if (earlier != no_index) line_index_.erase(hash_of(earlier), line_at);
        if (later != no_index && earlier != no_index) {
            line_index_.insert(hash_of(earlier), later);
        }
    }
    (later == no_index ? order.latest_line : lines_[later].order_earlier) = earlier;
    if (order.latest_line == no_index) {
        order_index_.erase(hash(order.id.view()), line.order);
        orders_.erase(line.order);
    } else if (!order.tags.given_up()) {
        order.tags.clear();
        for (Index at = order.latest_line; at != no_index; at = lines_[at].order_earlier) {
            order.tags.add(tag_of(at));
        }
    }
}

boost::container::small_vector<Index, 16> Ledger::lines_of(const OrderId& order) const {
    boost::container::small_vector<Index, 16> lines;
    const Index order_at = find_order(order).at;
    if (order_at == no_index) return lines;
    for (Index at = orders_[order_at].latest_line; at != no_index; at = lines_[at].order_earlier) {
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
