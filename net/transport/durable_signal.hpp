#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace allot {

/// Reports progress of the journal from its thread to the server's: once after each arm().
class DurableSignal : public std::enable_shared_from_this<DurableSignal> {
public:
    /// \param wake called on the thread that runs `io`.
    DurableSignal(boost::asio::io_context& io, std::function<void()> wake)
        : io_{io}, wake_{std::move(wake)} {}

    // On the server's thread
    /// Makes the next progress wake. Earlier progress does not, but is visible after this call: the
    /// caller must check for it.
    void arm() noexcept { armed_.exchange(true, std::memory_order_acq_rel); }
    [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
    /// Never wakes again.
    void disconnect() noexcept { connected_ = false; }

    // On any thread
    void progress() {
        if (armed_.exchange(false, std::memory_order_acq_rel)) post();
    }
    /// Wakes in any case, because the storage has failed.
    void fail() {
        failed_.store(true, std::memory_order_release);
        post();
    }

private:
    void post() {
        boost::asio::post(io_, [self = shared_from_this()] {
            if (self->connected_) self->wake_();
        });
    }

    boost::asio::io_context& io_;
    std::function<void()> wake_;
    bool connected_ = true;  // used only on the server's thread
    std::atomic<bool> armed_ = false;
    std::atomic<bool> failed_ = false;
};

}  // namespace allot
