#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/dst/disk/findings.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// Damages a closed store with a journal of four segments, 64 KiB in all, and two snapshots, and
/// opens it. The outcome has to be one of
///
/// - refused: the error names file, offset and LSN, and nothing was changed;
/// - same: the state is that of the closed store;
/// - older: the newest snapshot was skipped with a warning, and the older one and the journal gave
/// the
///   state of the closed store.
///
/// The seed determines everything.
class Corruption {
public:
    enum class Outcome : std::uint8_t { refused, same, older, wrong };
    /// The number of each outcome, by the kind of damage.
    using Tally = std::map<std::string, std::array<std::uint64_t, 4>>;

    explicit Corruption(std::uint64_t seed);

    /// Sets `call(done, total)` for the progress of flip_bits() and cut_files().
    void on_progress(std::function<void(std::uint64_t, std::uint64_t)> call) {
        progress_ = std::move(call);
    }

    /// Flips bits `first`, `first + every`, … of the journal and of the newest snapshot, one at a
    /// time.
    void flip_bits(std::uint64_t first, std::uint64_t every);
    /// Cuts each file to the lengths `first`, `first + every`, … below its own.
    void cut_files(std::uint64_t first, std::uint64_t every);
    /// Zeroes each sector of 512 bytes of each file, one at a time.
    void zero_sectors();
    /// Swaps, repeats and removes frames `first`, `first + every`, …, and inserts frames from
    /// elsewhere in the journal, also of older epochs, and from another store.
    void mix_frames(std::uint64_t first, std::uint64_t every);
    /// Likewise for whole segments and snapshots.
    void mix_files();

    [[nodiscard]] std::uint64_t journal_bytes() const;
    [[nodiscard]] std::uint64_t snapshot_bytes() const;
    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

private:
    using Bytes = std::vector<std::byte>;
    using Files = std::map<std::string, Bytes>;
    struct Frame {
        std::string file;
        std::size_t offset;
        Bytes bytes;
    };

    void make(std::uint64_t seed, Files& files);
    [[nodiscard]] static std::vector<Frame> frames_of(const Files& files);
    /// The files to damage: segments in use, and the newest snapshot.
    [[nodiscard]] std::vector<std::string> targets() const;
    using Instead = std::map<std::string, std::optional<Bytes>>;
    /// Judges the store with these files, or none, instead of its own.
    void judge(const char* damage, const std::string& where, const Instead& instead);
    void judge_bytes(const char* damage, const std::string& file, std::uint64_t at, Bytes bytes);
    [[nodiscard]] Outcome outcome(SimulatedDisk& disk, std::string& why) const;

    Files files_;    // of the closed store
    Files foreign_;  // of another store
    std::uint64_t hash_ = 0;
    std::uint64_t last_ = 0;
    std::function<void(std::uint64_t, std::uint64_t)> progress_;
    Tally tally_;
    Findings findings_;
};

/// One line for each kind of damage.
[[nodiscard]] std::string to_string(const Corruption::Tally& tally);

}  // namespace allot::testing
