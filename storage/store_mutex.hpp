#pragma once

#include <mutex>

#include "engine/ports.hpp"

namespace allot {

/// Hands over to the journal, all at once, what was appended while it was held.
class StoreMutex final : public TurnMutex {
public:
    explicit StoreMutex(Journal& journal) noexcept : journal_{journal} {}

    void lock() override { mutex_.lock(); }
    void unlock() noexcept override {
        journal_.flush();
        mutex_.unlock();
    }

private:
    std::mutex mutex_;
    Journal& journal_;
};

}  // namespace allot
