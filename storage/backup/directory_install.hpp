#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "storage/format/manifest.hpp"
#include "storage/io/sync_plan.hpp"
#include "storage/options.hpp"
#include "storage/recovery/store_image.hpp"

namespace allot {

/// Installs files in a directory, so that after a crash it holds all that it held before, or all
/// that it is to hold, or is known to be incomplete. In this order:
///
/// 1. New files are copied under temporary names (`arriving-<n>`), synced and read back.
/// 2. `arriving.list`, which states what the directory is to hold, is put in place. Until then the
/// directory is as it was. From then on all that the list names is in the directory, under some
/// name, and the directory is not opened as a store.
/// 3. A file that moves gets a temporary name, too; a file that the list does not name, or names
/// otherwise, is removed, if it belongs to a store or is what an install has left; then every file
/// gets the name that the list states.
/// 4. The list becomes the backup's manifest, unless it is a restore, and is removed.
///
/// The directory's entries are synced between these steps. An install that was interrupted in 3 or
/// 4 is finished by the next one.
class DirectoryInstall {
public:
    /// \pre the caller holds the directory's lock, or will change nothing.
    DirectoryInstall(FileSystem& files, std::filesystem::path directory,
                     std::function<void(const Progress&)> progress);

    /// True after an interrupted install that has not been finished.
    [[nodiscard]] bool is_incomplete() const;

    /// Finishes an interrupted install. If it cannot, because files are damaged, it leaves all as
    /// it is, for another install to replace. \return false then.
    bool finish_interrupted();

    /// The contents of the files of a store, and of installs, in the directory. Reads all of them.
    [[nodiscard]] FileContents contents();

    /// Makes the directory hold what the manifest says.
    /// \param actions from `contents()` to the manifest's files.
    /// \param image where copies are from.
    /// \throws std::system_error; copied files are then removed, or left for the next install.
    void carry_out(const std::vector<SyncAction>& actions, const Manifest& manifest,
                   StoreImage& image);

private:
    struct Staged {
        std::string staged;
        std::string to;
    };
    [[nodiscard]] std::string next_staged_name();
    void stage_copies(const std::vector<SyncAction>& actions, const Manifest& manifest,
                      StoreImage& image);
    void discard_staged() noexcept;
    void put_in_place(const std::vector<SyncAction>& actions);
    void name_anew(const std::string& from, const std::string& to);
    void remove_if_there(const std::set<std::string>& names);
    void publish(const Manifest& manifest);
    [[nodiscard]] FileContents contents(const FileContents& also);

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::function<void(const Progress&)> progress_;
    std::vector<Staged> staged_;
    std::uint64_t staged_names_ = 0;  // the highest number in use
};

}  // namespace allot
