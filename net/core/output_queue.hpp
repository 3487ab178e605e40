#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/fact.hpp"
#include "net/limits.hpp"

namespace allot {

/// The queued replies of one session, in order. Each waits for the LSN of the last fact that it
/// could have seen; released replies are contiguous, so one write sends them.
class OutputQueue {
public:
    OutputQueue() = default;
    OutputQueue(const OutputQueue&) = delete;  // writers refer to the tail
    OutputQueue& operator=(const OutputQueue&) = delete;

    /// The string to append replies to: always the same object.
    [[nodiscard]] std::string& tail() noexcept { return tail_; }
    using Time = std::chrono::steady_clock::time_point;

    /// Makes the bytes appended since the last seal wait for `lsn`, and for all earlier seals.
    /// \param now beginning of the wait.
    void seal(Lsn lsn, Time now = {});

    /// True if there are bytes to send, released or in sending().
    [[nodiscard]] bool has_sendable(Lsn durable) const noexcept {
        return !sending().empty() || (seals_ != 0 && seal_at(0).lsn <= durable);
    }
    /// Moves the replies that wait for `durable` at most to sending(). \pre sending() is empty.
    /// \param waited called for each seal with an LSN, with the time at which it began to wait.
    /// \return false if there is nothing to send.
    template <class Waited>
    bool release(Lsn durable, Waited&& waited) {
        std::size_t end = 0;
        for (; seals_ != 0 && seal_at(0).lsn <= durable; --seals_) {
            end = seal_at(0).end;
            if (seal_at(0).lsn != 0) waited(seal_at(0).since);
            first_ = (first_ + 1) % seals_max;
        }
        return end != 0 && hand_over(end);
    }
    /// The bytes to send; unchanged until sent().
    [[nodiscard]] std::string_view sending() const noexcept {
        return std::string_view{sending_}.substr(sent_);
    }
    /// Removes the first `bytes` of sending().
    void sent(std::size_t bytes) noexcept;

    /// Frees empty buffers.
    void trim() noexcept;
    /// Discards all replies and frees the memory.
    void clear() noexcept;

    /// All bytes queued: in flight, released and held.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return sending_.size() - sent_ + tail_.size();
    }
    [[nodiscard]] bool empty() const noexcept { return bytes() == 0; }
    /// True if a reply waits for an LSN beyond `durable`.
    [[nodiscard]] bool holds_beyond(Lsn durable) const noexcept {
        return seals_ != 0 && seal_at(seals_ - 1).lsn > durable;
    }
    [[nodiscard]] std::size_t capacity() const noexcept {
        return sending_.capacity() + tail_.capacity();
    }

    /// Memory kept by each of the two buffers while they are empty.
    static constexpr std::size_t kept_bytes_max = 16 * kibibyte;

private:
    struct Seal {
        std::size_t end;  // in tail_
        Lsn lsn;
        Time since;
    };
    // With this many seals, the next replies join the last one and wait a little longer.
    static constexpr std::size_t seals_max = 32;

    bool hand_over(std::size_t end);
    [[nodiscard]] const Seal& seal_at(std::size_t i) const noexcept {
        return ring_[(first_ + i) % seals_max];
    }
    [[nodiscard]] Seal& seal_at(std::size_t i) noexcept { return ring_[(first_ + i) % seals_max]; }

    std::string tail_;
    std::string sending_;
    std::size_t sent_ = 0;  // bytes of sending_
    std::array<Seal, seals_max> ring_{};
    std::size_t first_ = 0;
    std::size_t seals_ = 0;
};

}  // namespace allot
