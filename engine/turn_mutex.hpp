#pragma once

#include <mutex>

#include "engine/ports.hpp"

namespace allot {

/// Whoever uses a store's bus and repository holds this: one at a time, for one command or for a
/// few. Giving it up hands over to the journal what was appended meanwhile, all of it at once.
class TurnMutex {
public:
    explicit TurnMutex(Journal& journal) noexcept : journal_{journal} {}

    void lock() { mutex_.lock(); }
    void unlock() {
        journal_.flush();
        mutex_.unlock();
    }

private:
    std::mutex mutex_;
    Journal& journal_;
};

}  // namespace allot
