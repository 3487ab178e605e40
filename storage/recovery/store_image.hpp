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

/// Open files that together are a whole store, to be read at leisure: a process that has the store
/// open may go on writing, and remove what it does not need any more.
struct StoreImage {
    FileView files;
    std::uint64_t store_id = 0;
    Lsn last = 0;                    ///< of its facts
    std::vector<std::string> notes;  ///< what the operator should know: a sentence each

    /// What the files hold. Reads all of them.
    [[nodiscard]] FileContents contents(const std::function<void(const Progress&)>& progress);
};

/// Opens the files of a store that belong to it, under the names that they have now.
/// \throws std::system_error when there are none, or they can't be opened.
FileView open_files(FileSystem& files, const std::filesystem::path& directory);

/// Takes the image of a store that may be open in another process. It asks nothing of that process,
/// holds no lock, and has at least all that was durable when the call began; all in it is durable
/// in the store itself. A torn tail and segments without a fact are left out, and so is a damaged
/// snapshot that is not needed.
///
/// All checksums of the journal and the snapshots are verified, and that recovery would find what
/// it needs; facts are not replayed.
/// \throws CorruptStore when the store is damaged; std::system_error when it cannot be read, or
/// holds no fact that could be copied.
StoreImage take_image(FileSystem& files, const std::filesystem::path& directory,
                      const std::function<void(const Progress&)>& progress = {});

/// The image that a backup holds, as its list of files states, also of an unfinished backup: each
/// file is found by its contents. \throws CorruptStore when a file is missing or has other
/// contents.
StoreImage image_of_backup(FileSystem& files, const std::filesystem::path& directory,
                           const Manifest& manifest,
                           const std::function<void(const Progress&)>& progress = {});

}  // namespace allot
