#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/backup/backup.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

inline StoreOptions backup_options() {
    StoreOptions options = small_options();
    options.segment_bytes = 8U << 10U;
    return options;
}

/// Source and destination on a simulated disk each.
struct BackupFixture {
    using Kind = SyncAction::Kind;

    SimulatedDisk source;
    SimulatedDisk disk;
    History hashes;
    Random random{7};

    Lsn work(int units, bool snapshots = true) {
        Store store = Store::open(source, "store", backup_options());
        hashes.happened(store.journal().last(), store.state_hash());
        for (int i = 1; i <= units; ++i) {
            const Lsn last = execute_random_unit(store, random, hashes);
            if (i % 5 == 0) store.wait(last);
            if (snapshots && i % 60 == 0) (void)store.snapshot();
        }
        store.wait(store.journal().last());
        return store.journal().last();
    }
    CopyReport back_up(const CopyOptions& options = {}) {
        return backup_store(source, "store", disk, "backup", options);
    }
    [[nodiscard]] std::size_t count(const CopyReport& report, Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count(report.actions, kind, &SyncAction::kind));
    }
};

/// \return the error of a copy; empty when it is right.
inline std::string judge(FileSystem& files, const std::filesystem::path& directory,
                         const History& hashes, Lsn at_least) {
    const CheckReport report = check_files(files, directory);
    if (!report.ok) return report.findings.front();
    if (report.last < at_least) {
        return "it reaches LSN " + std::to_string(report.last) + ", durable was " +
               std::to_string(at_least);
    }
    return hashes.judge(report.last, report.state_hash);
}

inline std::string first_of(const std::vector<std::string>& findings) {
    return findings.empty() ? "" : findings.front();
}

}  // namespace allot::testing
