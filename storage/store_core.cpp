#include "storage/store_core.hpp"

#include <random>
#include <system_error>
#include <utility>

namespace allot {

namespace {

std::unique_ptr<FileLock> lock_store(FileSystem& files, const std::filesystem::path& directory) {
    refuse_foreign_directory(files, directory);
    files.create_directories(directory);
    try {
        return files.lock(directory / "LOCK");
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        throw std::system_error{error.code(),
                                directory.string() + " is open in another process or store"};
    }
}

/// Recovers, and makes the files fit to be written on.
Recovered prepare_store(FileSystem& files, const std::filesystem::path& directory,
                        const StoreOptions& options) {
    Recovered recovered = recover(files, directory, options);
    if (const auto& torn = recovered.journal.torn) {
        if (options.warning) {
            options.warning("a torn tail is cut off: " + std::to_string(torn->bytes) +
                            " bytes after LSN " + std::to_string(recovered.journal.tail.last) +
                            " in " + journal::segment_name(torn->segment) +
                            "; a copy is kept beside it");
        }
        cut_torn_tail(files, directory, *torn);
    }
    JournalTail& tail = recovered.journal.tail;
    if (tail.segment == 0) {
        std::random_device source;
        tail.store_id = std::uint64_t{source()} << 32U | source();
    }
    ++tail.epoch;
    return recovered;
}

}  // namespace

StoreCore::StoreCore(FileSystem& files, const std::filesystem::path& directory, StoreOptions given,
                     Clock& clock)
    : options{std::move(given)},
      lock{lock_store(files, directory)},
      recovered{prepare_store(files, directory, options)},
      repository{*recovered.repository},
      journal{files, directory, recovered.journal.tail, recovered.journal.segments, options},
      bus{repository, journal, clock},
      snapshotter{files,      directory, recovered.journal.tail.store_id,
                  repository, journal,   recovered.snapshots} {}

bool StoreCore::snapshot_is_due() noexcept {
    const std::uint64_t bytes = journal.bytes_appended();
    if (options.snapshot_every_bytes == 0) return false;
    if (bytes - snapshot_at_bytes_ < options.snapshot_every_bytes) return false;
    snapshot_at_bytes_ = bytes;
    return true;
}

}  // namespace allot
