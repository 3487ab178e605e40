#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "engine/commands.hpp"
#include "engine/unit_of_work.hpp"

namespace allot {

// The service layer: one function for each command. Each works within a unit of work, which the
// caller commits or rolls back: see MessageBus.

Result<void> handle(const AddBatch& command, UnitOfWork& work);
/// \return false when the batch existed already.
Result<bool> handle(const ImportBatch& command, UnitOfWork& work);
/// Adds a line to the batch in the command, without a decision. \return false when it held the line
/// already; Refusal::out_of_stock when it has too few units available, in which case no shortage is
/// recorded; Refusal::batch_exists when another batch holds the line; Refusal::unknown_batch also
/// when the batch is of another SKU.
Result<bool> handle(const ImportLine& command, UnitOfWork& work);
/// Allocates a line. On Refusal::out_of_stock the unit notes the shortage, and keeps what it
/// recorded before.
Result<BatchRef> handle(const Allocate& command, UnitOfWork& work);
/// Handles Allocate for a line that the repository has looked up.
Result<BatchRefView> allocate(const LineView& line, const LineLookup& found, UnitOfWork& work);
/// Allocates each line, and stops at the first refused one, which has the effect of a refused
/// Allocate.
OrderResult handle(const AllocateOrder& command, UnitOfWork& work);
/// Adds an order as AllocateOrder does. \return how many lines were not allocated before.
boost::system::result<std::size_t, RefusedLine> handle(const ImportOrder& command,
                                                       UnitOfWork& work);
/// \return how many lines were released. Short lines are withdrawn (R14), and not counted.
Result<std::size_t> handle(const Deallocate& command, UnitOfWork& work);
/// \return how many lines were released, each allocated again or short (R8).
Result<std::size_t> handle(const ChangeBatchQuantity& command, UnitOfWork& work);
Result<void> handle(const Reschedule& command, UnitOfWork& work);

// Queries: they change nothing.

/// The reason why a batch was or was not given a line.
enum class Verdict : std::uint8_t {
    chosen,          ///< the first in order of preference with enough available
    holds_the_line,  ///< the same line is already allocated to it (R4)
    too_small,       ///< fewer units available than the line needs; a line is never split
    not_needed,      ///< a batch before it in the order of preference takes the line
};

struct Candidate {
    BatchRef batch;
    Eta eta;
    std::int64_t available;
    Verdict verdict;
};

struct ExplainedLine {
    OrderLine line;
    Result<BatchRef> outcome;
    std::vector<Candidate> candidates;  ///< in order of preference
};

/// The result that AllocateOrder would have now, found by executing and reverting it in the unit
/// (R13). Lines after a refused line are explained as if the order did not have the refused line.
std::vector<ExplainedLine> explain(const AllocateOrder& order, UnitOfWork& work);

struct BatchStock {
    BatchRef batch;
    Eta eta;
    std::int64_t purchased;
    std::int64_t available;
};

/// Lists the batches of a SKU in order of preference.
Result<std::vector<BatchStock>> stock(const Sku& sku, Repository& repository);

/// \return Refusal::unknown_batch when no batch has this reference.
Result<BatchStock> batch_stock(const BatchRef& ref, Repository& repository);

/// The number of changes of a SKU's stock (R11); 0 when no batch of it was ever added.
[[nodiscard]] Version version(const Sku& sku, Repository& repository);

/// The units available in all batches, or in those that can ship on or before `day`.
Result<std::int64_t> available(const Sku& sku, std::optional<Eta> day, Repository& repository);

struct Allocation {
    Sku sku;
    Quantity quantity;
    BatchRef batch;
    friend bool operator==(const Allocation&, const Allocation&) = default;
};

/// A line that no batch could take, and that was neither allocated nor withdrawn since (R14).
struct ShortLine {
    OrderLine line;
    Lsn since;  ///< of the OutOfStock that recorded it
    friend bool operator==(const ShortLine&, const ShortLine&) = default;
};

struct ShortageQuery {
    std::optional<Sku> sku = {};  ///< none: of every SKU
    Lsn after = 0;                ///< only shortages recorded by a later fact: for the next page
    std::size_t rows_max = std::numeric_limits<std::size_t>::max();
};

/// Lists short lines, oldest first. Without a SKU it takes time in proportion to all shortages,
/// even for few rows.
/// \return Refusal::unknown_sku when no batch of the SKU was ever added.
Result<std::vector<ShortLine>> shortages(const ShortageQuery& query, Repository& repository);

/// The allocated lines of an order, in the order of their first allocation.
std::vector<Allocation> allocations(const OrderId& order, Repository& repository);

}  // namespace allot
