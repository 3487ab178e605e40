#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/dst/disk/findings.hpp"
#include "tests/dst/disk/history.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// Makes every operation of a store fail: the Nth, once and permanently, with each kind of failure.
/// After a failure in writing the journal, or in making the name of a segment durable, the store
/// must acknowledge nothing more, and use the disk no more for the journal. After a failure for a
/// snapshot, or for the creation of the next segment, the store must continue until the next
/// failure, or until the current segment is full. In each case everything acknowledged must be
/// there after a restart, whether the power is cut or the process killed.
class FailureMatrix {
public:
    struct Counts {
        std::uint64_t operations = 0;  ///< of the store, each of which is made to fail
        std::uint64_t runs = 0;
        std::uint64_t unopened = 0;    ///< the store could not be opened
        std::uint64_t latched = 0;     ///< the store accepted nothing more
        std::uint64_t went_on = 0;     ///< a failure was reported, and the store continued
        std::uint64_t unreported = 0;  ///< no failure was reported: an interrupted or short call
    };

    explicit FailureMatrix(std::uint64_t seed);

    /// Tests every failure of the operations `first`, `first + every`, …
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
