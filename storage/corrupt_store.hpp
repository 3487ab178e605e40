#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "engine/fact.hpp"

namespace allot {

/// A file of a store is not what was written: nothing was changed, and an operator has to decide.
/// The text names the file, the offset in it, the LSN where reading stopped, and the rule.
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

/// A file is whole, and of a format that this program does not read.
class UnknownFormat : public CorruptStore {
public:
    using CorruptStore::CorruptStore;
};

}  // namespace allot
