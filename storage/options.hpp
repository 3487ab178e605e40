#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace allot {

/// When a change may be acknowledged, and so what a crash can take back.
struct Durability {
    enum class Mode : std::uint8_t {
        always,    ///< once written and synced: survives a power cut
        interval,  ///< at once; written within a millisecond, synced every `interval`
        os,        ///< at once; written within a millisecond, synced when the system likes
    };
    Mode mode = Mode::always;
    std::chrono::milliseconds interval{0};  ///< Mode::interval only, 1..60'000 ms

    friend bool operator==(const Durability&, const Durability&) = default;
};

/// What a store is doing that takes long, for a progress bar.
struct Progress {
    std::string_view what;  ///< "loading snapshot", "replaying journal", …
    std::uint64_t done;     ///< in the same unit as `total`
    std::uint64_t total;
};

struct StoreOptions {
    Durability durability{};
    /// A journal file's size in bytes, preallocated: 1 KiB..1 GiB; below 64 KiB only
    /// tests have a use for it.
    std::uint64_t segment_bytes = 64ULL << 20U;
    /// A snapshot is taken whenever the journal has grown by this many bytes. 0: only on command.
    std::uint64_t snapshot_every_bytes = 256ULL << 20U;
    // The journal goes back to the older of two snapshots, which is all that a start needs; and for
    // readers of the history as far as these ask, in whole segments. A start reads all that is
    // kept.
    std::uint64_t keep_journal_bytes = 0;  ///< so many bytes of it at least
    /// All that happened within this time, up to 100 years; 0: whatever its age. Time in which this
    /// process did not have the store open is told by the wall clock: a day of that does not count,
    /// nor what the clock goes ahead at once beyond a day. So a clock that is wrong once makes
    /// nothing go early.
    std::chrono::seconds keep_journal_age{0};
    /// Called now and then, on the thread that opens the store. What it throws ends that: no file
    /// has been changed by then, and the call that opens throws it on.
    std::function<void(const Progress&)> progress = {};
    /// Told what the operator should know: a torn tail was cut, a snapshot passed over, the storage
    /// has failed and why. May be called on any of the store's threads; what it throws is ignored.
    std::function<void(std::string_view)> warning = {};
};

}  // namespace allot
