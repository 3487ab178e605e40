#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <system_error>

#include "engine/fact.hpp"
#include "engine/ledger.hpp"
#include "engine/product.hpp"

namespace allot {

/// The names by which an order line is looked up.
struct LineNames {
    std::string_view order;
    std::string_view sku;
};

/// All products of a store. A product exists from its first batch on, and is never removed.
class Repository {
public:
    virtual ~Repository() = default;
    /// \return null when no batch of the SKU was ever added.
    virtual Product* find(const Sku& sku) = 0;
    /// Adds a product without batches. \pre find(sku) is null.
    virtual Product& add(const Sku& sku) = 0;
    /// Takes back the last add(). \pre the product has no batches.
    virtual void remove_last() = 0;
    /// Products are numbered from 0 in the order in which they were added.
    [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    [[nodiscard]] virtual Product& at(Index product) noexcept = 0;
    [[nodiscard]] virtual const Ledger& ledger() const noexcept = 0;

    /// Finds the products of a few lines, null where there is none, and prefetches the memory that
    /// decisions on the lines will read, for all lines at once: without it each decision waits for
    /// one cache miss after the other.
    /// \pre at most prefetch_lines_max lines; both spans are of one size.
    virtual void prefetch_lines(std::span<const LineNames> lines, std::span<Product*> products) = 0;
    static constexpr std::size_t prefetch_lines_max = 16;

    /// \return the batch's index in the ledger, or no_index.
    [[nodiscard]] Index find_batch(const BatchRef& ref) const {
        return ledger().find_batch(ref.view());
    }
};

/// The storage has no room for a change at present. Nothing has changed, all data can be read, and
/// the same change may be accepted later.
class StorageFull : public std::system_error {
public:
    using std::system_error::system_error;
};

/// The store's history, in order.
class Journal {
public:
    virtual ~Journal() = default;
    /// Accepts one unit of work, all or nothing. The unit is not yet durable: see durable(). The
    /// journal may keep it in memory until flush().
    /// \param unit one fact at least, in order.
    /// \return the LSN of its last fact; its first has the number after last().
    /// \throws StorageFull when the disk has no room for the unit.
    /// \throws std::system_error once the storage has failed; it then accepts nothing more.
    /// \throws std::length_error when the unit is larger than a journal can hold.
    virtual Lsn append(std::span<const Fact> unit, UnixMicros now) = 0;
    /// Lets the appended units be written. Called when the StoreMutex is unlocked.
    virtual void flush() noexcept {}
    /// The LSN of the last fact appended.
    [[nodiscard]] virtual Lsn last() const noexcept = 0;
    /// The last LSN that may be acknowledged: in the default mode, the last that would survive a
    /// power cut. Never goes back.
    [[nodiscard]] virtual Lsn durable() const noexcept = 0;
    /// Registers `call` for each new value of durable(), and once for ~0 when the storage has
    /// failed. A thread of the journal makes the calls. The call must not throw, and must not wait
    /// for the journal.
    virtual void on_durable(std::function<void(Lsn)> call) = 0;
};

/// Locked while a store's bus and repository are used, by one thread at a time, for one command or
/// for a few. std::scoped_lock and std::unique_lock lock it.
class StoreMutex {
public:
    virtual ~StoreMutex() = default;
    virtual void lock() = 0;
    /// Flushes the journal.
    virtual void unlock() noexcept = 0;
};

/// The time, read at the edge, once a unit of work; the value is journaled.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixMicros now() noexcept = 0;
};

}  // namespace allot
