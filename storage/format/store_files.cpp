#include "storage/format/store_files.hpp"

#include <algorithm>
#include <system_error>

#include "engine/digits.hpp"
#include "storage/errors.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/format/rewound_file.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/format/snapshot_format.hpp"

namespace allot::store_files {

namespace {
/// True for a name without characters that a manifest could misread.
bool is_plain(std::string_view name) {
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}
}  // namespace

bool belongs_to_store(std::string_view name) {
    return journal::segment_number(name) || snapshot::start_of(name) || sink_file::sink_of(name) ||
           name == rewound_file::name ||
           ((name.starts_with(torn_prefix) || name.starts_with("lost-")) && is_plain(name));
}

std::string staged_name(std::uint64_t number) { return "arriving-" + std::to_string(number); }

std::optional<std::uint64_t> staged_number(std::string_view name) {
    constexpr std::string_view prefix = "arriving-";
    if (!name.starts_with(prefix)) return std::nullopt;
    return integer_in(name.substr(prefix.size()));
}

bool is_unfinished(std::string_view name) {
    return name == snapshot::temporary_name || name == journal::temporary_name ||
           sink_file::is_temporary(name);
}

bool is_ours(std::string_view name) {
    return belongs_to_store(name) || is_staged(name) || name.starts_with("replaced-") ||
           name.starts_with(install_list) || name == lock || name == manifest ||
           is_unfinished(name);
}

bool has(FileSystem& files, const std::filesystem::path& directory, std::string_view name) {
    const auto names = files.list(directory);
    return std::ranges::find(names, name) != names.end();
}

void refuse_incomplete(FileSystem& files, const std::filesystem::path& directory) {
    if (!has(files, directory, install_list)) return;
    throw std::system_error{std::make_error_code(std::errc::operation_in_progress),
                            directory.string() +
                                " holds an unfinished backup or restore: run that command again, "
                                "or restore it into another directory"};
}

std::string unused_name(FileSystem& files, const std::filesystem::path& directory,
                        const std::string& name) {
    const auto names = files.list(directory);
    std::string unused = name;
    for (int i = 2; std::ranges::find(names, unused) != names.end(); ++i) {
        unused = name + "." + std::to_string(i);
    }
    return unused;
}

void rename_durably(FileSystem& files, const std::filesystem::path& directory,
                    const std::string& from, const std::string& to) {
    if (files.link(directory / from, directory / to)) {
        files.sync_directory(directory);
        files.remove(directory / from);
    } else {
        files.rename(directory / from, directory / to);
    }
    files.sync_directory(directory);
}

std::unique_ptr<FileLock> lock_if_there(FileSystem& files, const std::filesystem::path& directory) {
    return has(files, directory, lock) ? lock_directory(files, directory) : nullptr;
}

std::unique_ptr<FileLock> lock_directory(FileSystem& files,
                                         const std::filesystem::path& directory) {
    try {
        return files.lock(directory / lock);
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        throw StoreInUse{directory};
    }
}

}  // namespace allot::store_files
