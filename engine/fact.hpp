#pragma once

#include <cstdint>
#include <variant>

#include "engine/eta.hpp"
#include "engine/name.hpp"
#include "engine/quantity.hpp"

namespace allot {

/// The number of a fact in its store's history, from 1. 0 precedes the first.
using Lsn = std::uint64_t;

/// The id of a history, which consists of the facts that one opening of a store has written. A
/// fact's history and LSN identify it.
using HistoryId = std::uint64_t;

/// The last fact that a reader has seen. The reader has also seen all facts before it, in its
/// history and in the histories that this one continues.
struct HistoryCursor {
    HistoryId history = 0;
    Lsn lsn = 0;  ///< 0: none was seen
    friend bool operator==(const HistoryCursor&, const HistoryCursor&) = default;
};

/// Microseconds since 1970-01-01T00:00:00Z, read once for each unit of work, outside the engine.
using UnixMicros = std::int64_t;

struct OrderLine;

/// An OrderLine whose names are held elsewhere: see NameView.
struct LineView {
    OrderIdView order;
    SkuView sku;
    Quantity quantity;
    [[nodiscard]] OrderLine owned() const noexcept;
};

/// An order's request for one SKU. Two lines are the same when all three are equal.
struct OrderLine {
    OrderId order;
    Sku sku;
    Quantity quantity;
    operator LineView() const noexcept {  // NOLINT(google-explicit-constructor)
        return {order, sku, quantity};
    }
    friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

inline OrderLine LineView::owned() const noexcept { return {order.owned(), sku.owned(), quantity}; }

/// A fact: a change that was decided, and is never decided again. Each fact belongs to one SKU.
struct BatchAdded {
    Sku sku;
    BatchRef batch;
    Purchased purchased;
    Eta eta;
    friend bool operator==(const BatchAdded&, const BatchAdded&) = default;
};

struct BatchQuantityChanged {
    Sku sku;
    BatchRef batch;
    Purchased from;
    Purchased to;
    friend bool operator==(const BatchQuantityChanged&, const BatchQuantityChanged&) = default;
};

struct BatchRescheduled {
    Sku sku;
    BatchRef batch;
    Eta from;
    Eta to;
    friend bool operator==(const BatchRescheduled&, const BatchRescheduled&) = default;
};

/// A line's seniority is the LSN of its first allocation: when a batch shrinks, its latest lines by
/// seniority are released. A line that the store itself moves to another batch keeps its seniority.
struct LineAllocated {
    OrderLine line;
    BatchRef batch;
    Lsn since = 0;  ///< the seniority of a moved line; 0: this fact's LSN is the line's seniority
    friend bool operator==(const LineAllocated&, const LineAllocated&) = default;
};

struct LineDeallocated {
    OrderLine line;
    BatchRef batch;
    Lsn allocated_at;  ///< the line's seniority
    friend bool operator==(const LineDeallocated&, const LineDeallocated&) = default;
};

/// No batch could take a line: it is short from this fact on (R14). Changes no stock. Journals of
/// format versions 1 and 2 may repeat it for a line that is already short; then it changes nothing.
struct OutOfStock {
    OrderLine line;
    friend bool operator==(const OutOfStock&, const OutOfStock&) = default;
};

/// A line that is short is no longer wanted. Changes no stock.
struct ShortageWithdrawn {
    OrderLine line;
    friend bool operator==(const ShortageWithdrawn&, const ShortageWithdrawn&) = default;
};

using Fact = std::variant<BatchAdded, BatchQuantityChanged, BatchRescheduled, LineAllocated,
                          LineDeallocated, OutOfStock, ShortageWithdrawn>;

/// A fact of the store's history, with its LSN, time and history.
struct CommittedFact {
    Lsn lsn;
    UnixMicros time;
    Fact fact;
    HistoryId history = 0;  ///< the history in which the fact was written
    [[nodiscard]] HistoryCursor cursor() const noexcept { return {history, lsn}; }
    friend bool operator==(const CommittedFact&, const CommittedFact&) = default;
};

/// The SKU whose product the fact belongs to.
[[nodiscard]] inline const Sku& sku_of(const Fact& fact) noexcept {
    struct Visitor {
        const Sku& operator()(const BatchAdded& f) const noexcept { return f.sku; }
        const Sku& operator()(const BatchQuantityChanged& f) const noexcept { return f.sku; }
        const Sku& operator()(const BatchRescheduled& f) const noexcept { return f.sku; }
        const Sku& operator()(const LineAllocated& f) const noexcept { return f.line.sku; }
        const Sku& operator()(const LineDeallocated& f) const noexcept { return f.line.sku; }
        const Sku& operator()(const OutOfStock& f) const noexcept { return f.line.sku; }
        const Sku& operator()(const ShortageWithdrawn& f) const noexcept { return f.line.sku; }
    };
    return std::visit(Visitor{}, fact);
}

}  // namespace allot
