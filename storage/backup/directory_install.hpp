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

/// Brings files into a directory, so that whoever looks at it after a crash finds all that was
/// there before, or all that is to be there, or is told that it is a mixture. In this order:
///
/// 1. What is new is copied under names of no meaning (`arriving-<n>`), synced and read back.
/// 2. `arriving.list`, which says what the directory is to hold, is put in place. Until then what
///    was there is as it was. From then on all that the list names is in the directory, under some
///    name, and no one opens the directory as a store.
/// 3. What moves gets a name of no meaning, too; what the list does not name, or names otherwise,
///    is removed: only what belongs to a store, and what a delivery has left; and everything gets
///    the name that the list says.
/// 4. The list is put in place as the backup's manifest, unless it is a restore, and is removed.
///
/// The directory's entries are synced between these. A delivery that was interrupted in 3 or 4 is
/// finished by the next one.
class DirectoryInstall {
public:
    /// \pre the caller holds the directory's lock, or will change nothing.
    DirectoryInstall(FileSystem& files, std::filesystem::path directory,
                     std::function<void(const Progress&)> progress);

    /// Something has been interrupted, and has not been finished since.
    [[nodiscard]] bool is_incomplete() const;

    /// Finishes a delivery that was interrupted. If it can't be, because files are damaged, all is
    /// left as it is, for another to replace. \return false then.
    bool finish_interrupted();

    /// What the directory holds of a store, and of deliveries. Reads all of it.
    [[nodiscard]] FileContents contents();

    /// Makes the directory hold what the manifest says.
    /// \param actions from `contents()` to the manifest's files.
    /// \param image where copies are from.
    /// \throws std::system_error; what has arrived is then removed, or is the next one's to use.
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
