#pragma once

#include <filesystem>
#include <string_view>

#include "storage/format/snapshot_format.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/source_path.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// A directory as version 1 of the formats left it. Its facts are
///
///     1 BatchAdded b1 A 10     4 OutOfStock o3 A 7                   7 OutOfStock o4 B 5
///     2 LineAllocated o1 A 8   5 OutOfStock o3 A 7                   8 LineDeallocated o1 A 8
///     3 OutOfStock o2 A 5      6 BatchAdded b2 B 4, on 2030-01-02    9 LineAllocated o3 A 7
///
/// and it has a snapshot that was taken after the third.
struct OldFiles : Scratch {
    explicit OldFiles(std::string_view data = "format-1") {
        for (const auto& file : std::filesystem::directory_iterator{
                 allot::testing::source_path("tests/data") / data}) {
            std::filesystem::copy(file, path / file.path().filename());
        }
    }
    [[nodiscard]] std::filesystem::path snapshot_path() const {
        return path / snapshot::file_name(3);
    }
    [[nodiscard]] Recovered recovered(Lsn start) const {
        return recover_from(posix_file_system(), path, start, {});
    }
};

/// Likewise version 2. Its facts are
///
///     1 BatchAdded b1 A 10     5 OutOfStock o2 A 5                    9 LineDeallocated o1 A 8
///     2 LineAllocated o1 A 8   6 BatchAdded b2 A 20, on 2030-01-02   10 BatchQuantityChanged b1 0
///     3 OutOfStock o2 A 5      7 LineAllocated o3 A 4 b2             11 LineAllocated o1 A 8 b2
///     4 OutOfStock o2 A 5      8 LineAllocated o4 A 6 b2
///
/// and it has snapshots that were taken after the fourth and the last.
struct Version2Files : OldFiles {
    Version2Files() : OldFiles{"format-2"} {}
};

}  // namespace allot::testing
