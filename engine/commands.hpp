#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "engine/fact.hpp"
#include "engine/product.hpp"

namespace allot {

// The commands of the engine. Each is one unit of work.

struct AddBatch {
    BatchRef batch;
    Sku sku;
    Quantity quantity;
    Eta eta = Eta::warehouse();
};

/// A batch copied from another system: as AddBatch, but it may have no units left.
struct ImportBatch {
    BatchRef batch;
    Sku sku;
    Purchased purchased;
    Eta eta;
};

/// An allocated line copied from another system, with the batch that holds it there.
struct ImportLine {
    OrderLine line;
    BatchRef batch;
};

/// Command names follow the protocol's verbs; lines are the domain's OrderLine.
struct Allocate {
    OrderLine line;
};

struct LineItem {
    Sku sku;
    Quantity quantity;
};

/// All lines of an order, or none (R12). Two equal lines are one line (R4), which is held once; the
/// results of both name its batch.
struct AllocateOrder {
    OrderId order;
    std::vector<LineItem> lines;
};

/// An order copied from another system: as AllocateOrder, with the number of new lines as the
/// result.
struct ImportOrder {
    AllocateOrder order;
};

/// Releases every line of an order, the lines of one SKU, or one line.
struct Deallocate {
    OrderId order;
    std::optional<Sku> sku = {};
    std::optional<Quantity> quantity = {};  ///< only together with a SKU
};

struct ChangeBatchQuantity {
    BatchRef batch;
    Purchased purchased;
};

/// Eta::warehouse() receives the batch.
struct Reschedule {
    BatchRef batch;
    Eta eta;
};

/// Which line of an order was refused, counted from 0, and why.
struct RefusedLine {
    Refusal refusal;
    std::size_t line;
    friend bool operator==(const RefusedLine&, const RefusedLine&) = default;
};
// For UnitOfWork::attempt()
[[nodiscard]] constexpr bool is_out_of_stock(Refusal refusal) noexcept {
    return refusal == Refusal::out_of_stock;
}
[[nodiscard]] constexpr bool is_out_of_stock(RefusedLine refused) noexcept {
    return is_out_of_stock(refused.refusal);
}
[[noreturn]] inline void throw_exception_from_error(RefusedLine refused,
                                                    const boost::source_location& where) {
    throw_exception_from_error(refused.refusal, where);
}

/// The batch that holds each line of an order, in the order of the lines. Up to four are stored
/// without the heap.
using BatchRefs = boost::container::small_vector<BatchRef, 4>;
using OrderResult = boost::system::result<BatchRefs, RefusedLine>;

}  // namespace allot
