#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/dst/disk/findings.hpp"
#include "tests/dst/disk/history.hpp"
#include "tests/dst/disk/shopper.hpp"
#include "tests/dst/disk/stepped_store.hpp"

namespace allot::testing {

struct Judgement {
    std::string wrong;  ///< empty: nothing
    bool torn = false;  ///< there is a torn tail to cut
};
/// Judges what a start would recover from a disk. Changes nothing on it.
/// \param floor the last LSN that was acknowledged or seen.
[[nodiscard]] Judgement judge_recovery(SimulatedDisk& disk, const History& history, Lsn floor);

/// Lets stores live on a simulated disk, one after the other on what the one before has left, and
/// cuts the power at every operation of theirs. Each time, what is recovered has to be a prefix of
/// what was done, whole units of work, and hold at least what was acknowledged or seen.
///
/// At some cuts a start is tried on what is left, with the power cut again at each of its
/// operations and of a snapshot after it; and recovered twice, and after an interruption, which has
/// to give the same bytes each time.
///
/// Everything follows from the seed.
class PowerCuts {
public:
    struct Counts {
        std::uint64_t lives = 0, commands = 0, cuts = 0, nested = 0, twice = 0;
        // What the lives have been through, or the cuts would prove little.
        std::uint64_t segments = 0, pruned = 0, snapshots = 0, released = 0, torn = 0;
    };

    /// \param nested_every a start is tried at every so manieth cut.
    PowerCuts(std::uint64_t seed, std::uint64_t nested_every);

    /// One store's life, from its start to a clean end, a kill, or a power cut.
    void live();

    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

private:
    void begin_anew();
    void work(SteppedStore& store, Shopper& shopper);
    void shop(SteppedStore& store, Shopper& shopper);
    void cut(const SimulatedDisk& disk);
    void start_after(const SimulatedDisk& cut_off);
    void recover_twice(const SimulatedDisk& cut_off);
    void adopt(std::unique_ptr<SimulatedDisk> disk);
    void judge(SimulatedDisk& disk, Lsn floor, const char* when);
    void find(const std::string& finding, const char* when);

    Random random_;
    std::uint64_t nested_every_;
    std::unique_ptr<SimulatedDisk> disk_;
    StoreOptions options_;
    History history_;
    std::uint64_t skus_ = 0;
    Lsn floor_ = 0;
    Counts counts_;
    Findings findings_;
};

}  // namespace allot::testing
