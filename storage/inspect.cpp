#include "storage/inspect.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/recovery.hpp"

namespace allot {

namespace {

/// Keeps a process from opening the store meanwhile, if one ever has.
std::unique_ptr<FileLock> lock_if_there(FileSystem& files, const std::filesystem::path& directory) {
    const auto names = files.list(directory);
    if (names.empty()) {
        throw std::system_error{std::make_error_code(std::errc::no_such_file_or_directory),
                                directory.string() + " holds no store"};
    }
    if (std::ranges::find(names, "LOCK") == names.end()) return nullptr;
    try {
        return files.lock(directory / "LOCK");
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        throw std::system_error{error.code(), directory.string() + " is open in another process"};
    }
}

/// Each snapshot with the journal after it, and the journal alone where it goes back to the
/// beginning, have to give one and the same state.
void compare_sources(FileSystem& files, const std::filesystem::path& directory,
                     const Recovered& newest, CheckReport& report) {
    std::vector<Lsn> sources = newest.snapshots;
    if (!sources.empty()) sources.pop_back();  // the newest was used already
    const auto& segments = newest.journal.segments;
    const bool whole = !segments.empty() && segments.front().first == 1;
    if (whole && !newest.snapshots.empty()) sources.push_back(0);
    for (const Lsn start : sources) {
        const Recovered other = recover_from(files, directory, start, {});
        if (state_hash(*other.repository) == report.state_hash) continue;
        report.ok = false;
        report.findings.push_back("replay from LSN " + std::to_string(start) +
                                  " gives another state than the newest snapshot");
    }
}

}  // namespace

bool holds_store(const std::filesystem::path& directory) {
    return holds_store(posix_file_system(), directory);
}

CheckReport check_store(const std::filesystem::path& directory) {
    FileSystem& files = posix_file_system();
    const auto lock = lock_if_there(files, directory);
    refuse_foreign_directory(files, directory);
    CheckReport report;
    StoreOptions options;
    options.warning = [&](std::string_view text) {
        report.ok = false;
        report.findings.emplace_back(text);
    };
    try {
        const Recovered recovered = recover(files, directory, options);
        MemoryRepository& repository = *recovered.repository;
        report.last = recovered.journal.tail.last;
        report.replayed = recovered.replayed;
        report.products = repository.size();
        report.batches = repository.ledger().batch_count();
        report.lines = repository.ledger().line_count();
        report.snapshots = recovered.snapshots.size();
        report.state_hash = state_hash(repository);
        if (const auto& torn = recovered.journal.torn) {
            report.findings.push_back("a torn tail of " + std::to_string(torn->bytes) +
                                      " bytes, not known to be durable, which the next start cuts");
            if (torn->groups_follow) {
                report.ok = false;
                report.findings.emplace_back(
                    "whole groups stand behind it: a power cut in a mode that does not wait for a "
                    "sync, or damage");
            }
        }
        for (std::string& violation : violations(repository)) {
            report.ok = false;
            report.findings.push_back(std::move(violation));
        }
        compare_sources(files, directory, recovered, report);
    } catch (const CorruptStore& error) {
        report.ok = false;
        report.findings.emplace_back(error.what());
    }
    return report;
}

namespace {

/// Reads a journal once. \param next the first LSN to be given; moves on with what was given.
void read_once(const std::filesystem::path& directory, Lsn& next, bool go_on,
               const std::function<void(const CommittedFact&)>& use) {
    const auto after = go_on ? std::optional{next - 1} : std::nullopt;
    scan_journal(posix_file_system(), directory, after,
                 [&](std::span<const Fact> unit, Lsn first, UnixMicros time) {
                     for (std::size_t i = 0; i < unit.size(); ++i) {
                         if (first + i < next) continue;
                         use({first + i, time, unit[i]});
                         next = first + i + 1;
                     }
                     return true;
                 },
                 {});
}

}  // namespace

void read_journal(const std::filesystem::path& directory, Lsn from,
                  const std::function<void(const CommittedFact&)>& use) {
    // A store that is being written: what was read of one place may be older than what was read of
    // a later one, or a segment is pruned before it is opened. Damage is what is met again.
    Lsn next = from;
    std::string met;
    const auto again = [&](const char* what) { return std::exchange(met, what) == what; };
    for (;;) {
        try {
            return read_once(directory, next, next != from, use);
        } catch (const CorruptStore& error) {
            if (again(error.what())) throw;
        } catch (const std::system_error& error) {
            if (again(error.what())) throw;
        }
    }
}

}  // namespace allot
