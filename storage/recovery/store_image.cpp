#include "storage/recovery/store_image.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "storage/format/file_content.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/journal/journal_scan.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/snapshot/snapshot_file.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using ShowProgress = std::function<void(const Progress&)>;

[[noreturn]] void refuse_no_store(const fs::path& directory) {
    throw std::system_error{std::make_error_code(std::errc::no_such_file_or_directory),
                            "no store in " + directory.string()};
}

/// Syncs the last segment, so that a restart of the store finds everything in the image, even after
/// a power cut: otherwise the copy might hold facts that the store has lost.
void sync_tail(FileView& view, const JournalTail& tail) {
    view.entries().at(journal::segment_name(tail.segment)).file->sync();
}

/// Removes unused segments, and everything in the last segment after the journal's end.
void trim_journal(FileView& view, const JournalTail& tail) {
    for (const std::string& name : view.list({})) {
        const auto number = journal::segment_number(name);
        if (!number || *number < tail.segment) continue;
        if (*number > tail.segment) {
            view.drop(name);
        } else {
            const FileView::Entry& whole = view.entries().at(name);
            view.put(name, {whole.file, tail.offset, {}, whole.bytes - tail.offset});
        }
    }
}

/// Removes damaged snapshots. \throws CorruptStore when the journal needs a good one.
void trim_snapshots(StoreImage& image, const JournalScan& scan) {
    const JournalTail& tail = scan.tail;
    const Lsn begins = scan.segments.front().first;
    bool reaches_back = begins == 1;
    for (const Lsn start : list_snapshots(image.files, {})) {
        const std::string name = snapshot::file_name(start);
        try {
            const snapshot::Header header = snapshot::verify(image.files, name).header;
            if (header.store_id != tail.store_id) {
                throw CorruptStore{name, 0, start, "the snapshot belongs to another store"};
            }
            if (header.end > tail.last) {
                throw CorruptStore{journal::segment_name(tail.segment), tail.offset, tail.last + 1,
                                   "the journal ends before LSN " + std::to_string(header.end) +
                                       ", which " + name + " holds"};
            }
            reaches_back = reaches_back || start + 1 >= begins;
        } catch (const UnknownFormat&) {
            throw;
        } catch (const CorruptStore& error) {
            if (error.file() != name) throw;
            image.notes.push_back("left out: " + std::string{error.what()});
            image.files.drop(name);
        }
    }
    if (!reaches_back) {
        throw CorruptStore{journal::segment_name(scan.segments.front().number), 0, begins,
                           "no good snapshot holds the facts before the journal's beginning"};
    }
}

/// Removes damaged positions of event sinks, whose facts can be sent again. A position that has
/// moved beyond the image while it was taken is set to the image's end.
void trim_positions(StoreImage& image, const JournalScan& scan) {
    const JournalTail& tail = scan.tail;
    for (const std::string& sink : sink_file::sinks_in(image.files, {})) {
        const std::string file = sink_file::file_name(sink);
        try {
            const auto position = sink_file::read(image.files, {}, sink, tail.store_id);
            const auto begun = scan.histories.begun();
            if (!position || position->acked <= tail.last || begun.empty()) continue;
            auto bytes =
                sink_file::bytes_of(tail.store_id, {scan.histories.at(tail.last), tail.last});
            const std::uint64_t size = bytes.size();
            image.files.put(file, {nullptr, size, {{0, std::move(bytes)}}});
        } catch (const UnknownFormat&) {
            throw;
        } catch (const CorruptStore& error) {
            image.notes.push_back("left out: " + std::string{error.what()});
            image.files.drop(file);
        }
    }
}

FileView try_open_files(FileSystem& files, const fs::path& directory) {
    FileView view;
    for (const std::string& name : files.list(directory)) {
        if (!store_files::belongs_to_store(name)) continue;
        std::shared_ptr<File> file = files.open(directory / name, FileSystem::Mode::read);
        const std::uint64_t bytes = file->size();
        view.put(name, {std::move(file), bytes, {}});
    }
    if (view.entries().empty()) refuse_no_store(directory);
    return view;
}

