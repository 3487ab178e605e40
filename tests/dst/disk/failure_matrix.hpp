#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/dst/disk/findings.hpp"
#include "tests/dst/disk/history.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// Lets every operation of a store's life fail: the Nth, once and from then on, of each kind. After
/// a failure in writing the journal, or in making the name of a segment durable, nothing more may
/// be acknowledged, and nothing more be asked of the disk for the journal. One aside, of a snapshot
/// or of a segment made ahead of need, ends in a store that goes on: until the next failure, or
/// until the segment that it has is full. In each case what was acknowledged has to be there after
/// a restart, whether the power is cut or the process killed.
class FailureMatrix {
public:
    struct Counts {
        std::uint64_t operations = 0;  ///< of the life, each of which is made to fail
        std::uint64_t runs = 0;
        std::uint64_t unopened = 0;  ///< the store could not be opened
        std::uint64_t latched = 0;   ///< it accepted nothing more
        std::uint64_t went_on = 0;   ///< it was told of a failure, and went on
        std::uint64_t untold = 0;    ///< nothing was told: it was interrupted, or cut short
    };

    explicit FailureMatrix(std::uint64_t seed);

    /// Every failure of the operations `first`, `first + every`, …
    void run(std::uint64_t first, std::uint64_t every);

    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

private:
    void run_one(const SimulatedDisk::Failure& failure, const std::string& name);
    void start_again(std::unique_ptr<SimulatedDisk> killed, const History& history,
                     Lsn acknowledged, const std::string& name);

    std::uint64_t seed_;
    Counts counts_;
    Findings findings_;
};

}  // namespace allot::testing
