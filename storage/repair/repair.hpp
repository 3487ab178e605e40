#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/histories.hpp"
#include "storage/io/file_system.hpp"
#include "storage/options.hpp"

namespace allot {

/// A change to a store's files. The repair keeps bytes that it cuts, moves or overwrites under a
/// name that begins with `lost-`.
struct RepairStep {
    enum class Kind : std::uint8_t {
        create,      ///< creates a segment without facts from `content`
        patch,       ///< corrects a flipped bit: `bytes` at `offset` become `content`
        set_aside,   ///< renames a file that does not fit, or is not needed any more
        cut,         ///< overwrites `bytes` at `offset`, the last that are not zero, with zeros
        set_length,  ///< sets the file's length to `bytes`, as its header says
        rename,      ///< renames a segment to the name `to`, as its header says
    };
    Kind kind;
    std::string file;
    std::string why;  ///< a clause for the operator
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::vector<std::byte> content = {};
    std::string to = {};
};

/// The steps that repair a store, and the facts that are lost.
struct RepairPlan {
    enum class Verdict : std::uint8_t {
        good,        ///< the store needs no repair
        repairable,  ///< the steps repair it
        hopeless,    ///< no state can be proved to be one of the store
    };
    Verdict verdict = Verdict::good;
    std::string damage;  ///< the finding of check_files(), unless it is good
    std::vector<RepairStep> steps;

    Lsn kept = 0;   ///< the store will end with this LSN
    Lsn known = 0;  ///< the last LSN in any whole part: facts kept + 1 .. known are lost
    /// True when part of the journal's end is gone: facts after `known` may be lost, too, without a
    /// trace.
    bool end_is_gone = false;
    std::uint64_t lost_units = 0;  ///< lost units that are whole in the files set aside
    std::uint64_t lost_facts = 0;  ///< the facts in these units
    std::uint64_t store_id = 0;
    Histories::LostHistories lost_histories;  ///< the histories that the store will have lost
    Lsn begins = 1;  ///< the journal will begin with this LSN; a snapshot has the facts before

    [[nodiscard]] bool loses_nothing() const noexcept { return known <= kept && !end_is_gone; }
};

/// Finds the repair that keeps the most, and changes nothing. The candidates are each whole stretch
/// of the journal that follows a good snapshot or begins with LSN 1, and each snapshot that is a
/// whole state by itself. A single flipped bit is corrected first, if a checksum proves it. The
/// result was tried on a view of the files, and found good. \pre no process has the store open.
/// \throws UnknownFormat for files of a later version; std::system_error when they cannot be read.
RepairPlan plan_repair(FileSystem& files, const std::filesystem::path& directory,
                       const std::function<void(const Progress&)>& progress = {});

/// Executes the plan; the store begins a new history when it is next opened. Everything that a step
/// removes is first saved and synced; after a crash, a new plan leads to the same result.
/// \pre the directory is locked, and unchanged since the plan was made.
void apply_repair(FileSystem& files, const std::filesystem::path& directory,
                  const RepairPlan& plan);

}  // namespace allot
