#include "engine/ledger.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "engine/containers/mix.hpp"

namespace allot {

namespace {
/// A tag of the product and the quantity, but not of the order: odd.
std::uint8_t line_tag(Index product, std::uint32_t quantity) noexcept {
    const std::uint32_t mixed = (product ^ quantity * 0x85EB'CA6BU) * 0x9E37'79B9U;
    return static_cast<std::uint8_t>(mixed >> 24U | 1U);
}
}  // namespace

std::uint64_t Ledger::hash(std::string_view name) const noexcept {
    return XXH3_64bits_withSeed(name.data(), name.size(), seed_);
}

Index Ledger::find_batch(std::string_view ref) const {
    return batch_index_.find(hash(ref), [&](Index at) { return batches_[at].ref().view() == ref; });
}

Index Ledger::add_batch(BatchRefView ref, Index product, Rank rank, Purchased purchased) {
    const Index at = batches_.insert(ref, product, rank, purchased);
    batch_index_.insert(hash(ref.view()), at);
    return at;
}

void Ledger::remove_batch(Index batch) {
    BOOST_ASSERT(batches_[batch].first_line_ == no_index);
    batch_index_.erase(hash(batches_[batch].ref().view()), batch);
    batches_.erase(batch);
}

void Ledger::set_purchased(Index batch, Purchased purchased) noexcept {
    Batch& b = batches_[batch];
    const std::int64_t allocated = b.purchased() - b.available();
    BOOST_ASSERT(purchased.units() >= allocated);
    b.purchased_ = static_cast<std::uint32_t>(purchased.units());
    b.available_ = static_cast<std::uint32_t>(purchased.units() - allocated);
}

std::uint64_t Ledger::line_hash(Index order, Index product, std::uint32_t quantity) noexcept {
    const std::uint64_t names = spread(std::uint64_t{order} << 32U | product);
    return fold(names ^ (names >> 32U) ^ quantity);
}

std::uint64_t Ledger::hash_of(Index line_at) const noexcept {
    const AllocatedLine& line = lines_[line_at];
    return line_hash(line.order, product_of(line), line.quantity);
}

Index Ledger::find_line(OrderSlot order, Index product, Quantity quantity) const {
    if (order.at() == no_index) return no_index;
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const auto is_it = [&](Index at) {
        const AllocatedLine& line = lines_[at];
        return line.order == order.at() && line.quantity == units && product_of(line) == product;
    };
    const Order& found = orders_[order.at()];
    if (found.tags.disabled()) {
        if (is_it(found.latest_line)) return found.latest_line;
        const Index later = line_index_.find(line_hash(order.at(), product, units), [&](Index at) {
            return is_it(lines_[at].order_earlier);
        });
        return later == no_index ? no_index : lines_[later].order_earlier;
    }
    if (!found.tags.may_hold(line_tag(product, units))) return no_index;
    Index at = found.latest_line;
    while (at != no_index && !is_it(at)) at = lines_[at].order_earlier;
    return at;
}

/// \pre the batch's first line is not later in seniority, and its last line is.
/// \param near a line of the batch.
Index Ledger::last_before(const Batch& batch, Index near, Lsn seniority) const {
    const auto comes_later = [&](Index at) { return lines_[at].allocated_at > seniority; };
    const bool is_beyond = comes_later(near);
    for (Index from_end = batch.last_line_;;) {
        from_end = lines_[from_end].earlier;
        if (!comes_later(from_end)) return from_end;
        const Index next = is_beyond ? lines_[near].earlier : lines_[near].later;
        if (comes_later(next) != is_beyond) return is_beyond ? next : near;
        near = next;
    }
}

/// \pre the batch's last line is not earlier in seniority.
std::optional<LinePosition> Ledger::find_earlier_position(Index batch_at, Lsn seniority) const {
    const Batch& batch = batches_[batch_at];
    const Index first = batch.first_line_;
    if (lines_[batch.last_line_].allocated_at == seniority) return std::nullopt;
    if (lines_[first].allocated_at > seniority) return LinePosition{batch_at, no_index, first};
    const auto inserted = last_inserted_.find(batch_at);
    const bool is_near =
        inserted != last_inserted_.end() && lines_[inserted->second].batch == batch_at;
    const Index earlier = last_before(batch, is_near ? inserted->second : first, seniority);
    if (lines_[earlier].allocated_at == seniority) return std::nullopt;
    return LinePosition{batch_at, earlier, lines_[earlier].later};
}

void Ledger::remember(Index batch, Index line) {
    constexpr std::size_t batches_max = 65'536;  // more batches than one unit adds lines to
    if (last_inserted_.size() >= batches_max) last_inserted_.clear();
    last_inserted_[batch] = line;
}

void Ledger::add_line(OrderIdView order, OrderSlot slot, const LinePosition& position,
                      Quantity quantity, Lsn seniority) {
    Batch& batch = batches_[position.batch];
    BOOST_ASSERT(batch.can_allocate(quantity));
    const auto units = static_cast<std::uint32_t>(quantity.units());
    const Index order_at = at_or_added(slot, order);
    Order& held = orders_[order_at];
    const Index line = lines_.insert(seniority, order_at, position.batch, units, position.earlier,
                                     position.later, held.latest_line);
    (position.earlier == no_index ? batch.first_line_ : lines_[position.earlier].later) = line;
    (position.later == no_index ? batch.last_line_ : lines_[position.later].earlier) = line;
    batch.available_ -= units;
    if (position.later != no_index) remember(position.batch, line);
    held.latest_line = line;
    if (held.tags.disabled() || held.tags.full()) {
        index_lines(held);
    } else {
        held.tags.add(line_tag(batch.product(), units));
    }
}

void Ledger::release(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    batches_[line.batch].available_ += line.quantity;
    unlink_batch(line_at);
    unlink_order(line_at);
    lines_.erase(line_at);
}

void Ledger::unlink_batch(Index line_at) noexcept {
    const AllocatedLine& line = lines_[line_at];
    Batch& batch = batches_[line.batch];
    (line.earlier == no_index ? batch.first_line_ : lines_[line.earlier].later) = line.later;
    (line.later == no_index ? batch.last_line_ : lines_[line.later].earlier) = line.earlier;
}

// Orders

Index Ledger::at_or_added(OrderSlot slot, OrderIdView order) {
    if (slot.at() != no_index) return slot.at();
    const Index added = orders_.insert(order);
    order_index_.insert(slot.hash, added, slot.slot);
    return added;
}

/// Indexes the line before the latest of an order with more than four lines; at first all of them.
void Ledger::index_lines(Order& order) {
    const bool are_indexed = order.tags.disabled();
    order.tags.disable();
    for (Index at = order.latest_line, earlier = lines_[at].order_earlier; earlier != no_index;
         at = earlier, earlier = lines_[at].order_earlier) {
        line_index_.insert(hash_of(earlier), at);
        if (are_indexed) break;
    }
}

/// \return the order's line added after this one; no_index for the latest.
Index Ledger::later_in_order(Index line_at) const {
    const Order& order = orders_[lines_[line_at].order];
    if (order.latest_line == line_at) return no_index;
    const auto is_later = [&](Index at) { return lines_[at].order_earlier == line_at; };
    if (order.tags.disabled()) return line_index_.find(hash_of(line_at), is_later);
    Index at = order.latest_line;
    while (!is_later(at)) at = lines_[at].order_earlier;
    return at;
}

void Ledger::unlink_order(Index line_at) {
    const AllocatedLine& line = lines_[line_at];
    Order& order = orders_[line.order];
    const Index later = later_in_order(line_at);
    const Index earlier = line.order_earlier;
    if (order.tags.disabled()) {
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
    } else if (!order.tags.disabled()) {
        order.tags.clear();
        for (Index at = order.latest_line; at != no_index; at = lines_[at].order_earlier) {
            order.tags.add(line_tag(product_of(lines_[at]), lines_[at].quantity));
        }
    }
}

boost::container::small_vector<Index, 16> Ledger::lines_of(OrderIdView order) const {
    boost::container::small_vector<Index, 16> lines;
    const Index order_at = find_order(order).at();
    if (order_at == no_index) return lines;
    for (Index at = orders_[order_at].latest_line; at != no_index; at = lines_[at].order_earlier) {
        lines.push_back(at);
    }
    std::ranges::sort(lines, {}, [&](Index at) { return lines_[at].allocated_at; });
    return lines;
}

std::size_t Ledger::bytes() const noexcept {
    return batches_.bytes() + orders_.bytes() + lines_.bytes() + batch_index_.bytes() +
           order_index_.bytes() + line_index_.bytes() + shortages_.bytes() +
           last_inserted_.bucket_count() * sizeof(std::pair<Index, Index>);
}

}  // namespace allot
