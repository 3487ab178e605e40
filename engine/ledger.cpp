#include "engine/ledger.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <boost/assert.hpp>

namespace allot {

namespace {
/// Of the product and the quantity, but not of the order: 1 to 255.
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

Index Ledger::find_order(std::string_view id, std::uint64_t hash) const {
    return order_index_.find(hash, [&](Index at) { return orders_[at].id.view() == id; });
}

std::uint64_t Ledger::line_hash(Index order, Index product, std::uint32_t quantity) noexcept {
    // Multiply and fold: the indices are the store's own numbers, no client chooses them freely.
    constexpr std::uint64_t a = 0x9E37'79B9'7F4A'7C15, b = 0xD1B5'4A32'D192'ED03;
    std::uint64_t h = (std::uint64_t{order} << 32U | product) * a;
    h = (h ^ (h >> 32U) ^ quantity) * b;
    return h ^ (h << 32U);
}

Index Ledger::find_line(const OrderId& order, Index product, Quantity quantity) const {
    const Index order_at = find_order(order.view(), hash(order.view()));
    if (order_at == no_index) return no_index;
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const auto is_it = [&](Index at) {
        const AllocatedLine& line = lines_[at];
        return line.order == order_at && line.product == product && line.quantity == units;
    };
    const Order& found = orders_[order_at];
    if (found.indexed != 0) return line_index_.find(line_hash(order_at, product, units), is_it);
    if (!found.tags.may_hold(line_tag(product, units))) return no_index;
    Index at = found.first_line;
    while (at != no_index && !is_it(at)) at = lines_[at].order_next;
    return at;
}

void Ledger::hold(const OrderId& order, Index batch, Quantity quantity, Lsn at) {
    insert(order, batch, quantity, at, batches_[batch].last_line_, no_index);
}

void Ledger::put_back(const OrderId& order, Index batch, Quantity quantity, Lsn at) {
    Index later = no_index;
    Index earlier = batches_[batch].last_line_;
    while (earlier != no_index && lines_[earlier].allocated_at > at) {
        later = earlier;
        earlier = lines_[earlier].earlier;
    }
    insert(order, batch, quantity, at, earlier, later);
}

void Ledger::insert(const OrderId& order, Index batch_at, Quantity quantity, Lsn at, Index earlier,
                    Index later) {
    Batch& batch = batches_[batch_at];
    BOOST_ASSERT(batch.can_allocate(quantity));
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const Index line = lines_.insert(at, find_or_add_order(order.view()), batch.product(), batch_at,
                                     units, earlier, later);
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

Index Ledger::find_or_add_order(std::string_view id) {
    const std::uint64_t order_hash = hash(id);
    const Index known = find_order(id, order_hash);
    if (known != no_index) return known;
    const Index added = orders_.insert(CompactName{id});
    order_index_.insert(order_hash, added);
    return added;
}

void Ledger::enter_order(Index line_at) {
    AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    line.order_next = order.first_line;
    if (order.first_line != no_index) lines_[order.first_line].order_previous = line_at;
    order.first_line = line_at;
    ++order.lines;
    if (order.indexed != 0) {
        index_line(line_at);
    } else if (order.lines > LineTags::lines_max) {
        order.indexed = 1;
        for (Index at = line_at; at != no_index; at = lines_[at].order_next) index_line(at);
    } else {
        order.tags.add(line_tag(line.product, line.quantity));
    }
}

void Ledger::leave_order(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    if (order.indexed != 0) {
        line_index_.erase(line_hash(line.order, line.product, line.quantity), line_at);
    }
    (line.order_previous == no_index ? order.first_line : lines_[line.order_previous].order_next) =
        line.order_next;
    if (line.order_next != no_index) lines_[line.order_next].order_previous = line.order_previous;
    --order.lines;
    if (order.lines == 0) {
        order_index_.erase(hash(order.id.view()), line.order);
        orders_.erase(line.order);
    } else if (order.indexed == 0) {
        order.tags.clear();
        for (Index at = order.first_line; at != no_index; at = lines_[at].order_next) {
            order.tags.add(line_tag(lines_[at].product, lines_[at].quantity));
        }
    }
}

void Ledger::index_line(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    line_index_.insert(line_hash(line.order, line.product, line.quantity), line_at);
}

std::vector<Index> Ledger::lines_of(const OrderId& order) const {
    std::vector<Index> lines;
    const Index order_at = find_order(order.view(), hash(order.view()));
    if (order_at == no_index) return lines;
    for (Index at = orders_[order_at].first_line; at != no_index; at = lines_[at].order_next) {
        lines.push_back(at);
    }
    std::ranges::sort(lines, {}, [&](Index at) { return lines_[at].allocated_at; });
    return lines;
}

std::size_t Ledger::bytes() const noexcept {
    return batches_.bytes() + orders_.bytes() + lines_.bytes() + batch_index_.bytes() +
           order_index_.bytes() + line_index_.bytes();
}

}  // namespace allot
