#include "storage/backup/backup.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "storage/backup/directory_install.hpp"
#include "storage/format/file_content.hpp"
#include "storage/format/rewound_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/journal/journal_scan.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/recovery/store_image.hpp"
#include "storage/repair/repair_analysis.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using Kind = SyncAction::Kind;
using Purpose = Manifest::Purpose;

void warn(const CopyOptions& options, const std::string& text) {
    if (options.warning) options.warning(text);
}

/// Locks the directory that will change, and creates it if it does not exist.
std::unique_ptr<FileLock> enter(FileSystem& files, const fs::path& directory,
                                const CopyOptions& options) {
    if (options.dry_run) return store_files::lock_if_there(files, directory);
    files.create_directories(directory);
    return store_files::lock_directory(files, directory);
}

void finish_interrupted(DirectoryInstall& install, const CopyOptions& options) {
    if (options.dry_run || install.finish_interrupted()) return;
    warn(options, "the files of an interrupted command are damaged, and will be replaced");
}

CopyReport report_on(const Manifest& manifest, std::vector<SyncAction> actions) {
    CopyReport report;
    report.last = manifest.last;
    report.files = manifest.files.size();
    for (const auto& [name, content] : manifest.files) report.bytes += content.bytes;
    for (const SyncAction& action : actions) {
        // Other copies are files of the replaced store that a restore keeps.
        const auto file = manifest.files.find(action.to);
        if (action.kind == Kind::copy && file != manifest.files.end()) {
            report.bytes_copied += file->second.bytes;
        }
    }
    report.actions = std::move(actions);
    return report;
}

/// Identifies a journaled unit of work: two histories of a store never have the same one.
struct Unit {
    std::vector<std::byte> facts;
    UnixMicros time;
    friend bool operator==(const Unit&, const Unit&) = default;
};

/// The unit of a fact; none when the journal does not go back so far.
std::optional<Unit> unit_of(StoreImage& image, Lsn lsn) {
    std::optional<Unit> found;
    const UnitSink keep_first = [&](std::span<const JournaledUnit> units) {
        const JournaledUnit& first = units.front();
        if (!found) found = Unit{{first.bytes.begin(), first.bytes.end()}, first.time};
        return true;
    };
    try {
        scan_journal(image.files, {}, lsn - 1, keep_first, {});
    } catch (const CorruptStore&) {
        return std::nullopt;
    }
    return found;
}

/// The store that a directory holds, and its last fact.
struct Holding {
    std::uint64_t store_id;
    Lsn last;
    std::optional<Unit> last_unit;  // none: it could not be read
};

/// The store that the destination of a backup holds; from its manifest if its files are damaged.
std::optional<Holding> holding_of(FileSystem& files, const fs::path& directory) {
    std::optional<Holding> known;
    for (const auto name : {store_files::manifest, store_files::install_list}) {
        try {
            const auto manifest = read_manifest(files, directory, name);
            if (manifest) known = Holding{manifest->store_id, manifest->last, {}};
        } catch (const CorruptStore&) {
            continue;
        }
    }
    try {
        StoreImage image = take_image(files, directory);
        // The files may be newer than the manifest: the backup may have been opened as a store.
        return Holding{image.store_id, image.last, unit_of(image, image.last)};
    } catch (const std::exception&) {
        return known;
    }
}

void refuse_to_lose(FileSystem& files, const fs::path& destination, StoreImage& source,
                    const CopyOptions& options) {
    if (options.replace || !holds_store(files, destination)) return;
    const std::string where = destination.string();
    const auto there = holding_of(files, destination);
    if (!there) {
        throw CopyRefused{where +
                          " holds damaged files, which do not show to which store they belong"};
    }
    if (there->store_id != source.store_id) {
        throw CopyRefused{where + " holds a copy of another store"};
    }
    if (there->last > source.last) {
        throw CopyRefused{where + " reaches LSN " + std::to_string(there->last) +
                          ", the source only LSN " + std::to_string(source.last)};
    }
    // A restored store has the same id, but its history may have diverged.
    if (!there->last_unit) return;
    const auto here = unit_of(source, there->last);
    if (here && *here != *there->last_unit) {
        throw CopyRefused{where + " holds at LSN " + std::to_string(there->last) +
                          " a fact that the source does not have: the two diverged after a "
                          "restore"};
    }
}

Manifest manifest_of(StoreImage& image, Purpose purpose, const CopyOptions& options) {
    return {.purpose = purpose,
            .store_id = image.store_id,
            .last = image.last,
            .files = image.contents(options.progress)};
}

bool is_up_to_date(FileSystem& files, const fs::path& directory, const Manifest& manifest) {
    try {
        return !store_files::has(files, directory, store_files::install_list) &&
               read_manifest(files, directory, store_files::manifest) == manifest;
    } catch (const CorruptStore&) {
        return false;
    }
}

