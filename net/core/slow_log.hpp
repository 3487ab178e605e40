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

/// The last commands that took long, within a bounded memory whatever they hold. Of one thread.
class SlowLog {
public:
    struct Entry {
        std::uint64_t id;  ///< from 0, never given out again
        std::int64_t at;   ///< seconds since 1970
        std::chrono::microseconds took;
        std::vector<std::string> args;  ///< as bounded() gives them
        std::string peer;
        std::string name;  ///< that the client has given itself
    };
    static constexpr std::size_t entries_max = 128;
    /// Shown when the request has no count.
    static constexpr std::size_t entries_shown = 10;
    static constexpr std::size_t args_max = 32;
    static constexpr std::size_t argument_bytes_max = 128;
    /// Nothing is that slow.
    static constexpr std::chrono::microseconds never = std::chrono::microseconds::max();

    /// What takes as long, or longer, is slow; with 0, everything is.
    std::chrono::microseconds threshold{10'000};
    [[nodiscard]] bool is_slow(std::chrono::nanoseconds took) const noexcept {
        return std::chrono::floor<std::chrono::microseconds>(took) >= threshold;
    }

    /// Takes its id from the log. The oldest one goes where there are too many.
    void add(Entry entry);
    void clear() noexcept { entries_.clear(); }
    /// The newest first.
    [[nodiscard]] const std::deque<Entry>& entries() const noexcept { return entries_; }
    /// Since the process began.
    [[nodiscard]] std::uint64_t added() const noexcept { return next_id_; }

    /// The arguments as far as they are kept, with a count of the rest, as Redis does; in printable
    /// ASCII, as append_escaped() writes it, because another client reads them.
    [[nodiscard]] static std::vector<std::string> bounded(std::span<const std::string_view> args);

private:
    std::deque<Entry> entries_;
    std::uint64_t next_id_ = 0;
};

}  // namespace allot
