#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "net/core/backend.hpp"
#include "net/core/counters.hpp"
#include "net/core/loading.hpp"

namespace allot {

/// The needs of a request for the store.
struct StoreUse {
    bool stock = false;          ///< reads or changes stock: needs the mutex
    bool changes = false;        ///< changes stock
    bool storage = false;        ///< asks the storage, without the mutex
    bool while_loading = false;  ///< is executed although the store is not open yet
};

/// The reason why a request cannot be executed now.
struct Unavailable {
    ErrorCode code;
    std::string text;
};

/// The sessions' access to the stock: the backend, whether it can be used, and its mutex, which is
/// locked once for a batch of commands. Of one thread, as the sessions are.
class StoreAccess {
public:
    /// The access to a store that is being opened. \param on outlives this.
    explicit StoreAccess(const Loading& on) noexcept : loading{&on} {}

    /// Begins to use the opened store.
    void open(Backend with) {
        backend = std::move(with);
        lock_ = std::unique_lock{*backend.mutex, std::defer_lock};
        loading = nullptr;
    }

    /// Its pointers are null while `loading`.
    Backend backend;
    /// The progress of the opening; null once the store is open.
    const Loading* loading = nullptr;
    /// Set once the storage has failed: changes are refused from then on.
    bool failed = false;

    /// Locks the backend's mutex, unless it is locked already. \pre the store is open.
    void lock() {
        if (!lock_.owns_lock()) lock_.lock();
    }
    /// True if every request can be executed: the store is open, and the storage has not failed.
    [[nodiscard]] bool serves_all() const noexcept { return loading == nullptr && !failed; }
    /// Returns the reason if such a request cannot be executed.
    [[nodiscard]] std::optional<Unavailable> unavailable_for(StoreUse use) const {
        if (serves_all()) return std::nullopt;
        return while_loading_or_failed(use);
    }
    /// Locks or unlocks the mutex, as the request needs it. \pre it is not unavailable
    void enter(StoreUse use) {
        if (use.stock) {
            lock();
        } else if (use.storage) {
            unlock();
        }
    }
    /// Unlocks the mutex. The sessions that have something to execute run one after the other under
    /// one lock. The thread that drives them calls this before it releases replies and before it
    /// waits: with that, the facts of the batch are on their way to disk.
    void unlock() noexcept {
        if (lock_.owns_lock()) lock_.unlock();
    }

    /// The last LSN that may be acknowledged.
    [[nodiscard]] Lsn durable() const noexcept {
        return backend.journal == nullptr ? 0 : backend.journal->durable();
    }
    /// True while replies may show the stock: always, until the storage has failed, because a reply
    /// waits for the durability of what it saw. After that, only if every fact is durable.
    [[nodiscard]] bool may_show() const noexcept {
        return !failed || backend.journal->last() <= backend.journal->durable();
    }

private:
    [[nodiscard]] std::optional<Unavailable> while_loading_or_failed(StoreUse use) const;

    std::unique_lock<StoreMutex> lock_;
};

}  // namespace allot
