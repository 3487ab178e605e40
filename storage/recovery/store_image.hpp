#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/fact.hpp"
#include "storage/format/manifest.hpp"
#include "storage/io/file_view.hpp"
#include "storage/options.hpp"

namespace allot {

/// Open files that together are a whole store. They stay readable while a process that has the
/// store open writes to it and removes files.
struct StoreImage {
    /// A store that is being written may look damaged by chance, but hardly so often in a row.
    static constexpr int attempts_max = 20;

    FileView files;
    std::uint64_t store_id = 0;
    Lsn last = 0;                    ///< the LSN of its last fact
    std::vector<std::string> notes;  ///< remarks for the operator, a sentence each

    /// Reads the contents of all files.
    [[nodiscard]] FileContents contents(const std::function<void(const Progress&)>& progress);
};

/// Opens the files that belong to a store, under their present names.
/// \throws std::system_error when there are none, or they cannot be opened.
FileView open_files(FileSystem& files, const std::filesystem::path& directory);

/// Takes the image of a store that may be open in another process, without that process's help and
/// without a lock. The image holds everything that was durable when the call began, and only what
/// is durable in the store itself. A torn tail, segments without a fact, and a damaged snapshot
/// that is not needed are left out.
///
/// Verifies all checksums of the journal and the snapshots, and that recovery finds the files that
/// it needs; does not replay facts. \throws CorruptStore when the store is damaged;
/// std::system_error when it cannot be read, or holds no fact that could be copied.
StoreImage take_image(FileSystem& files, const std::filesystem::path& directory,
                      const std::function<void(const Progress&)>& progress = {});

/// Opens the image in a backup, according to its manifest; it finds the files of an unfinished
/// backup by their contents. \throws CorruptStore when a file is missing or has other contents.
StoreImage image_of_backup(FileSystem& files, const std::filesystem::path& directory,
                           const Manifest& manifest,
                           const std::function<void(const Progress&)>& progress = {});

}  // namespace allot
