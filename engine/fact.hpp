#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "engine/containers/copy_name.hpp"
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
    friend bool operator==(const LineView&, const LineView&) = default;
};

/// An order's request for one SKU. Two lines are the same when all three are equal.
struct OrderLine {
    OrderId order;
    Sku sku;
    Quantity quantity;
    operator LineView() const noexcept ALLOT_LIFETIMEBOUND {  // NOLINT(google-explicit-constructor)
        return {order, sku, quantity};
    }
    friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

inline OrderLine LineView::owned() const noexcept { return {order.owned(), sku.owned(), quantity}; }

// A fact: a change that was decided, and is never decided again. Each fact belongs to one SKU. Its
// names are held elsewhere, see NameView: by the unit of work that records it, or by the FactBlock,
// the frame or the program that it is read from. A copy is valid no longer than the original.

struct BatchAdded {
    SkuView sku;
    BatchRefView batch;
    Purchased purchased;
    Eta eta;
    friend bool operator==(const BatchAdded&, const BatchAdded&) = default;
};

struct BatchQuantityChanged {
    SkuView sku;
    BatchRefView batch;
    Purchased from;
    Purchased to;
    friend bool operator==(const BatchQuantityChanged&, const BatchQuantityChanged&) = default;
};

struct BatchRescheduled {
    SkuView sku;
    BatchRefView batch;
    Eta from;
    Eta to;
    friend bool operator==(const BatchRescheduled&, const BatchRescheduled&) = default;
};

/// A line's seniority is the LSN of its first allocation: when a batch shrinks, its latest lines by
/// seniority are released. A line that the store itself moves to another batch keeps its seniority.
struct LineAllocated {
    LineView line;
    BatchRefView batch;
    Lsn since = 0;  ///< the seniority of a moved line; 0: this fact's LSN is the line's seniority
    friend bool operator==(const LineAllocated&, const LineAllocated&) = default;
};

struct LineDeallocated {
    LineView line;
    BatchRefView batch;
    Lsn allocated_at;  ///< the line's seniority
    friend bool operator==(const LineDeallocated&, const LineDeallocated&) = default;
};

/// No batch could take a line: it is short from this fact on (R14). Changes no stock. Journals of
/// format versions 1 and 2 may repeat it for a line that is already short; then it changes nothing.
struct OutOfStock {
    LineView line;
    friend bool operator==(const OutOfStock&, const OutOfStock&) = default;
};

/// A line that is short is no longer wanted. Changes no stock.
struct ShortageWithdrawn {
    LineView line;
    friend bool operator==(const ShortageWithdrawn&, const ShortageWithdrawn&) = default;
};

using Fact = std::variant<BatchAdded, BatchQuantityChanged, BatchRescheduled, LineAllocated,
                          LineDeallocated, OutOfStock, ShortageWithdrawn>;

/// A fact of the store's history, with its LSN, time and history. It lives as long as the FactRun
/// that has it, or the call of a subscriber or sink that receives it; FactRun::copy_of() keeps it.
struct CommittedFact {
    Lsn lsn;
    UnixMicros time;
    Fact fact;
    HistoryId history = 0;  ///< the history in which the fact was written
    [[nodiscard]] HistoryCursor cursor() const noexcept { return {history, lsn}; }
    friend bool operator==(const CommittedFact&, const CommittedFact&) = default;
};

static_assert(sizeof(CommittedFact) == 96, "readers keep tens of thousands");

/// Calls `use` with each name of a fact.
template <class AnyFact>
void for_each_name(AnyFact& fact, auto&& use) {
    std::visit(
        [&](auto& f) {
            if constexpr (requires { f.line; }) {
                use(f.line.order);
                use(f.line.sku);
            } else {
                use(f.sku);
            }
            if constexpr (requires { f.batch; }) use(f.batch);
        },
        fact);
}

/// The length of all names of a fact together.
[[nodiscard]] inline std::size_t name_bytes(const Fact& fact) noexcept {
    std::size_t bytes = 0;
    for_each_name(fact, [&](const auto& name) { bytes += name.view().size(); });
    return bytes;
}

/// Copies the text of a fact's names to `to`, and makes the fact view it there. \return its end.
inline char* move_names(Fact& fact, char* to) noexcept {
    for_each_name(fact, [&](auto& name) {
        const std::string_view text = name.view();
        copy_name(to, text.data(), text.size());
        name = std::remove_reference_t<decltype(name)>::unchecked({to, text.size()});
        to += text.size();
    });
    return to;
}

/// The SKU whose product the fact belongs to.
[[nodiscard]] inline SkuView sku_of(const Fact& fact) noexcept {
    return std::visit(
        [](const auto& f) {
            if constexpr (requires { f.line; })
                return f.line.sku;
            else
                return f.sku;
        },
        fact);
}

}  // namespace allot
