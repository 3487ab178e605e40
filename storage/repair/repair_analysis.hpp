#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/errors.hpp"
#include "storage/io/file_view.hpp"
#include "storage/journal/journal_piece.hpp"
#include "storage/options.hpp"
#include "storage/snapshot/snapshot_file.hpp"

namespace allot {

/// Finds the whole parts of a damaged store, and the best state that they give. Changes nothing.
class RepairAnalysis {
public:
    /// A whole stretch of the journal, and the snapshots from which it continues, or, without a
    /// segment, a snapshot that is a whole state by itself.
    struct Candidate {
        std::vector<std::uint64_t> segments;  ///< numbers, ascending
        std::uint64_t end = 0;                ///< the bytes kept of the last segment
        Lsn begins = 0;
        Lsn last = 0;
        std::set<Lsn> snapshots;   ///< the starts of the good ones that fit
        Histories histories = {};  ///< set when the candidate is tried

        [[nodiscard]] bool has(std::uint64_t segment) const;
        /// True for the empty segment that was prepared to follow; not for a file that is too short
        /// to be a segment, which no start would accept.
        [[nodiscard]] bool is_next(std::uint64_t segment, const JournalPiece& piece) const;
        /// True when bytes after the kept part of this segment are not zero.
        [[nodiscard]] bool cuts(std::uint64_t segment, const JournalPiece& piece) const;
    };

    /// Reads all files.
    /// \throws UnknownFormat for a file of a later version; std::system_error.
    RepairAnalysis(FileSystem& files, std::filesystem::path directory,
                   const std::function<void(const Progress&)>& progress);

    /// The candidate that keeps the most, of those whose result passes check_files().
    std::optional<Candidate> best_candidate();

    /// The id of the store; 0: unknown.
    [[nodiscard]] std::uint64_t store_id() const noexcept { return store_id_; }
    /// The last LSN in any whole part.
    [[nodiscard]] Lsn known() const;
    /// The histories of this store in all whole parts.
    [[nodiscard]] Histories histories() const;
    /// The segment files by number; that of a renamed file is the number in its header.
    [[nodiscard]] const std::map<std::uint64_t, JournalPiece>& pieces() const noexcept {
        return pieces_;
    }
    /// All good snapshots, also of other stores.
    [[nodiscard]] const std::map<Lsn, snapshot::Header>& snapshots() const noexcept {
        return snapshots_;
    }
    [[nodiscard]] const std::set<std::string>& damaged_snapshots() const noexcept {
        return damaged_snapshots_;
    }
    /// The number for a segment that begins after a snapshot, without a journal before it.
    [[nodiscard]] std::uint64_t fresh_number() const;
    [[nodiscard]] std::vector<std::byte> fresh_segment(const Candidate& candidate) const;

private:
    void read_segment(const std::string& name);
    void read_snapshot(const std::string& name, Lsn start);
    [[nodiscard]] std::uint64_t vote() const;
    [[nodiscard]] bool carries_on(const JournalPiece& before, const JournalPiece& piece) const;
    [[nodiscard]] std::vector<Candidate> stretches() const;
    [[nodiscard]] bool complete(Candidate& candidate) const;
    [[nodiscard]] std::vector<Candidate> candidates() const;
    [[nodiscard]] bool shorten(Candidate& candidate, const CorruptStore& damage) const;
    [[nodiscard]] FileView view_of(const Candidate& candidate) const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    std::map<std::uint64_t, JournalPiece> pieces_;
    std::map<Lsn, snapshot::Header> snapshots_;
    std::vector<snapshot::Verified> verified_;  // all whole snapshots
    std::set<std::string> damaged_snapshots_;
    std::uint64_t store_id_ = 0;
};

}  // namespace allot
