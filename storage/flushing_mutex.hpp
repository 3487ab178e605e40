#pragma once

#include <atomic>
#include <mutex>

#include "engine/ports.hpp"

namespace allot {

/// The mutex of a store. unlock() first passes the units appended while it was locked to the
/// journal, all at once.
class FlushingMutex final : public StoreMutex {
public:
    explicit FlushingMutex(Journal& journal) noexcept : journal_{journal} {}

    void lock() override {
        if (mutex_.try_lock()) return;
        ++waiting_;
        mutex_.lock();
        --waiting_;
    }
    void unlock() noexcept override {
        journal_.flush();
        mutex_.unlock();
    }
    /// True while another thread waits for the mutex. Any thread may call it.
    [[nodiscard]] bool wanted() const noexcept { return waiting_ > 0; }

private:
    std::mutex mutex_;
    std::atomic<unsigned> waiting_ = 0;
    Journal& journal_;
};

}  // namespace allot
