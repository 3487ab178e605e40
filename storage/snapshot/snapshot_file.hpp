#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "storage/errors.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/io/temporary_file.hpp"
#include "storage/options.hpp"

namespace allot::snapshot {

/// Writes a snapshot under a temporary name, and renames it when it is complete. If it is destroyed
/// before that, the store is unchanged.
class Writer {
public:
    /// \param start replay will begin after it.
    Writer(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
           Lsn start);

    void add(const Chunk& chunk);
    /// Completes the file, syncs it, reads it back and verifies it, and renames it.
    /// \param histories as recorded in the journal up to `end`.
    /// \pre the journal is durable to `end`: a snapshot must not hold facts that the journal may
    /// lose. \return the file's bytes.
    std::uint64_t finish(Lsn end, const Histories& histories);

private:
    void add_chunk(ChunkHeader header);

    FileSystem& files_;
    const std::filesystem::path directory_;
    TemporaryFile file_;
    Header header_{};
    std::string buffer_;  // the chunk that is written
};

/// The contents of a snapshot other than its products.
struct Verified {
    Header header;
    Histories histories;  ///< none in versions before 3
};

/// Verifies every checksum of a snapshot, and opens no archive.
/// \throws CorruptStore when it is damaged; std::system_error when it cannot be read.
Verified verify(FileSystem& files, const std::filesystem::path& path);

/// Verifies a snapshot, then rebuilds its products in an empty repository.
/// \throws as verify(); the repository must not be used then.
Verified load(FileSystem& files, const std::filesystem::path& path, Repository& repository,
              const std::function<void(const Progress&)>& progress);

}  // namespace allot::snapshot
