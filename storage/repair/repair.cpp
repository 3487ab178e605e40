#include "storage/repair/repair.hpp"

#include <algorithm>
#include <map>

#include "storage/format/manifest.hpp"
#include "storage/format/sink_file.hpp"
#include "storage/format/store_files.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/repair/repair_analysis.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;
using Candidate = RepairAnalysis::Candidate;
using StepKind = RepairStep::Kind;

/// Plans the steps after which the directory holds a candidate, and nothing else.
class Planner {
public:
    explicit Planner(const RepairAnalysis& analysis) : analysis_{analysis} {}

    void describe(const Candidate& candidate, RepairPlan& plan) const {
        plan.kept = candidate.last;
        plan.begins = candidate.begins;
        plan.store_id = analysis_.store_id();
        plan.lost_histories = candidate.histories.lost_since(analysis_.histories(), candidate.last);
        plan.known = std::max(plan.known, plan.kept);
        plan.end_is_gone = is_end_gone(candidate);
        std::map<Lsn, FoundGroup> lost;
        for (const auto& [number, piece] : analysis_.pieces()) {
            if (piece.store_id != analysis_.store_id()) continue;
            for (const FoundGroup& group : piece.groups) {
                if (group.first > plan.kept) lost.emplace(group.first, group);
            }
        }
        for (const auto& [first, group] : lost) {
            plan.lost_units += group.units;
            plan.lost_facts += group.last - group.first + 1;
        }
        add_steps(candidate, plan);
    }

private:
    /// True when facts after the candidate's last one may be lost without a trace: no journal is
    /// left, its last segment was cut off, or the candidate is followed by something that names no
    /// later fact: unreadable bytes, or a segment that was created after a missing one.
    [[nodiscard]] bool is_end_gone(const Candidate& candidate) const {
        if (candidate.segments.empty()) return true;
        const std::uint64_t back = candidate.segments.back();
        const JournalPiece& last = analysis_.pieces().at(back);
        if (last.file_bytes < last.header.file_bytes) return true;
        return std::ranges::any_of(analysis_.pieces(), [&](const auto& each) {
            const auto& [number, piece] = each;
            const bool stands_behind = number == back
                                           ? candidate.cuts(number, piece)
                                           : number > back && !candidate.is_next(number, piece);
            return stands_behind && piece.known <= candidate.last;
        });
    }

    void add_steps(const Candidate& candidate, RepairPlan& plan) const {
        auto& steps = plan.steps;
        if (candidate.segments.empty()) {
            steps.push_back({.kind = StepKind::create,
                             .file = journal::segment_name(analysis_.fresh_number()),
                             .why = "the journal begins anew after the snapshot",
                             .content = analysis_.fresh_segment(candidate)});
        }
        for (const auto& [number, piece] : analysis_.pieces()) {
            add_steps(candidate, number, piece, steps);
        }
        for (const auto& [start, header] : analysis_.snapshots()) {
            if (candidate.snapshots.contains(start)) continue;
            const bool ours = header.store_id == analysis_.store_id();
            set_aside(snapshot::file_name(start),
                      !ours                         ? "it belongs to another store"
                      : header.end > candidate.last ? "it holds facts that are lost"
                                                    : "the journal after it is not whole",
                      steps);
        }
        for (const std::string& name : analysis_.damaged_snapshots()) {
            set_aside(name, "it is damaged", steps);
        }
    }

