#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/dst/disk/findings.hpp"
#include "tests/dst/disk/history.hpp"
#include "tests/dst/disk/random_commands.hpp"
#include "tests/dst/disk/stepped_store.hpp"

namespace allot::testing {

struct Judgement {
    std::string wrong;  ///< empty: nothing is wrong
    bool torn = false;  ///< there is a torn tail to cut
};
/// Judges the state that a start would recover from a disk. Changes nothing on it.
/// \param floor the last LSN that was acknowledged or seen.
[[nodiscard]] Judgement judge_recovery(SimulatedDisk& disk, const History& history, Lsn floor);

/// Runs stores on a simulated disk, each on the files of the previous one, and cuts the power at
/// every operation. Each time, the recovered state has to be a prefix of the units of work, and to
/// hold at least everything that was acknowledged or seen.
///
/// After some cuts it tries a start on the remaining files, with the power cut again at each
/// operation of the start and of a snapshot after it. It also recovers twice, and after an
/// interruption, which has to give the same bytes each time.
///
/// The seed determines everything.
class PowerCuts {
public:
    struct Counts {
        std::uint64_t lives = 0, commands = 0, cuts = 0, nested = 0, twice = 0;
        // What happened in these runs: without these the cuts would prove little.
        std::uint64_t segments = 0, pruned = 0, snapshots = 0, torn = 0;
        Tally tally;
    };

    /// \param nested_every a start is tried at every nested_every-th cut.
    PowerCuts(std::uint64_t seed, std::uint64_t nested_every);

    /// Runs one store from its start to a clean end, a kill, or a power cut.
    void live();

    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

private:
    void begin_anew();
    void work(SteppedStore& store, RandomCommands& commands);
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
