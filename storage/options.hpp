#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace allot {

/// The time at which a change may be acknowledged, which determines what a crash can lose.
struct Durability {
    enum class Mode : std::uint8_t {
        always,    ///< after it is written and synced: it survives a power cut
        interval,  ///< at once; written within a millisecond, synced every `interval`
        os,        ///< at once; written within a millisecond, synced by the operating system
    };
    static constexpr std::chrono::milliseconds interval_min{1}, interval_max{60'000};
    Mode mode = Mode::always;
    std::chrono::milliseconds interval{0};  ///< Mode::interval only; interval_min..interval_max

    /// True when a change is acknowledged only once it is synced.
    [[nodiscard]] constexpr bool waits_for_sync() const noexcept { return mode == Mode::always; }
    /// True when the store itself syncs every group, or every `interval`.
    [[nodiscard]] constexpr bool syncs() const noexcept { return mode != Mode::os; }

    friend bool operator==(const Durability&, const Durability&) = default;
};

/// The progress of an operation that takes long, for a progress bar.
struct Progress {
    std::string_view what;  ///< "loading snapshot", "replaying journal", …
    std::uint64_t done;     ///< in the same unit as `total`
    std::uint64_t total;
};

struct StoreOptions {
    static constexpr std::uint64_t segment_bytes_min = 1U << 10U, segment_bytes_max = 1U << 30U;
    static constexpr std::chrono::seconds keep_journal_age_max = std::chrono::years{100};

    Durability durability{};
    /// A journal file's size in bytes, preallocated: segment_bytes_min..segment_bytes_max. A group
    /// of units that is larger gets a segment of its own.
    std::uint64_t segment_bytes = 64ULL << 20U;
    /// A snapshot is taken whenever the journal has grown by this many bytes. 0: only on command.
    std::uint64_t snapshot_every_bytes = 256ULL << 20U;
    // The store keeps the journal from the older of two snapshots on, which is all that a start
    // needs. These options keep more for readers of the history, in whole segments. A start reads
    // the whole journal.
    std::uint64_t keep_journal_bytes = 0;  ///< the least number of bytes that are kept
    /// The age up to which all facts are kept; 0: age keeps nothing. The wall
    /// clock, less a day, measures the time during which this process did not have the store open;
    /// a step ahead counts with at most a day. So a clock that is wrong once removes nothing early.
    std::chrono::seconds keep_journal_age{0};
    /// Receives the progress on the thread that opens the store. An exception from it ends the
    /// opening: no file has been changed by then, and the call that opens rethrows it.
    std::function<void(const Progress&)> progress = {};
    /// Receives warnings for the operator: a torn tail was cut, a damaged snapshot was skipped, the
    /// storage has failed and why. Any of the store's threads may call it; they ignore an exception
    /// from it.
    std::function<void(std::string_view)> warning = {};
};

}  // namespace allot
