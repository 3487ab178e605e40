#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allot {

/// The latest slow commands, in bounded memory. Used by one thread.
class SlowLog {
public:
    struct Entry {
        std::uint64_t id;  ///< from 0, never reused
        std::int64_t at;   ///< seconds since 1970
        std::chrono::microseconds took;
        std::vector<std::string> args;  ///< as bounded() returns them
        std::string peer;
        std::string name;  ///< the client's name for itself
    };
    static constexpr std::size_t entries_max = 128;
    /// The number of entries shown if the request has no count.
    static constexpr std::size_t entries_shown = 10;
    static constexpr std::size_t args_max = 32;
    static constexpr std::size_t argument_bytes_max = 128;
    /// A threshold that nothing reaches.
    static constexpr std::chrono::microseconds never = std::chrono::microseconds::max();

    /// A command that takes this long or longer is slow; 0: every command.
    std::chrono::microseconds threshold{10'000};
    [[nodiscard]] bool is_slow(std::chrono::nanoseconds took) const noexcept {
        return std::chrono::floor<std::chrono::microseconds>(took) >= threshold;
    }

    /// Adds an entry with the next id; removes the oldest one if there are too many.
    void add(Entry entry);
    void clear() noexcept { entries_.clear(); }
    /// The entries, newest first.
    [[nodiscard]] const std::deque<Entry>& entries() const noexcept { return entries_; }
    /// The number of entries added since the process began.
    [[nodiscard]] std::uint64_t added() const noexcept { return next_id_; }

    /// Returns the arguments that are kept, with a count of the rest, as in Redis; escaped by
    /// append_escaped(), because another client reads them.
    [[nodiscard]] static std::vector<std::string> bounded(std::span<const std::string_view> args);

private:
    std::deque<Entry> entries_;
    std::uint64_t next_id_ = 0;
};

}  // namespace allot
