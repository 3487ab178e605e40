#include "storage/repair/repair_analysis.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "storage/format/rewound_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"

namespace allot {

namespace {

/// True when `a` keeps less than `b`, or keeps as much but goes back less far.
bool is_worse(const RepairAnalysis::Candidate& a, const RepairAnalysis::Candidate& b) {
    if (a.last != b.last) return a.last < b.last;
    return a.begins > b.begins;
}

}  // namespace

bool RepairAnalysis::Candidate::has(std::uint64_t segment) const {
    return std::ranges::find(segments, segment) != segments.end();
}

bool RepairAnalysis::Candidate::is_next(std::uint64_t segment, const JournalPiece& piece) const {
    return !piece.in_use() && piece.file_bytes >= sizeof(journal::SegmentHeader) &&
           !segments.empty() && segment == segments.back() + 1;
}

bool RepairAnalysis::Candidate::cuts(std::uint64_t segment, const JournalPiece& piece) const {
    return segment == segments.back() && piece.used > end;
}

RepairAnalysis::RepairAnalysis(FileSystem& files, std::filesystem::path directory,
                               const std::function<void(const Progress&)>& progress)
    : files_{files}, directory_{std::move(directory)} {
    const auto names = files.list(directory_);
    std::uint64_t done = 0;
    for (const std::string& name : names) {
        if (progress) progress({"reading the files", done++, names.size()});
        if (journal::segment_number(name)) read_segment(name);
        if (const auto start = snapshot::start_of(name)) read_snapshot(name, *start);
    }
    store_id_ = vote();
}

Lsn RepairAnalysis::known() const {
    Lsn known = 0;
    for (const auto& [number, piece] : pieces_) {
        if (piece.store_id == store_id_) known = std::max(known, piece.known);
    }
    for (const auto& [start, header] : snapshots_) {
        if (header.store_id == store_id_) known = std::max(known, header.end);
    }
    return known;
}

Histories RepairAnalysis::histories() const {
    std::map<Lsn, std::vector<HistoryId>> begun;
    Histories found;
    for (const auto& [header, histories] : verified_) {
        if (header.store_id != store_id_) continue;
        for (const auto& [id, first] : histories.begun()) begun[first].push_back(id);
    }
    for (const auto& [number, piece] : pieces_) {
        if (piece.store_id != store_id_) continue;
        for (const auto& history : piece.histories) begun[history.first].push_back(history.id);
    }
    for (const auto& [first, ids] : begun) {
        for (const HistoryId id : ids) found.begin(id, first);
    }
    for (const auto& verified : verified_) found.add_lost(verified.histories.lost());
    for (const auto& [number, piece] : pieces_) {
        for (const auto& history : piece.histories) found.add_lost(history.lost);
    }
    if (const auto lost = rewound_file::read(files_, directory_, store_id_)) {
        found.add_lost(*lost);
    }
    return found;
}

void RepairAnalysis::read_segment(const std::string& name) {
    JournalPiece piece = read_piece(files_, directory_, name);
    std::uint64_t number = *journal::segment_number(name);
    if (piece.headed && piece.header.number != number) {
        // The file was renamed: it is treated under its original name, if that is free.
        const std::string own = journal::segment_name(piece.header.number);
        if (store_files::has(files_, directory_, own) || pieces_.contains(piece.header.number)) {
            piece.headed = false;
        } else {
            number = piece.header.number;
        }
    }
    pieces_[number] = std::move(piece);
}

void RepairAnalysis::read_snapshot(const std::string& name, Lsn start) {
    try {
        verified_.push_back(snapshot::verify(files_, directory_ / name));
        snapshots_[start] = verified_.back().header;
    } catch (const UnknownFormat&) {
        throw;
    } catch (const CorruptStore&) {
        damaged_snapshots_.insert(name);
    }
}

/// The store that most of the files belong to; 0 when that cannot be determined.
std::uint64_t RepairAnalysis::vote() const {
    std::map<std::uint64_t, int> votes;
    for (const auto& [number, piece] : pieces_) {
        if (piece.store_id != 0) ++votes[piece.store_id];
    }
    for (const auto& [start, header] : snapshots_) ++votes[header.store_id];
    if (votes.empty()) return 0;
    const auto most =
        std::ranges::max_element(votes, {}, [](const auto& each) { return each.second; });
    const auto as_many =
        std::ranges::count(votes, most->second, [](const auto& each) { return each.second; });
    return as_many == 1 ? most->first : 0;
}

bool RepairAnalysis::carries_on(const JournalPiece& before, const JournalPiece& piece) const {
    return before.is_good() && piece.headed && piece.store_id == store_id_ &&
           piece.header.number == before.header.number + 1 &&
           piece.header.first == before.last + 1 && piece.header.previous == before.chain;
}

/// Returns every longest stretch of segments that continue each other.
std::vector<RepairAnalysis::Candidate> RepairAnalysis::stretches() const {
    std::vector<Candidate> found;
    const JournalPiece* before = nullptr;
    for (const auto& [number, piece] : pieces_) {
        if (before == nullptr || !carries_on(*before, piece)) {
            before = nullptr;
            if (!piece.headed || piece.store_id != store_id_) continue;
            found.emplace_back().begins = piece.header.first;
        }
        before = &piece;
        found.back().segments.push_back(number);
        found.back().end = piece.end;
        found.back().last = piece.last;
    }
    return found;
}

/// Finds the snapshots that fit. \return false when recovery would find no state to begin with.
bool RepairAnalysis::complete(Candidate& candidate) const {
    candidate.snapshots.clear();
    for (const auto& [start, header] : snapshots_) {
        const bool fits = header.store_id == store_id_ && start + 1 >= candidate.begins &&
                          header.end <= candidate.last;
        if (fits) candidate.snapshots.insert(start);
    }
    return candidate.begins == 1 || !candidate.snapshots.empty();
}

std::vector<RepairAnalysis::Candidate> RepairAnalysis::candidates() const {
    std::vector<Candidate> found;
    for (Candidate& stretch : stretches()) {
        if (complete(stretch)) found.push_back(std::move(stretch));
    }
    for (const auto& [start, header] : snapshots_) {
        // A snapshot with `end` equal to `start` is a whole state: it needs no journal.
        if (header.store_id != store_id_ || header.end != start) continue;
        Candidate& alone = found.emplace_back();
        alone.begins = start + 1;
        alone.last = start;
        alone.snapshots = {start};
    }
    return found;
}

/// \return the best candidate whose view passes the check.
std::optional<RepairAnalysis::Candidate> RepairAnalysis::best_candidate() {
    std::vector<Candidate> left = candidates();
    while (!left.empty()) {
        const auto best = std::ranges::max_element(left, is_worse);
        Candidate candidate = std::move(*best);
        left.erase(best);
        FileView view = view_of(candidate);
        const CheckReport report = check_files(view, {});
        if (report.ok && report.last == candidate.last) {
            candidate.histories = report.histories;
            return candidate;
        }
        if (!report.damage) continue;
        if (const auto start = snapshot::start_of(report.damage->file())) {
            // The checksums of the snapshot are right, but its contents are not.
            damaged_snapshots_.insert(report.damage->file());
            snapshots_.erase(*start);
            left = candidates();
        } else if (shorten(candidate, *report.damage)) {
            left.push_back(std::move(candidate));
        }
    }
    return std::nullopt;
}

/// Shortens the candidate to the facts before a frame that is whole but contradicts the state.
bool RepairAnalysis::shorten(Candidate& candidate, const CorruptStore& damage) const {
    const auto number = journal::segment_number(damage.file());
    const auto at = std::ranges::find(candidate.segments, number.value_or(0));
    if (at == candidate.segments.end() || damage.lsn() > candidate.last) return false;
    candidate.segments.erase(at + 1, candidate.segments.end());
    candidate.end = damage.offset();
    candidate.last = damage.lsn() - 1;
    return complete(candidate);
}

std::uint64_t RepairAnalysis::fresh_number() const {
    return pieces_.empty() ? 1 : pieces_.rbegin()->first + 1;
}

/// The header of a segment that begins after a snapshot, without a journal before it.
std::vector<std::byte> RepairAnalysis::fresh_segment(const Candidate& candidate) const {
    journal::SegmentHeader header{};
    header.store_id = store_id_;
    header.number = fresh_number();
    header.first = candidate.begins;
    header.epoch = 1;
    header.file_bytes = sizeof header;
    for (const auto& [number, piece] : pieces_) {
        if (piece.headed) header.epoch = std::max(header.epoch, piece.header.epoch);
    }
    journal::seal(header);
    const auto bytes = std::as_bytes(std::span{&header, 1});
    return {bytes.begin(), bytes.end()};
}

/// The directory as it would be after the repair.
FileView RepairAnalysis::view_of(const Candidate& candidate) const {
    FileView view;
    for (const std::uint64_t number : candidate.segments) {
        const JournalPiece& piece = pieces_.at(number);
        const std::uint64_t kept = candidate.cuts(number, piece) ? candidate.end : piece.file_bytes;
        const std::uint64_t bytes = std::min<std::uint64_t>(kept, piece.header.file_bytes);
        FileView::Entry entry{piece.file, bytes, {}, piece.header.file_bytes - bytes};
        for (const auto& patch : piece.patches) {
            if (patch.offset < bytes) entry.patches.push_back(patch);
        }
        view.put(journal::segment_name(number), std::move(entry));
    }
    if (candidate.segments.empty()) {
        auto header = fresh_segment(candidate);
        const std::uint64_t bytes = header.size();
        view.put(journal::segment_name(fresh_number()), {nullptr, bytes, {{0, std::move(header)}}});
    }
    for (const auto& [number, piece] : pieces_) {
        if (candidate.is_next(number, piece)) {
            view.put(piece.name, {piece.file, piece.file_bytes, {}});
        }
    }
    for (const Lsn start : candidate.snapshots) {
        const std::string name = snapshot::file_name(start);
        std::shared_ptr<File> file = files_.open(directory_ / name, FileSystem::Mode::read);
        const std::uint64_t bytes = file->size();
        view.put(name, {std::move(file), bytes, {}});
    }
    return view;
}

}  // namespace allot
