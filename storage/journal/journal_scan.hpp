#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/group_journal.hpp"
#include "storage/options.hpp"

namespace allot {

/// The end of a journal that a crash left incomplete. No later frame declares it durable; in mode
/// `always` nothing in it was ever acknowledged.
struct TornTail {
    std::uint64_t segment;
    std::uint64_t offset;                  ///< the offset of the first frame that is not whole
    std::uint64_t bytes;                   ///< the bytes from there to the last that is not zero
    std::vector<std::string> later_files;  ///< segments after it, without a header yet
    /// True when whole groups follow the incomplete one. This is the effect of damage or, in the
    /// modes that do not wait for a sync, of a power cut.
    bool groups_follow = false;
};

/// The result of reading a whole journal.
struct JournalScan {
    JournalTail tail;     ///< its epoch and history are those of the last process that wrote
    Histories histories;  ///< the histories written or lost, as far as the journal goes back
    std::vector<SegmentInfo> segments;
    std::optional<TornTail> torn;
    std::uint64_t bytes_given = 0;  ///< the bytes of the units that were passed to the sink
};

/// A unit of work, as it was journaled. Its facts view the bytes of their frame, until the sink
/// returns.
struct JournaledUnit {
    std::span<const Fact> facts;
    std::span<const std::byte> bytes;  ///< of the facts
    Lsn first;
    UnixMicros time;
    HistoryId history;
};

/// Receives the next few units of a frame. \return false when one of them contradicts the state.
using UnitSink = std::function<bool(std::span<const JournaledUnit> units)>;

/// Reads a journal from its first segment on, checks every byte in use, and passes the units after
/// LSN `after` to the sink, in order; all units when `after` is none. Changes nothing.
///
/// An incomplete frame ends the journal, as a torn tail, unless a later frame or a later segment's
/// header proves that more was durable.
/// \throws CorruptStore when such a frame or header exists, when the journal begins too late for
/// `after`, and for all other damage.
JournalScan scan_journal(FileSystem& files, const std::filesystem::path& directory,
                         std::optional<Lsn> after, const UnitSink& sink,
                         const std::function<void(const Progress&)>& progress);

/// Copies a torn tail to `torn-<segment>-<offset>.bin` (with a number where that exists), then
/// overwrites it with zeros, and syncs both.
void clear_torn_tail(FileSystem& files, const std::filesystem::path& directory,
                     const TornTail& torn);

}  // namespace allot