    void add_steps(const Candidate& candidate, std::uint64_t number, const JournalPiece& piece,
                   std::vector<RepairStep>& steps) const {
        if (candidate.is_next(number, piece)) return;
        if (!candidate.has(number)) {
            return set_aside(piece.name, why_not(candidate, piece), steps);
        }
        for (const auto& patch : piece.patches) {
            if (number == candidate.segments.back() && patch.offset >= candidate.end) continue;
            steps.push_back({.kind = StepKind::patch,
                             .file = piece.name,
                             .why = "a bit has flipped, as the checksum proves",
                             .offset = patch.offset,
                             .bytes = patch.bytes.size(),
                             .content = patch.bytes});
        }
        if (candidate.cuts(number, piece)) {
            steps.push_back({.kind = StepKind::cut,
                             .file = piece.name,
                             .why = "no whole frame continues the journal there",
                             .offset = candidate.end,
                             .bytes = piece.used - candidate.end});
        }
        if (!piece.has_its_length()) {
            steps.push_back({.kind = StepKind::set_length,
                             .file = piece.name,
                             .why = "its header states its length",
                             .bytes = piece.header.file_bytes});
        }
        if (piece.name != journal::segment_name(number)) {
            steps.push_back({.kind = StepKind::rename,
                             .file = piece.name,
                             .why = "its header states its number",
                             .to = journal::segment_name(number)});
        }
    }

    [[nodiscard]] std::string why_not(const Candidate& candidate, const JournalPiece& piece) const {
        if (!piece.in_use()) return "it is empty";
        if (piece.store_id == 0) return "nothing in it is undamaged";
        if (piece.store_id != analysis_.store_id()) return "it belongs to another store";
        if (!piece.headed) return "its header is damaged";
        if (piece.header.first <= candidate.begins) return "a snapshot holds its facts";
        return "it does not continue the kept segments";
    }

    static void set_aside(const std::string& name, const std::string& why,
                          std::vector<RepairStep>& steps) {
        steps.push_back({.kind = StepKind::set_aside, .file = name, .why = why});
    }

    const RepairAnalysis& analysis_;
};

/// Sets a manifest aside, because the repaired backup lacks files or facts that it lists.
void set_manifest_aside(FileSystem& files, const fs::path& directory, RepairPlan& plan) {
    std::string why;
    try {
        const auto manifest = read_manifest(files, directory, store_files::manifest);
        if (manifest && manifest->last > plan.kept) {
            why = "the backup's files differ from its list";
            plan.known = std::max(plan.known, manifest->last);
        }
    } catch (const CorruptStore&) {
        why = "it is damaged";
    }
    if (why.empty()) return;
    plan.steps.push_back(
        {.kind = StepKind::set_aside, .file = std::string{store_files::manifest}, .why = why});
}

/// Sets the damaged position of an event sink aside: the sink begins as a new one.
void set_positions_aside(FileSystem& files, const fs::path& directory, std::uint64_t store_id,
                         RepairPlan& plan) {
    for (const std::string& sink : sink_file::sinks_in(files, directory)) {
        try {
            (void)sink_file::read(files, directory, sink, store_id);
        } catch (const UnknownFormat&) {
            throw;
        } catch (const CorruptStore&) {
            plan.steps.push_back({.kind = StepKind::set_aside,
                                  .file = sink_file::file_name(sink),
                                  .why = "it is damaged: the event sink begins anew"});
        }
    }
}

}  // namespace

RepairPlan plan_repair(FileSystem& files, const fs::path& directory,
                       const std::function<void(const Progress&)>& progress) {
    refuse_foreign_directory(files, directory);
    RepairPlan plan;
    const CheckReport report = check_files(files, directory, progress);
    plan.kept = plan.known = report.last;
    if (report.ok) return plan;
    for (const std::string& finding : report.findings) {
        plan.damage += (plan.damage.empty() ? "" : "; ") + finding;
    }
    RepairAnalysis analysis{files, directory, progress};
    plan.known = analysis.known();
    const auto best = analysis.best_candidate();
    // A repair that keeps no fact at all would be no repair.
    if (!best || (best->last == 0 && plan.known > 0)) {
        plan.verdict = RepairPlan::Verdict::hopeless;
        return plan;
    }
    Planner{analysis}.describe(*best, plan);
    plan.verdict = RepairPlan::Verdict::repairable;
    set_manifest_aside(files, directory, plan);
    set_positions_aside(files, directory, analysis.store_id(), plan);
    return plan;
}

}  // namespace allot
