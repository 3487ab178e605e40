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

/// One change to a store's files. Bytes that are cut, moved or overwritten are kept under a name
/// that begins with `lost-`.
struct RepairStep {
    enum class Kind : std::uint8_t {
        create,      ///< a segment without facts, `content`
        patch,       ///< turn a flipped bit back: `bytes` at `offset` become `content`
        set_aside,   ///< a file that does not fit, or is not needed any more
        cut,         ///< `bytes` at `offset`, the last that are not zero, become zeros
        set_length,  ///< to `bytes`, as its header says, with zeros where it was shorter
        rename,      ///< a segment, to the name `to` that its header says
    };
    Kind kind;
    std::string file;
    std::string why;  ///< half a sentence
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::vector<std::byte> content = {};
    std::string to = {};
};

/// How a store can be made good again, and what is lost.
struct RepairPlan {
    enum class Verdict : std::uint8_t {
        good,        ///< nothing to do
        repairable,  ///< by the steps
        hopeless,    ///< no state can be proved to have been the store's
    };
    Verdict verdict = Verdict::good;
    std::string damage;  ///< what check_files() finds, where it is not good
    std::vector<RepairStep> steps;

    Lsn kept = 0;   ///< the store will end with this LSN
    Lsn known = 0;  ///< the last LSN that anything whole mentions: facts kept + 1 .. known are lost
    /// Part of the journal's end is gone: facts after `known`, which nothing that is left mentions,
    /// may be lost, too.
    bool end_is_gone = false;
    std::uint64_t lost_units = 0;  ///< that are whole in what is set aside, of what is lost
    std::uint64_t lost_facts = 0;  ///< in these
    std::uint64_t store_id = 0;
    std::vector<Histories::Left> left;  ///< histories of which nothing will be there any more
    Lsn begins = 1;  ///< the journal will begin with this LSN; a snapshot holds what was before

    [[nodiscard]] bool loses_nothing() const noexcept { return known <= kept && !end_is_gone; }
};

/// Finds the repair that keeps the most, and changes nothing. The candidates are, wherever the
/// journal is whole for a stretch, that stretch after a good snapshot or from LSN 1 on, and a
/// snapshot that is a whole state by itself. A flipped bit is flipped back first, where a checksum
/// proves it. The repair was tried on a view of the files, and its result was found good.
/// \pre no process has the store open. \throws UnknownFormat for files of a later version;
/// std::system_error when they cannot be read.
RepairPlan plan_repair(FileSystem& files, const std::filesystem::path& directory,
                       const std::function<void(const Progress&)>& progress = {});

/// Executes the plan; the store begins a new history when it is next opened. All that is removed
/// from the store's files is kept, synced, before; after a crash, planning anew gives the same
/// result.
/// \pre the directory is as it was when the plan was made, and locked.
void apply_repair(FileSystem& files, const std::filesystem::path& directory,
                  const RepairPlan& plan);

}  // namespace allot
