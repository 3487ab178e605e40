#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include "engine/fact.hpp"

namespace allot {

/// A file of a store is damaged. The store has changed nothing; an operator has to decide. The text
/// names the file, the offset in it, the LSN where reading stopped, and the broken rule.
class CorruptStore : public std::runtime_error {
public:
    CorruptStore(std::string file, std::uint64_t offset, Lsn lsn, const std::string& why)
        : std::runtime_error{file + ": offset " + std::to_string(offset) + ", LSN " +
                             std::to_string(lsn) + ": " + why},
          file_{std::move(file)},
          offset_{offset},
          lsn_{lsn} {}

    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    [[nodiscard]] Lsn lsn() const noexcept { return lsn_; }

private:
    std::string file_;
    std::uint64_t offset_;
    Lsn lsn_;
};

/// A file is undamaged, but has a format version that this program does not read.
class UnknownFormat : public CorruptStore {
public:
    using CorruptStore::CorruptStore;
};

/// A store's directory is locked: another process, or another Store of this process, has it open.
/// The code is errc::resource_unavailable_try_again, like that of FileSystem::lock().
class StoreInUse : public std::system_error {
public:
    explicit StoreInUse(const std::filesystem::path& directory)
        : std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)},
          directory_{directory.string()},
          text_{directory_ + " is open in another process or store"} {}

    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

private:
    std::string directory_;
    std::string text_;
};

}  // namespace allot
