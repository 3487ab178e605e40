#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace allot {

/// What is in a file: equal contents are equal files, whatever they are called.
struct Content {
    std::uint64_t bytes = 0;
    std::uint64_t hash_high = 0;  ///< XXH3-128 of all bytes
    std::uint64_t hash_low = 0;

    friend auto operator<=>(const Content&, const Content&) = default;
};

/// The files of a directory, by name.
using FileContents = std::map<std::string, Content>;

/// One step on the way from one directory's files to another's.
struct SyncAction {
    enum class Kind : std::uint8_t {
        copy,    ///< of `from` in the source to `to` in the destination
        move,    ///< of `from` in the destination to `to` in the destination
        remove,  ///< of `from` in the destination
    };
    Kind kind;
    std::string from;
    std::string to;  ///< empty: remove

    friend bool operator==(const SyncAction&, const SyncAction&) = default;
};

/// Decides how the destination comes to hold what the source holds, under the same names and
/// nothing else: what it has no copy of is copied, what it has under a wrong name is moved, what is
/// left is removed. A pure function; no more is copied than has to be.
///
/// Actions are to be taken as if all happened at once: every `from` means the destination as it is
/// now, so names may be swapped; what a copy or a move replaces is in no action of its own.
/// \return copies, then moves, then removals, each in the order of names.
std::vector<SyncAction> plan_sync(const FileContents& source, const FileContents& destination);

}  // namespace allot
