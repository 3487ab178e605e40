#include "storage/delivery.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "storage/file_content.hpp"
#include "storage/store_files.hpp"

namespace allot {

namespace {
using Kind = SyncAction::Kind;

/// The image's file of this name; or, of a file that is kept under a new name and also wanted under
/// another, the one that holds the same.
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

Delivery::Delivery(FileSystem& files, std::filesystem::path directory,
                   std::function<void(const Progress&)> progress)
    : files_{files}, directory_{std::move(directory)}, progress_{std::move(progress)} {}

FileContents Delivery::contents() { return contents({}); }

FileContents Delivery::contents(const FileContents& also) {
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

bool Delivery::finish_interrupted() {
    try {
        const auto manifest = read_manifest(files_, directory_, store_files::arriving);
        if (!manifest) return true;
        const auto actions = plan_sync(manifest->files, contents(manifest->files));
        if (!actions.empty() && actions.front().kind == Kind::copy) return false;
        put_in_place(actions);
        publish(*manifest);
        return true;
    } catch (const CorruptStore&) {
        return false;
    }
}

void Delivery::carry_out(const std::vector<SyncAction>& actions, const Manifest& manifest,
                         StoreImage& image) {
    staged_.clear();
    try {
        stage_copies(actions, manifest, image);
        for (const SyncAction& action : actions) {
            if (action.kind != Kind::move) continue;
            // It may be what a delivery that was killed has left in the cache alone.
            files_.open(directory_ / action.from, FileSystem::Mode::update)->sync();
        }
        files_.sync_directory(directory_);
    } catch (...) {
        discard_staged();
        throw;
    }
    write_manifest(files_, directory_, store_files::arriving, manifest);
    put_in_place(actions);
    publish(manifest);
}

bool Delivery::is_mixture() const {
    return store_files::has(files_, directory_, store_files::arriving);
}

std::string Delivery::next_staged_name() {
    if (staged_names_ == 0) {
        for (const std::string& name : files_.list(directory_)) {
            staged_names_ = std::max(staged_names_, store_files::staged_number(name).value_or(0));
        }
    }
    return store_files::staged_name(++staged_names_);
}

void Delivery::stage_copies(const std::vector<SyncAction>& actions, const Manifest& manifest,
                            StoreImage& image) {
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

void Delivery::discard_staged() noexcept {
    for (const Staged& file : staged_) {
        try {
            files_.remove(directory_ / file.staged);
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the next one removes it
        }
    }
}

void Delivery::put_in_place(const std::vector<SyncAction>& actions) {
    // All that moves leaves its place before anything takes a place: names may be swapped, and a
    // power cut may undo some of these renames and not others.
    for (const SyncAction& action : actions) {
        if (action.kind != Kind::move) continue;
        if (store_files::is_staged(action.from)) {
            staged_.push_back({action.from, action.to});
            continue;
        }
        const std::string name = next_staged_name();
        files_.rename(directory_ / action.from, directory_ / name);
        staged_.push_back({name, action.to});
    }
    files_.sync_directory(directory_);
    for (const Staged& file : staged_) {
        files_.rename(directory_ / file.staged, directory_ / file.to);
    }
    for (const SyncAction& action : actions) {
        if (action.kind == Kind::remove) files_.remove(directory_ / action.from);
    }
    files_.sync_directory(directory_);
}

void Delivery::publish(const Manifest& manifest) {
    if (manifest.purpose == Manifest::Purpose::backup) {
        files_.rename(directory_ / store_files::arriving, directory_ / store_files::manifest);
    } else {
        // A store that someone will write to is no backup any more.
        if (store_files::has(files_, directory_, store_files::manifest)) {
            files_.remove(directory_ / store_files::manifest);
            files_.sync_directory(directory_);
        }
        files_.remove(directory_ / store_files::arriving);
    }
    files_.sync_directory(directory_);
}

}  // namespace allot
