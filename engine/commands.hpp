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

/// Adds a batch copied from another system, which, unlike that of AddBatch, may have no units left.
struct ImportBatch {
    BatchRef batch;
    Sku sku;
    Purchased purchased;
    Eta eta;
};

/// Adds an allocated line copied from another system to the batch that holds it there.
struct ImportLine {
    OrderLine line;
    BatchRef batch;
};

/// Allocates one line to a batch.
struct Allocate {
    OrderLine line;
};

struct LineItem {
    Sku sku;
    Quantity quantity;
};

/// Allocates all lines of an order, or none (R12). Two equal lines are one line (R4), which is held
/// once; the results of both name its batch.
struct AllocateOrder {
    OrderId order;
    std::vector<LineItem> lines;
};

/// Adds an order copied from another system as AllocateOrder does; the result is the number of new
/// lines.
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

/// Changes when a batch arrives; Eta::warehouse(): it has arrived.
struct Reschedule {
    BatchRef batch;
    Eta eta;
};

/// The refused line of an order, counted from 0, and the reason.
struct RefusedLine {
    Refusal refusal;
    std::size_t line;
    friend bool operator==(const RefusedLine&, const RefusedLine&) = default;
};
// Used by UnitOfWork::attempt().
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
