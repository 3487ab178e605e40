#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <system_error>
#include <utility>

#include "engine/fact.hpp"

namespace allot {

/// The disk has no space for a change. Nothing has changed, all data can be read, and the same
/// change may be accepted later.
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
    /// \param unit at least one fact, in order.
    /// \return the LSN of its last fact; the LSN of its first is last() + 1.
    /// \throws StorageFull when the disk has no space for the unit.
    /// \throws std::system_error once the storage has failed; it then accepts nothing more.
    /// \throws std::length_error when the unit is larger than a journal can hold.
    virtual Lsn append(std::span<const Fact> unit, UnixMicros now) = 0;
    /// Appends a unit of one fact: the line is allocated to the batch. See the other append().
    virtual Lsn append(const LineView& line, BatchRefView batch, UnixMicros now) {
        const Fact fact{std::in_place_type<LineAllocated>, line, batch};
        return append({&fact, 1}, now);
    }
    /// Releases the appended units for writing. Called when the StoreMutex is unlocked.
    virtual void flush() noexcept {}
    /// The LSN of the last fact appended.
    [[nodiscard]] virtual Lsn last() const noexcept = 0;
    /// The last LSN that may be acknowledged: in the default mode, the last that would survive a
    /// power cut. Never goes back.
    [[nodiscard]] virtual Lsn durable() const noexcept = 0;
    /// Registers `call`, which a thread of the journal calls with each new value of durable(), and
    /// once with ~0 when the storage has failed. It must not throw, and must not wait for the
    /// journal.
    virtual void on_durable(std::function<void(Lsn)> call) = 0;
};

/// The mutex that a thread locks while it uses a store's bus and repository, for one command or for
/// a few. std::scoped_lock and std::unique_lock lock it.
class StoreMutex {
public:
    virtual ~StoreMutex() = default;
    virtual void lock() = 0;
    /// Flushes the journal.
    virtual void unlock() noexcept = 0;
};

/// The time, read once for each unit of work, or for a few; the value is journaled.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixMicros now() noexcept = 0;
};

}  // namespace allot