/// The manifest of a backup, also of an unfinished one; none when it is a plain store.
std::optional<Manifest> manifest_in(FileSystem& files, const fs::path& backup) {
    auto manifest = read_manifest(files, backup, store_files::install_list);
    if (!manifest) manifest = read_manifest(files, backup, store_files::manifest);
    if (manifest && manifest->purpose != Purpose::backup) {
        store_files::refuse_incomplete(files, backup);
    }
    return manifest;
}

/// \return the histories in the backup.
/// \throws CorruptStore unless the backup passes the check, and gives the last LSN in its manifest.
Histories verify(StoreImage& image, const CopyOptions& options) {
    const CheckReport report = check_files(image.files, {}, options.progress);
    if (report.ok && report.last == image.last) return report.histories;
    std::string why = "the backup is not good";
    for (const std::string& finding : report.findings) why += "; " + finding;
    throw CorruptStore{std::string{store_files::manifest}, 0, report.last, why};
}

/// Adds the file REWOUND to the image, because of which the store begins a history when it is next
/// opened. \param histories in the image.
/// \param there the destination of the image: other histories of a store in it will be lost.
void rewind(StoreImage& image, const Histories& histories, FileSystem& files, const fs::path& there,
            Manifest& manifest) {
    Histories lost;
    if (const auto known = rewound_file::read(image.files, {}, image.store_id)) {
        lost.add_lost(*known);
    }
    if (holds_store(files, there)) {
        const RepairAnalysis replaced{files, there, {}};
        if (replaced.store_id() == image.store_id) {
            lost.add_lost(histories.lost_since(replaced.histories(), image.last));
        }
    }
    auto bytes = rewound_file::bytes_of(image.store_id, lost.lost());
    const std::uint64_t size = bytes.size();
    const std::string name{rewound_file::name};
    image.files.put(name, {nullptr, size, {{0, std::move(bytes)}}});
    manifest.files[name] = content_of(*image.files.open(name, FileSystem::Mode::read), size);
}

/// Adds the files of the present store to the manifest, under names that keep them.
/// \param incomplete after an interrupted install, files without a final name may belong to it,
/// too.
void keep_aside(const FileContents& there, const std::vector<std::string>& names, bool incomplete,
                Manifest& manifest) {
    std::string prefix;
    for (int n = 1; prefix.empty(); ++n) {
        const std::string candidate = "replaced-" + std::to_string(n) + "-";
        const bool taken = std::ranges::any_of(
            names, [&](const std::string& name) { return name.starts_with(candidate); });
        if (!taken) prefix = candidate;
    }
    const FileContents wanted = manifest.files;
    for (const auto& [name, content] : there) {
        if (store_files::is_staged(name) && !incomplete) continue;
        const auto same = wanted.find(name);
        if (same == wanted.end() || same->second != content) {
            manifest.files.emplace(prefix + name, content);
        }
    }
}

}  // namespace

CopyReport backup_store(FileSystem& source_files, const fs::path& source, FileSystem& files,
                        const fs::path& destination, const CopyOptions& options) {
    StoreImage image = take_image(source_files, source, options.progress);
    for (const std::string& note : image.notes) warn(options, note);
    const auto lock = enter(files, destination, options);
    DirectoryInstall install{files, destination, options.progress};
    finish_interrupted(install, options);
    if (!install.is_incomplete()) refuse_foreign_directory(files, destination);
    refuse_to_lose(files, destination, image, options);
    const Manifest manifest = manifest_of(image, Purpose::backup, options);
    auto actions = plan_sync(manifest.files, install.contents());
    const bool done = actions.empty() && is_up_to_date(files, destination, manifest);
    if (!options.dry_run && !done) install.carry_out(actions, manifest, image);
    return report_on(manifest, std::move(actions));
}

CopyReport restore_store(FileSystem& backup_files, const fs::path& backup, FileSystem& files,
                         const fs::path& directory, const CopyOptions& options) {
    const auto stated = manifest_in(backup_files, backup);
    StoreImage image = stated ? image_of_backup(backup_files, backup, *stated, options.progress)
                              : take_image(backup_files, backup, options.progress);
    const Histories histories = verify(image, options);
    const auto lock = enter(files, directory, options);
    DirectoryInstall install{files, directory, options.progress};
    finish_interrupted(install, options);
    if (!install.is_incomplete()) refuse_foreign_directory(files, directory);
    Manifest manifest = stated ? *stated : manifest_of(image, Purpose::restore, options);
    manifest.purpose = Purpose::restore;
    const Manifest backed_up = manifest;
    rewind(image, histories, files, directory, manifest);
    const FileContents there = install.contents();
    const bool done = plan_sync(manifest.files, there).empty();
    if (!done && holds_store(files, directory) && !options.replace) {
        throw CopyRefused{directory.string() + " holds a store"};
    }
    Manifest with_kept = manifest;
    keep_aside(there, files.list(directory), install.is_incomplete(), with_kept);
    auto actions = plan_sync(with_kept.files, there);
    if (!options.dry_run && !done) install.carry_out(actions, with_kept, image);
    return report_on(backed_up, std::move(actions));
}

}  // namespace allot
