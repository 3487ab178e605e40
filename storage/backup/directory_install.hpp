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

/// Installs files in a directory, so that after a crash the directory is unchanged, or complete, or
/// known to be incomplete, by the four steps that FORMAT.md describes under "Copies". The directory
/// is synced between the steps. The next install finishes one that was interrupted in step 3 or 4.
class DirectoryInstall {
public:
    /// \pre the caller holds the directory's lock, or will change nothing.
    DirectoryInstall(FileSystem& files, std::filesystem::path directory,
                     std::function<void(const Progress&)> progress);

    /// True after an interrupted install that has not been finished.
    [[nodiscard]] bool is_incomplete() const;

    /// Finishes an interrupted install. If files are damaged, it changes nothing and returns false:
    /// another install can replace them.
    bool finish_interrupted();

    /// Reads the contents of the directory's files that belong to a store or to an install.
    [[nodiscard]] FileContents contents();

    /// Makes the directory hold the files of the manifest.
    /// \param actions turn `contents()` into the manifest's files.
    /// \param image the source of copies.
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
    void rename_all(const std::vector<SyncAction>& actions);
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
