#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/repair/repair.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/backup/state_hashes.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// A closed store to be damaged, all of whose earlier states are known.
struct DamagedStore {
    using StepKind = RepairStep::Kind;
    using Verdict = RepairPlan::Verdict;
    using Path = std::filesystem::path;
    static constexpr std::uint64_t tiny_segment = 8U << 10U;

    SimulatedDisk disk;
    History hashes;
    Random random{5};
    Lsn last = 0;
    std::uint64_t last_hash = 0;

    static Path segment(std::uint64_t number) {
        return Path{"store"} / journal::segment_name(number);
    }
    static Path snapshot_at(Lsn start) { return Path{"store"} / snapshot::file_name(start); }
    static bool has_step(const RepairPlan& plan, StepKind kind, const Path& path) {
        return std::ranges::any_of(plan.steps, [&](const RepairStep& step) {
            return step.kind == kind && step.file == path.filename();
        });
    }

    void work(int units, int units_a_snapshot) {
        StoreOptions options = small_options();
        options.segment_bytes = tiny_segment;
        Store store = Store::open(disk, "store", options);
        hashes.happened(store.journal().last(), store.state_hash());
        for (int i = 1; i <= units; ++i) {
            store.wait(execute_random_unit(store, random, hashes));
            if (units_a_snapshot != 0 && i % units_a_snapshot == 0) (void)store.snapshot();
        }
        last = store.journal().last();
        last_hash = store.state_hash();
    }
    [[nodiscard]] std::vector<std::uint64_t> segments() {
        std::vector<std::uint64_t> numbers;
        for (const auto& used : recover(disk, "store", {}).journal.segments) {
            numbers.push_back(used.number);
        }
        return numbers;
    }
    void overwrite(const Path& path, std::size_t at, std::size_t count, std::byte with) {
        auto bytes = disk.contents(path);
        count = std::min(count, bytes.size() - at);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, with);
        disk.put(path, bytes);
    }
    void flip(const Path& path, std::size_t at, unsigned bit = 0) {
        auto bytes = disk.contents(path);
        bytes.at(at) ^= std::byte{1} << bit;
        disk.put(path, bytes);
    }

    /// Plans a repair, which must change nothing, and applies it. The store must be good then, in a
    /// state that it once had.
    RepairPlan repair() {
        const auto before = disk.after_kill();
        const RepairPlan plan = plan_repair(disk, "store");
        BOOST_TEST(before->same_as(disk));
        if (plan.verdict != Verdict::repairable) return plan;
        apply_repair(disk, "store", plan);
        const CheckReport report = check_files(disk, "store");
        BOOST_TEST(report.ok, (report.findings.empty() ? "" : report.findings.front()));
        BOOST_TEST(report.last == plan.kept);
        BOOST_TEST(hashes.judge(report.last, report.state_hash) == "");
        BOOST_TEST((plan_repair(disk, "store").verdict == Verdict::good));
        return plan;
    }
    [[nodiscard]] std::uint64_t hash() { return check_files(disk, "store").state_hash; }
    [[nodiscard]] std::size_t kept_aside() {
        return static_cast<std::size_t>(std::ranges::count_if(
            disk.list("store"), [](const auto& name) { return name.starts_with("lost-"); }));
    }
};

}  // namespace allot::testing
