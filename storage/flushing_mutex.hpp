#pragma once

#include <atomic>
#include <mutex>

#include "engine/ports.hpp"

namespace allot {

/// Work of a store of which each thread that unlocks its mutex does a little.
class SharedWork {
public:
    /// Does a little. \pre the mutex is locked.
    virtual void advance() noexcept = 0;

protected:
    ~SharedWork() = default;
};

/// The mutex of a store. unlock() first passes the units appended while it was locked to the
/// journal, all at once, and advances the shared work.
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
        if (shared_ != nullptr) shared_->advance();
        mutex_.unlock();
    }
    /// Begins to share the work; null: ends it. \pre the mutex is locked.
    void share(SharedWork* work) noexcept { shared_ = work; }
    /// Calls `use`, which appends nothing, with the mutex locked, unless another thread has the
    /// mutex or waits for it.
    template <class Use>
    void if_free(Use&& use) {
        if (waiting_ > 0 || !mutex_.try_lock()) return;
        const std::lock_guard lock{mutex_, std::adopt_lock};
        use();
    }

private:
    std::mutex mutex_;
    std::atomic<unsigned> waiting_ = 0;
    SharedWork* shared_ = nullptr;
    Journal& journal_;
};

}  // namespace allot
