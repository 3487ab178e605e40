#include "storage/recovery/inspect.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/format/manifest.hpp"
#include "storage/format/rewound_file.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/recovery/store_image.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using ShowProgress = std::function<void(const Progress&)>;

void find(CheckReport& report, std::string finding) {
    report.ok = false;
    report.findings.push_back(std::move(finding));
}

/// Checks that each snapshot with the journal after it, and the journal alone if it goes back to
/// the beginning, give the same state.
void compare_sources(FileSystem& files, const fs::path& directory, const Recovered& newest,
                     CheckReport& report) {
    std::vector<Lsn> sources = newest.snapshots;
    if (!sources.empty()) sources.pop_back();  // the newest one gave `newest`
    const auto& segments = newest.journal.segments;
    const bool whole = !segments.empty() && segments.front().first == 1;
    if (whole && !newest.snapshots.empty()) sources.push_back(0);
    for (const Lsn start : sources) {
        const Recovered other = recover_from(files, directory, start, {});
        const bool comparable = newest.shortages_known && other.shortages_known;
        const auto hash = comparable ? state_hash : stock_hash;
        if (hash(*other.repository) == hash(*newest.repository)) continue;
        find(report, "replay from LSN " + std::to_string(start) +
                         " gives another state than the newest snapshot");
    }
}

void describe(const Recovered& recovered, CheckReport& report) {
    Repository& repository = *recovered.repository;
    report.last = recovered.journal.tail.last;
    report.replayed = recovered.replayed;
    report.histories = recovered.histories;
    report.products = repository.size();
    report.batches = repository.ledger().batch_count();
    report.lines = repository.ledger().line_count();
    report.shortages = repository.ledger().shortages().size();
    report.snapshots = recovered.snapshots.size();
    report.state_hash = state_hash(repository);
    for (std::string& violation : violations(repository)) find(report, std::move(violation));
}

void report_tail(const JournalScan& journal, CheckReport& report) {
    if (!journal.torn) return;
    report.findings.push_back("the next start cuts off a torn tail of " +
                              std::to_string(journal.torn->bytes) +
                              " bytes, which are not known to be durable");
    if (!journal.torn->groups_follow) return;
    find(report,
         "whole groups follow it, because of a power cut in a mode that does not wait for a sync, "
         "or "
         "damage");
}

/// Checks that a backup reaches as far as its manifest says: a journal alone does not show that its
/// last segment is missing.
void compare_manifest(FileSystem& files, const fs::path& directory, CheckReport& report) {
    const auto manifest = read_manifest(files, directory, store_files::manifest);
    if (!manifest || manifest->last <= report.last) return;
    find(report, "the backup's manifest ends at LSN " + std::to_string(manifest->last) +
                     ", but its files end at LSN " + std::to_string(report.last));
}

/// Checks the positions of event sinks: a damaged one prevents opening the store with its sink.
void check_sinks(FileSystem& files, const fs::path& directory, std::uint64_t store_id,
                 CheckReport& report) {
    Histories histories = report.histories;
    if (const auto lost = rewound_file::read(files, directory, store_id)) {
        histories.add_lost(*lost);
    }
    histories.begin_with_first_fact(0, report.last + 1);  // of the next opening
    for (const std::string& sink : sink_file::sinks_in(files, directory)) {
        try {
            const auto position =
                sink_file::read(files, directory, sink, store_id).value_or(sink_file::Position{});
            const Lsn agreed = position.last_common(histories, report.last);
            if (agreed == position.acked) continue;
            report.findings.push_back("event sink " + sink + " had received facts up to LSN " +
                                      std::to_string(position.acked) +
                                      " of a history that agrees with the store's up to LSN " +
                                      std::to_string(agreed) +
                                      "; after the next start it continues after that LSN");
        } catch (const CorruptStore& error) {
            find(report, error.what());
        }
    }
}

}  // namespace

bool holds_store(const fs::path& directory) { return holds_store(posix_file_system(), directory); }

CheckReport check_files(FileSystem& files, const fs::path& directory,
                        const ShowProgress& progress) {
    CheckReport report;
    StoreOptions options;
    options.progress = progress;
    options.warning = [&](std::string_view text) { find(report, std::string{text}); };
    try {
        const Recovered recovered = recover(files, directory, options);
        describe(recovered, report);
        report_tail(recovered.journal, report);
        compare_sources(files, directory, recovered, report);
        compare_manifest(files, directory, report);
        check_sinks(files, directory, recovered.journal.tail.store_id, report);
    } catch (const CorruptStore& error) {
        find(report, error.what());
        report.damage = error;
    }
    return report;
}

CheckReport check_store(const fs::path& directory, const ShowProgress& progress) {
    FileSystem& files = posix_file_system();
    if (files.list(directory).empty()) {
        throw std::system_error{std::make_error_code(std::errc::no_such_file_or_directory),
                                directory.string() + " holds no store"};
    }
    const auto lock = store_files::lock_if_there(files, directory);
    refuse_foreign_directory(files, directory);
    return check_files(files, directory, progress);
}

CheckReport check_live_store(const fs::path& directory, const ShowProgress& progress) {
    try {
        StoreImage image = take_image(posix_file_system(), directory, progress);
        CheckReport report = check_files(image.files, directory, progress);
        for (std::string& note : image.notes) find(report, std::move(note));
        return report;
    } catch (const CorruptStore& error) {
        CheckReport report;
        find(report, error.what());
        report.damage = error;
        return report;
    }
}

namespace {

/// Reads a journal once. \param next the next LSN to pass on; advances with each fact passed on.
void read_once(const std::filesystem::path& directory, Lsn& next, bool go_on,
               const std::function<void(const CommittedFact&)>& use) {
    const auto after = go_on ? std::optional{next - 1} : std::nullopt;
    scan_journal(posix_file_system(), directory, after,
                 [&](std::span<const JournaledUnit> units) {
                     for (const auto& [facts, bytes, first, time, history] : units) {
                         for (std::size_t i = 0; i < facts.size(); ++i) {
                             if (first + i < next) continue;
                             use({first + i, time, facts[i], history});
                             next = first + i + 1;
                         }
                     }
                     return true;
                 },
                 {});
}

}  // namespace

void read_journal(const std::filesystem::path& directory, Lsn from,
                  const std::function<void(const CommittedFact&)>& use) {
    store_files::refuse_incomplete(posix_file_system(), directory);
    // While the store is being written, bytes at one offset may be older than bytes at a later
    // offset, or a segment may be pruned before it is opened. So an error counts only when it
    // occurs again at the same position.
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
