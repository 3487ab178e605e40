#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "storage/io/file_system.hpp"
#include "storage/io/sync_plan.hpp"

namespace allot {

/// A function that receives the number of bytes that were read or copied.
using BytesDone = std::function<void(std::uint64_t bytes)>;

/// Hashes the first `bytes` of a file.
/// \throws std::system_error when it can't be read, or is shorter.
Content content_of(File& file, std::uint64_t bytes, const BytesDone& done = {});

/// Hashes a whole file.
Content content_of(FileSystem& files, const std::filesystem::path& path,
                   const BytesDone& done = {});

/// Writes the first `bytes` of `from` to a new file, syncs it, reads it back and hashes it. The
/// directory is not synced. \throws std::system_error errc::io_error when the hash differs from
/// that of `expected`.
void copy_verified(File& from, const Content& expected, FileSystem& files,
                   const std::filesystem::path& to, const BytesDone& done = {});

}  // namespace allot
