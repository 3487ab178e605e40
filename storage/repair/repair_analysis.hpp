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

/// Determines what is whole in a damaged store, and the best state that it adds up to. Changes
/// nothing.
class RepairAnalysis {
public:
    /// A stretch of the journal that is whole, and the snapshots from which it continues. Without a
    /// segment: one snapshot, which is a whole state by itself.
    struct Candidate {
        std::vector<std::uint64_t> segments;  ///< numbers, ascending
        std::uint64_t end = 0;                ///< bytes of the last one that are kept
        Lsn begins = 0;
        Lsn last = 0;
        std::set<Lsn> snapshots;   ///< where the good ones start that fit
        Histories histories = {};  ///< once it has been tried

        [[nodiscard]] bool has(std::uint64_t segment) const;
        /// True for the empty segment that was prepared to be the next one; not for a file that was
        /// cut off too short to be a segment, which no start would accept.
        [[nodiscard]] bool is_next(std::uint64_t segment, const JournalPiece& piece) const;
        /// True when bytes after what is kept of this segment are not zero.
        [[nodiscard]] bool cuts(std::uint64_t segment, const JournalPiece& piece) const;
    };

    /// Reads all that is there.
    /// \throws UnknownFormat for a file of a later version; std::system_error.
    RepairAnalysis(FileSystem& files, std::filesystem::path directory,
                   const std::function<void(const Progress&)>& progress);

    /// The candidate that keeps the most, of those that check_files() finds good as they would be
    /// after the repair.
    std::optional<Candidate> best_candidate();

    /// 0: it cannot be determined.
    [[nodiscard]] std::uint64_t store_id() const noexcept { return store_id_; }
    /// The last LSN that anything whole mentions.
    [[nodiscard]] Lsn known() const;
    /// The histories of this store that anything whole mentions.
    [[nodiscard]] Histories histories() const;
    /// By number; for a file that was renamed, the number that its header states.
    [[nodiscard]] const std::map<std::uint64_t, JournalPiece>& pieces() const noexcept {
        return pieces_;
    }
    /// The good ones, of whatever store.
    [[nodiscard]] const std::map<Lsn, snapshot::Header>& snapshots() const noexcept {
        return snapshots_;
    }
    [[nodiscard]] const std::set<std::string>& damaged_snapshots() const noexcept {
        return damaged_snapshots_;
    }
    /// For a segment that is to begin after a snapshot, without a journal before it.
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
    std::vector<snapshot::Verified> verified_;  // all snapshots that are whole
    std::set<std::string> damaged_snapshots_;
    std::uint64_t store_id_ = 0;
};

}  // namespace allot
