#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>

#include "engine/ports.hpp"

namespace allot {

/// One change of the store: all of it is committed, or none of it has happened. Facts are applied
/// as they are recorded, so a unit sees its own changes; leaving its scope without commit()
/// reverts them, last first. One at a time on one repository; not thread-safe.
class UnitOfWork final : public FactRecorder {
public:
    UnitOfWork(Repository& repository, Journal& journal) noexcept
        : repository_{repository}, journal_{journal} {}
    ~UnitOfWork() { rollback(); }
    UnitOfWork(const UnitOfWork&) = delete;
    UnitOfWork& operator=(const UnitOfWork&) = delete;

    [[nodiscard]] Repository& repository() noexcept { return repository_; }
    [[nodiscard]] Product* find(const Sku& sku) { return repository_.find(sku); }
    /// A product that is new here is gone again with the unit.
    Product& find_or_add(const Sku& sku);

    /// Optimistic concurrency: states what the caller has seen.
    /// \return Refusal::version_conflict when the product has moved on,
    /// Refusal::unknown_sku when there is none.
    Result<void> expect(const Sku& sku, Version version);

    /// Out of memory ends the process here: half a fact must not be applied, and the journal has
    /// all that was ever acknowledged.
    void record(Product& product, const Fact& fact, const Found& found = {}) noexcept override;
    /// Reverts all that was recorded.
    void rollback() noexcept;
    /// Notes a line that asked for more than there is, in case that the unit is refused for it.
    void note_shortage(const OrderLine& line) { short_line_ = line; }
    /// Records the shortage that was noted last (R6); nothing, where the line is short already, or
    /// where its SKU was new in this unit and is gone with a rollback().
    void record_shortage();

    /// Hands what was recorded to the journal, as one record. What it throws leaves the unit
    /// uncommitted.
    /// \return the LSN whose durability makes this unit, and all that it saw, certain.
    Lsn commit(UnixMicros now);

    [[nodiscard]] std::span<const Fact> facts() const noexcept {
        return {facts_.data(), facts_.size()};
    }

private:
    Repository& repository_;
    Journal& journal_;
    boost::container::small_vector<Fact, 4> facts_;
    boost::container::small_vector<Product*, 4> products_;  // of each fact
    EndedShortages ended_;                                  // by these facts
    std::size_t products_added_ = 0;
    std::optional<OrderLine> short_line_;
};

}  // namespace allot
