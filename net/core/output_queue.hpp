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

/// The replies of one session on their way out, in order. Each waits for the LSN of the last fact
/// that it could have seen; what is released is contiguous, so one write takes all of it.
class OutputQueue {
public:
    OutputQueue() = default;
    OutputQueue(const OutputQueue&) = delete;  // writers refer to the tail
    OutputQueue& operator=(const OutputQueue&) = delete;

    /// Where replies are appended. It stays the same object.
    [[nodiscard]] std::string& tail() noexcept { return tail_; }
    using Time = std::chrono::steady_clock::time_point;

    /// What was appended since the last seal waits for `lsn`, and for all that was sealed before.
    /// \param now since when it waits.
    void seal(Lsn lsn, Time now = {});

    /// Hands over to sending() what `durable` allows. \pre sending() is empty.
    /// \param waited called for each seal with an LSN, with the time since when it waited.
    /// \return false when there is nothing.
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
    /// Unchanged until sent().
    [[nodiscard]] std::string_view sending() const noexcept {
        return std::string_view{sending_}.substr(sent_);
    }
    /// The first `bytes` of sending() are gone.
    void sent(std::size_t bytes) noexcept;

    /// Gives back the memory of buffers that are empty.
    void trim() noexcept;
    /// Gives back its memory, and forgets what is queued.
    void clear() noexcept;

    /// All bytes queued: in flight, released and held.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return sending_.size() - sent_ + tail_.size();
    }
    [[nodiscard]] bool empty() const noexcept { return bytes() == 0; }
    /// Replies wait for an LSN beyond `durable`.
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
    // When as many are waiting, the next replies join the last seal and wait a little longer.
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
