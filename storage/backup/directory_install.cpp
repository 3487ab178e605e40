#include "storage/backup/directory_install.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "storage/format/file_content.hpp"
#include "storage/format/store_files.hpp"

namespace allot {

namespace {
using Kind = SyncAction::Kind;

/// The image's file of this name. For a kept file that is needed under two names: the image's file
/// with the same contents.
std::string source_of(const std::string& name, const Content& content, const Manifest& manifest,
                      const StoreImage& image) {
    const auto& entries = image.files.entries();
    if (entries.contains(name)) return name;
    const auto same = std::ranges::find_if(manifest.files, [&](const auto& file) {
        return file.second == content && entries.contains(file.first);
    });
    return same == manifest.files.end() ? name : same->first;
}
}  // namespace

DirectoryInstall::DirectoryInstall(FileSystem& files, std::filesystem::path directory,
                                   std::function<void(const Progress&)> progress)
    : files_{files}, directory_{std::move(directory)}, progress_{std::move(progress)} {}

FileContents DirectoryInstall::contents() { return contents({}); }

FileContents DirectoryInstall::contents(const FileContents& also) {
    const auto names = files_.list(directory_);
    FileContents contents;
    std::uint64_t done = 0;
    for (const std::string& name : names) {
        if (progress_) progress_({"reading the destination", done++, names.size()});
        const bool counts = store_files::belongs_to_store(name) || store_files::is_staged(name) ||
                            also.contains(name);
        if (counts) contents[name] = content_of(files_, directory_ / name);
    }
    return contents;
}

bool DirectoryInstall::finish_interrupted() {
    try {
        const auto manifest = read_manifest(files_, directory_, store_files::install_list);
        if (!manifest) return true;
        const auto actions = plan_sync(manifest->files, contents(manifest->files));
        if (!actions.empty() && actions.front().kind == Kind::copy) return false;
        rename_all(actions);
        publish(*manifest);
        return true;
    } catch (const CorruptStore&) {
        return false;
    }
}

void DirectoryInstall::carry_out(const std::vector<SyncAction>& actions, const Manifest& manifest,
                                 StoreImage& image) {
    staged_.clear();
    try {
        stage_copies(actions, manifest, image);
        for (const SyncAction& action : actions) {
            if (action.kind != Kind::move) continue;
            // A killed process may have left it in the page cache only.
            files_.open(directory_ / action.from, FileSystem::Mode::update)->sync();
        }
        files_.sync_directory(directory_);
    } catch (...) {
        discard_staged();
        throw;
    }
    write_manifest(files_, directory_, store_files::install_list, manifest);
    rename_all(actions);
    publish(manifest);
}

bool DirectoryInstall::is_incomplete() const {
    return store_files::has(files_, directory_, store_files::install_list);
}

std::string DirectoryInstall::next_staged_name() {
    if (staged_names_ == 0) {
        for (const std::string& name : files_.list(directory_)) {
            staged_names_ = std::max(staged_names_, store_files::staged_number(name).value_or(0));
        }
    }
    return store_files::staged_name(++staged_names_);
}

void DirectoryInstall::stage_copies(const std::vector<SyncAction>& actions,
                                    const Manifest& manifest, StoreImage& image) {
    std::uint64_t total = 0;
    for (const SyncAction& action : actions) {
        if (action.kind == Kind::copy) total += manifest.files.at(action.to).bytes;
    }
    std::uint64_t done = 0;
    for (const SyncAction& action : actions) {
        if (action.kind != Kind::copy) continue;
        const Content& content = manifest.files.at(action.to);
        const auto from = image.files.open(source_of(action.from, content, manifest, image),
                                           FileSystem::Mode::read);
        const std::string name = next_staged_name();
        staged_.push_back({name, action.to});
        copy_verified(*from, content, files_, directory_ / name, [&](std::uint64_t bytes) {
            done += bytes;
            if (progress_) progress_({"copying", done, total});
        });
    }
}

void DirectoryInstall::discard_staged() noexcept {
    for (const Staged& file : staged_) {
        try {
            files_.remove(directory_ / file.staged);
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): removed next time
        }
    }
}

// Every file always has a durable name, even if a power cut keeps one half of a rename: a new name
// is created and synced before the old one is removed. All moved files get temporary names before
// any gets its final one, so names may be swapped.
void DirectoryInstall::rename_all(const std::vector<SyncAction>& actions) {
    std::set<std::string> leaving;
    for (const SyncAction& action : actions) {
        if (action.kind != Kind::copy) leaving.insert(action.from);
        if (action.kind != Kind::move) continue;
        if (store_files::is_staged(action.from)) {
            leaving.erase(action.from);
            staged_.push_back({action.from, action.to});
            continue;
        }
        const std::string name = next_staged_name();
        name_anew(action.from, name);
        staged_.push_back({name, action.to});
    }
    for (const Staged& file : staged_) leaving.insert(file.to);
    files_.sync_directory(directory_);
    remove_if_there(leaving);
    std::set<std::string> arrived;
    for (const Staged& file : staged_) {
        name_anew(file.staged, file.to);
        arrived.insert(file.staged);
    }
    files_.sync_directory(directory_);
    remove_if_there(arrived);
}

/// Gives a file a second name, or renames it if the file system has no links.
void DirectoryInstall::name_anew(const std::string& from, const std::string& to) {
    if (!files_.link(directory_ / from, directory_ / to)) {
        files_.rename(directory_ / from, directory_ / to);
    }
}

void DirectoryInstall::remove_if_there(const std::set<std::string>& names) {
    for (const std::string& name : files_.list(directory_)) {
        if (names.contains(name)) files_.remove(directory_ / name);
    }
    files_.sync_directory(directory_);
}

void DirectoryInstall::publish(const Manifest& manifest) {
    if (manifest.purpose == Manifest::Purpose::backup) {
        write_manifest(files_, directory_, store_files::manifest, manifest);
    } else {
        // The restored store will be written to, so it is not a backup any more.
        remove_if_there({std::string{store_files::manifest}});
    }
    remove_if_there({std::string{store_files::install_list}});
}

}  // namespace allot
