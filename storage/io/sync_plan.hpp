#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace allot {

/// The contents of a file, by length and hash.
struct Content {
    std::uint64_t bytes = 0;
    std::uint64_t hash_high = 0;  ///< XXH3-128 of all bytes
    std::uint64_t hash_low = 0;

    friend auto operator<=>(const Content&, const Content&) = default;
};

/// The files of a directory, by name.
using FileContents = std::map<std::string, Content>;

/// A step that makes a directory's files equal to another's.
struct SyncAction {
    enum class Kind : std::uint8_t {
        copy,    ///< copies `from` in the source to `to` in the destination
        move,    ///< renames `from` to `to` in the destination
        remove,  ///< removes `from` in the destination
    };
    Kind kind;
    std::string from;
    std::string to;  ///< empty: remove

    friend bool operator==(const SyncAction&, const SyncAction&) = default;
};

/// Plans how the destination comes to hold exactly the files of the source, under the same names:
/// missing contents are copied, contents under another name are moved, the rest is removed. A pure
/// function; it copies no more than necessary.
///
/// The actions are to be applied as if all happened at once: every `from` refers to the destination
/// before the first action, so names may be swapped; a file that a copy or a move replaces has no
/// action of its own.
/// \return copies, then moves, then removals, each in the order of names.
std::vector<SyncAction> plan_sync(const FileContents& source, const FileContents& destination);

}  // namespace allot
