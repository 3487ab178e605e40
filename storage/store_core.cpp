#include "storage/store_core.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include "storage/format/rewound_file.hpp"
#include "storage/format/store_files.hpp"

namespace allot {

namespace {

std::unique_ptr<FileLock> lock_store(FileSystem& files, const std::filesystem::path& directory) {
    refuse_foreign_directory(files, directory);
    files.create_directories(directory);
    return store_files::lock_directory(files, directory);
}

/// Removes unfinished files that a killed process has left.
void remove_unfinished(FileSystem& files, const std::filesystem::path& directory) {
    for (const std::string& name : files.list(directory)) {
        if (!store_files::is_unfinished(name)) continue;
        try {
            files.remove(directory / name);
        } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): it is replaced later
        }
    }
}

/// Recovers, and prepares the files for writing.
Recovered prepare_store(FileSystem& files, const std::filesystem::path& directory,
                        const StoreOptions& options, HistoryId history) {
    Recovered recovered = recover(files, directory, options);
    remove_unfinished(files, directory);
    if (const auto& torn = recovered.journal.torn) {
        if (options.warning) {
            options.warning("a torn tail is cut off: " + std::to_string(torn->bytes) +
                            " bytes after LSN " + std::to_string(recovered.journal.tail.last) +
                            " in " + journal::segment_name(torn->segment) +
                            "; a copy is kept beside it");
        }
        clear_torn_tail(files, directory, *torn);
    }
    JournalTail& tail = recovered.journal.tail;
    if (tail.segment == 0) tail.store_id = random_id();
    tail.history = history;
    ++tail.epoch;
    return recovered;
}

StoreOptions checked(StoreOptions options) {
    const auto& [mode, interval] = options.durability;
    if (options.segment_bytes < StoreOptions::segment_bytes_min ||
        options.segment_bytes > StoreOptions::segment_bytes_max) {
        throw std::invalid_argument{"segment_bytes is " + std::to_string(options.segment_bytes) +
                                    "; expected 1 KiB to 1 GiB"};
    }
    if (mode == Durability::Mode::interval &&
        (interval < Durability::interval_min || interval > Durability::interval_max)) {
        throw std::invalid_argument{"the interval is " + std::to_string(interval.count()) +
                                    " ms; expected 1 to 60000"};
    }
    if (options.keep_journal_age.count() < 0 ||
        options.keep_journal_age > StoreOptions::keep_journal_age_max) {
        throw std::invalid_argument{"keep_journal_age is " +
                                    std::to_string(options.keep_journal_age.count()) +
                                    " s; expected 0 to 100 years"};
    }
    if (options.warning) {
        // No exception may reach the code that warns.
        options.warning = [warning = std::move(options.warning)](std::string_view text) noexcept {
            try {
                warning(text);
            } catch (...) {
            }
        };
    }
    return options;
}

}  // namespace

StoreCore::StoreCore(FileSystem& files, const std::filesystem::path& directory, StoreOptions given,
                     Clock& clock, HistoryId id)
    : options{checked(std::move(given))},
      lock{lock_store(files, directory)},
      recovered{prepare_store(files, directory, options, id)},
      repository{*recovered.repository},
      journal{files,   directory,          recovered.journal.tail, recovered.journal.segments,
              options, recovered.histories},
      history{files, directory, journal},
      bus{repository, journal, clock},
      snapshotter{files, directory,          recovered.journal.tail.store_id, repository, journal,
                  mutex, recovered.snapshots} {
    const auto lost = rewound_file::read(files, directory, recovered.journal.tail.store_id);
    if (!lost && !recovered.journal.torn) return;
    journal.begin_history(lost.value_or(Histories::LostHistories{}));
    if (lost) rewound_file::remove(files, directory);
}

bool StoreCore::snapshot_is_due() noexcept {
    const std::uint64_t bytes = recovered.journal.bytes_given + journal.bytes_appended();
    if (options.snapshot_every_bytes == 0) return false;
    if (bytes - snapshot_at_bytes_ < options.snapshot_every_bytes) return false;
    snapshot_at_bytes_ = bytes;
    return true;
}

}  // namespace allot
