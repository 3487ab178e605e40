#pragma once

#include <string_view>

#include "net/cli/io/console.hpp"
#include "net/cli/settings/settings.hpp"
#include "storage/backup/backup.hpp"

namespace allot::program {

/// `backup_store` or `restore_store`.
using CopyStore = CopyReport (*)(FileSystem& from_files, const std::filesystem::path& from,
                                 FileSystem& to_files, const std::filesystem::path& to,
                                 const CopyOptions& options);

/// Copies a store between the two directories that are the operands, as `--dry-run` and `--replace`
/// say, with a progress bar on a terminal; prints each action on a line of its own, and finally the
/// contents of the copy. \return the exit code. \throws UsageError if both operands are one
/// directory; else what `copy` throws.
int run_copy(const Settings& settings, Console& console, std::string_view command, CopyStore copy);

}  // namespace allot::program