StoreImage try_image(FileSystem& files, const fs::path& directory, const ShowProgress& progress) {
    StoreImage image;
    image.files = open_files(files, directory);
    const UnitSink ignore = [](std::span<const JournaledUnit>) { return true; };
    const JournalScan scan = scan_journal(image.files, {}, std::nullopt, ignore, progress);
    if (scan.segments.empty()) {
        // Either the process ended while it created the store, or the journal is lost.
        if (list_snapshots(image.files, {}).empty()) refuse_no_store(directory);
        throw CorruptStore{"journal", 0, 1, "there are snapshots, and no journal"};
    }
    if (scan.torn && scan.torn->groups_follow) {
        image.notes.push_back("whole groups follow a damaged one after LSN " +
                              std::to_string(scan.tail.last) + "; they are not copied");
    }
    sync_tail(image.files, scan.tail);
    trim_journal(image.files, scan.tail);
    trim_snapshots(image, scan);
    trim_positions(image, scan);
    image.store_id = scan.tail.store_id;
    image.last = scan.tail.last;
    return image;
}

}  // namespace

FileContents StoreImage::contents(const ShowProgress& progress) {
    std::uint64_t total = 0;
    for (const auto& [name, entry] : files.entries()) total += entry.size();
    std::uint64_t read = 0;
    FileContents contents;
    for (const auto& [name, entry] : files.entries()) {
        const auto file = files.open(name, FileSystem::Mode::read);
        contents[name] = content_of(*file, entry.size(), [&](std::uint64_t bytes) {
            read += bytes;
            if (progress) progress({"reading the store", read, total});
        });
    }
    return contents;
}

FileView open_files(FileSystem& files, const fs::path& directory) {
    for (int attempt = 1;; ++attempt) {
        try {
            return try_open_files(files, directory);
        } catch (const std::system_error& error) {
            // A listed file may have been removed before it was opened.
            const bool gone = error.code() == std::errc::no_such_file_or_directory;
            if (!gone || attempt == StoreImage::attempts_max || !holds_store(files, directory))
                throw;
        }
    }
}

// A store that is being written can look damaged for two reasons:
//
// - the journal grows while a segment is read: the bytes read first lack a frame that bytes read
//   later declare durable;
// - files are created and removed while the directory is listed, and the list is inconsistent.
//
// So an error counts as damage only when two attempts in a row find it.
StoreImage take_image(FileSystem& files, const fs::path& directory, const ShowProgress& progress) {
    store_files::refuse_incomplete(files, directory);
    std::string damage;
    for (int attempt = 1;; ++attempt) {
        try {
            return try_image(files, directory, progress);
        } catch (const UnknownFormat&) {
            throw;
        } catch (const CorruptStore& error) {
            if (error.what() == damage || attempt == StoreImage::attempts_max) throw;
            damage = error.what();
        }
    }
}

StoreImage image_of_backup(FileSystem& files, const fs::path& directory, const Manifest& manifest,
                           const ShowProgress& progress) {
    const auto names = files.list(directory);
    std::multimap<Content, std::shared_ptr<File>> found;
    std::uint64_t done = 0;
    for (const std::string& name : names) {
        if (progress) progress({"reading the backup", done++, names.size()});
        const bool ours = store_files::belongs_to_store(name) || store_files::is_staged(name) ||
                          manifest.files.contains(name);
        if (!ours) continue;
        const std::shared_ptr<File> file = files.open(directory / name, FileSystem::Mode::read);
        found.emplace(content_of(*file, file->size()), file);
    }
    StoreImage image;
    image.store_id = manifest.store_id;
    image.last = manifest.last;
    for (const auto& [name, content] : manifest.files) {
        const auto same = found.find(content);
        if (same == found.end()) {
            throw CorruptStore{name, 0, 0,
                               "the file is missing, or has changed since the backup; a store may "
                               "have been opened there"};
        }
        image.files.put(name, {same->second, content.bytes, {}});
    }
    return image;
}

}  // namespace allot
