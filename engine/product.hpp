#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/containers/compact_name.hpp"
#include "engine/containers/size32_allocator.hpp"
#include "engine/fact.hpp"
#include "engine/ledger.hpp"
#include "engine/result.hpp"

namespace allot {

class Product;

/// The number of changes of a product's stock (R11).
using Version = std::uint64_t;

/// The batch that is to hold a line; valid until the state changes.
struct Decision {
    Index batch = no_index;  ///< no_index: none has enough available
    bool is_held = false;    ///< the batch holds the line already (R4)
    OrderSlot order = {};    ///< the slot of the line's order; none in a default Decision
};

/// Receives the facts that a product decides. A unit of work applies each fact at once, so that the
/// next decision sees it, and reverts it unless the unit is committed.
class FactRecorder {
public:
    /// \param decision the decision that the fact states, if it allocates a line.
    virtual void record(Product& product, const Fact& fact, const Decision& decision = {}) = 0;

protected:
    ~FactRecorder() = default;
};

/// All stock of one SKU: the aggregate through which its batches and their allocations change. The
/// methods that decide read the state and record facts; only `apply` and `revert` change it. The
/// same state and the same call give the same facts.
class Product {
public:
    Product() noexcept = default;  // a free slot of a pool
    Product(SkuView sku, Index index, Ledger& ledger)
        : sku_{sku.view()}, ledger_{&ledger}, index_{index} {}

    [[nodiscard]] SkuView sku() const noexcept { return SkuView::unchecked(sku_.view()); }
    [[nodiscard]] Version version() const noexcept { return version_; }
    /// The last LSN of the last unit of work that touched the product.
    [[nodiscard]] Lsn current_to() const noexcept { return current_to_; }
    /// The product's index in its repository.
    [[nodiscard]] Index index() const noexcept { return index_; }
    /// The product's batches in order of preference (R1).
    [[nodiscard]] std::span<const Index> batches() const noexcept { return batches_; }
    /// A prefix of batches() that is known to have nothing available; more of them may be sold out.
    [[nodiscard]] std::span<const Index> sold_out() const noexcept {
        return batches().first(sold_out_);
    }
    /// True when a line of the product is short (R14).
    [[nodiscard]] bool has_shortages() const noexcept { return has_shortages_ != 0; }
    /// The product's short lines, oldest first.
    [[nodiscard]] ShortageIndex::Indices shortages() const {
        if (!has_shortages()) return {};
        return ledger_->shortages().of_product(index_);
    }
    /// True when the line is allocated to one of its batches.
    /// \param order what Ledger::find_order() gives for the line's order.
    [[nodiscard]] bool holds(const LineView& line, OrderSlot order) const {
        return ledger_->find_line(order, index_, line.quantity) != no_index;
    }
    /// The first batch that a decision examines; it may have nothing available. no_index: none.
    [[nodiscard]] Index first_candidate() const noexcept {
        return sold_out_ < batches_.size() ? batches_[sold_out_] : no_index;
    }
    [[nodiscard]] const Batch& batch(Index at) const noexcept { return ledger_->batch(at); }
    [[nodiscard]] const Ledger& ledger() const noexcept { return *ledger_; }

    /// Decides which batch is to hold a line of this quantity (R1, R2, R4); changes nothing.
    /// \param order what Ledger::find_order() gives for the line's order.
    [[nodiscard]] Decision decide(Quantity quantity, OrderSlot order) const;
    /// Books a line according to a decision.
    /// \pre nothing has changed since decide(), which found a batch that did not hold the line.
    /// \param lsn of the line's LineAllocated, which was appended to the journal. So a lack of
    /// memory ends the process: the fact ends with it, or is replayed.
    void take(const LineView& line, const Decision& decision, Lsn lsn) noexcept;
    /// Records a decision on the line. \pre nothing has changed since decide().
    /// \param since as LineAllocated::since
    /// \return the batch that holds the line afterwards, or Refusal::out_of_stock.
    Result<BatchRefView> allocate(const LineView& line, const Decision& decision,
                                  FactRecorder& recorder, Lsn since = 0);
    /// Releases one line, if it is allocated (R10). \return how many were released: 0 or 1.
    std::size_t deallocate(OrderIdView order, Quantity quantity, FactRecorder& recorder);
    /// Records that no batch could take the line, unless the line is short already (R14).
    /// \param order_hash of the line's order, see Ledger::hash()
    void record_shortage(const LineView& line, std::uint64_t order_hash, FactRecorder& recorder);
    /// Ends the shortage of a line, if it is short (R14).
    void withdraw(OrderIdView order, Quantity quantity, FactRecorder& recorder);

    /// The batches of one SKU: an allocation may read all of them, and they are never removed.
    static constexpr std::size_t batches_max = 65'536;

    /// Adds a batch (R7). \return Refusal::batch_exists when the batch exists with other contents,
    /// Refusal::batch_limit when there would be more than batches_max.
    /// \pre no other product has a batch of this reference.
    Result<void> add_batch(BatchRefView batch, Purchased purchased, Eta eta,
                           FactRecorder& recorder);
    /// Changes the purchased quantity (R8). Releases the latest lines by seniority, which they keep
    /// when they are allocated again.
    /// \return how many were released, each of which is allocated again or short.
    std::size_t change_quantity(Index batch, Purchased purchased, FactRecorder& recorder);
    /// Changes when the batch arrives (R9); Eta::warehouse(): it has arrived.
    void reschedule(Index batch, Eta eta, FactRecorder& recorder);
    /// Adds a line to the given batch, without a decision (an import).
    /// \return Refusal::out_of_stock when the batch has not enough available; Refusal::batch_exists
    /// when another batch of the product holds the line.
    Result<void> import_line(const LineView& line, Index batch, FactRecorder& recorder);

    /// Changes the state as the fact says.
    /// \param decision the decision that the fact states, if it is known and the state has not
    /// changed since.
    /// \param ended receives the shortage that the fact ends, so that revert() can restore it: the
    /// fact names the line, but not since when it was short.
    /// \return false, and nothing has changed, when the fact contradicts the state.
    [[nodiscard]] bool apply(const Fact& fact, Lsn lsn, const Decision& decision = {},
                             EndedShortages* ended = nullptr);
    /// The exact inverse of the last apply(), which had this LSN; removes from `ended` what apply()
    /// added.
    void revert(const Fact& fact, Lsn lsn, EndedShortages& ended);
    /// Marks the end of a unit of work that touched the product.
    void set_current_to(Lsn lsn) noexcept { current_to_ = lsn; }
    /// Sets the version from a snapshot, which does not hold the facts that led to it.
    void set_version(Version version) noexcept { version_ = version; }
    /// Adds a shortage from a snapshot. \return false, and nothing has changed, when it contradicts
    /// the state.
    [[nodiscard]] bool add_shortage(const LineView& line, Lsn since);

private:
    [[nodiscard]] bool book(const LineView& line, const Decision& decision, Lsn seniority, Lsn lsn,
                            EndedShortages* ended);
    [[nodiscard]] Index choose(Quantity quantity) const;
    [[nodiscard]] Index own_batch(BatchRefView ref) const;
    void insert_by_rank(Index batch);
    void remove_from_ranks(Index batch) noexcept;
    void pass_sold_out() noexcept;
    void reopen(Index batch) noexcept;
    [[nodiscard]] Index find_shortage(std::uint64_t order_hash, const LineView& line) const;
    void end_shortage(std::uint64_t order_hash, const LineView& line, Lsn by,
                      EndedShortages* ended);
    void reopen_shortage(const LineView& line, Lsn ended_by, EndedShortages& ended);

    struct Applier;
    struct Reverter;

    static constexpr std::uint32_t sold_out_max = (1U << 31U) - 1;  // 128 GiB of batches

    CompactName sku_;
    Version version_ = 0;
    Lsn current_to_ = 0;
    boost::container::small_vector<Index, 4, Size32Allocator<Index>> batches_;
    Ledger* ledger_ = nullptr;
    Index index_ = no_index;
    std::uint32_t sold_out_ : 31 = 0;
    std::uint32_t has_shortages_ : 1 = 0;  // spares a search in the ShortageIndex
};
static_assert(sizeof(Product) == 88, "there are millions");

}  // namespace allot
