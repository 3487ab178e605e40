#include "tests/dst/disk/power_cuts.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <string_view>
#include <vector>

#include "engine/invariants.hpp"
#include "storage/recovery/recovery.hpp"

namespace allot::testing {

namespace {

using Work = SteppedStore::Work;
constexpr std::uint64_t lives_a_disk = 6;

/// A store's own files, without the copies of what was cut off.
std::map<std::string, std::vector<std::byte>> store_files(SimulatedDisk& disk) {
    std::map<std::string, std::vector<std::byte>> files;
    for (const std::string& name : disk.list(store_directory)) {
        if (name.starts_with("torn-") || name == "LOCK") continue;
        files[name] = disk.contents(store_directory / name);
    }
    return files;
}

/// Does what a start does to a disk before the first new unit.
/// \return false when there was no store yet.
bool recover_files(SimulatedDisk& disk, const StoreOptions& options) {
    const Recovered found = recover(disk, store_directory, {});
    if (found.journal.torn) clear_torn_tail(disk, store_directory, *found.journal.torn);
    if (found.journal.tail.segment == 0) return false;
    const JournalWriter writer{disk, store_directory, found.journal.tail, options.segment_bytes,
                               Preallocation::written};
    return true;
}

}  // namespace

Judgement judge_recovery(SimulatedDisk& disk, const History& history, Lsn floor) try {
    const Recovered found = recover(disk, store_directory, {});
    const bool torn = found.journal.torn.has_value();
    const auto broken = violations(*found.repository);
    if (!broken.empty()) return {broken.front(), torn};
    return {history.judge(found.journal.tail.last, state_hash(*found.repository), floor), torn};
} catch (const std::exception& error) {
    return {std::string{"refused: "} + error.what()};
}

PowerCuts::PowerCuts(std::uint64_t seed, std::uint64_t nested_every)
    : random_{seed}, nested_every_{nested_every} {}

void PowerCuts::begin_anew() {
    constexpr Durability::Mode modes[] = {Durability::Mode::always, Durability::Mode::always,
                                          Durability::Mode::interval, Durability::Mode::os};
    disk_ = std::make_unique<SimulatedDisk>(random_());
    options_ = tiny_options(modes[random_() % std::size(modes)]);
    history_.forget_after(0);
    skus_ = random_() % 3 == 0 ? 80 : 5;
    floor_ = 0;
}

void PowerCuts::live() {
    if (counts_.lives++ % lives_a_disk == 0) begin_anew();
    const SteppedStore* running = nullptr;
    disk_->before = [&](DiskOperation) {
        if (running != nullptr) floor_ = std::max(floor_, running->floor());
        cut(*disk_);
    };
    std::unique_ptr<SimulatedDisk> left;
    try {
        SteppedStore store{*disk_, options_, random_};
        running = &store;
        // A reader sees all of it from now on, acknowledged before or not.
        floor_ = store.core().journal.last();
        RandomCommands commands{random_, skus_};
        work(store, commands);
        counts_.tally.add(commands.tally());
        counts_.snapshots += store.snapshots();
        floor_ = std::max(floor_, store.floor());
        if (random_() % 3 == 0) store.close();
        if (random_() % 2 == 0) left = disk_->after_power_cut(random_);
    } catch (const std::exception& error) {
        find(error.what(), "a store that lives");
    }
    disk_->before = nullptr;
    // Without a power cut the process is killed: the journal of an unclosed store has no close
    // mark.
    adopt(left != nullptr ? std::move(left) : disk_->after_kill());
}

void PowerCuts::work(SteppedStore& store, RandomCommands& source) {
    const std::uint64_t commands = 20 + random_() % 200;
    const std::uint64_t snapshot_every = 20 + random_() % 150;
    counts_.commands += commands;
    for (std::uint64_t i = 0; i < commands; ++i) {
        store.with_bus([&](MessageBus& bus) { return source.command(bus, history_); });
        for (std::uint64_t steps = random_() % 6; steps > 0; --steps) store.step();
        if (random_() % snapshot_every == 0) store.begin_snapshot();
        if (random_() % 50 == 0) store.settle();
    }
    if (random_() % 2 == 0) store.settle();
}

void PowerCuts::cut(const SimulatedDisk& disk) {
    ++counts_.cuts;
    const auto found = disk.after_power_cut(random_);
    judge(*found, floor_, "power cut");
    if (random_() % 8 == 0) judge(*disk.after_kill(), floor_, "kill");
    if (counts_.cuts % nested_every_ != 0) return;
    recover_twice(*found);
    start_after(*found);
}

void PowerCuts::start_after(const SimulatedDisk& cut_off) try {
    const auto disk = cut_off.after_kill();
    Lsn floor = floor_;
    disk->before = [&](DiskOperation) {
        ++counts_.nested;
        judge(*disk->after_power_cut(random_), floor, "nested power cut");
    };
    SteppedStore store{*disk, options_, random_};
    floor = store.core().journal.last();
    store.begin_snapshot();
    store.settle();
    store.close();
    disk->before = nullptr;
    judge(*disk, floor, "start after a power cut");
} catch (const std::exception& error) {
    find(error.what(), "start after a power cut");
}

void PowerCuts::recover_twice(const SimulatedDisk& cut_off) try {
    ++counts_.twice;
    const auto once = cut_off.after_kill();
    if (!recover_files(*once, options_)) return;
    const auto bytes = store_files(*once);

    recover_files(*once, options_);
    if (store_files(*once) != bytes) find("other bytes", "recovering what was recovered");

    const auto again = cut_off.after_kill();
    std::vector<std::unique_ptr<SimulatedDisk>> interrupted;
    again->before = [&](DiskOperation) { interrupted.push_back(again->after_power_cut(random_)); };
    recover_files(*again, options_);
    again->before = nullptr;
    if (store_files(*again) != bytes) find("other bytes", "recovering a second time");
    counts_.nested += interrupted.size();
    for (const auto& disk : interrupted) {
        recover_files(*disk, options_);
        if (store_files(*disk) != bytes) find("other bytes", "recovering after an interruption");
    }
} catch (const std::exception& error) {
    find(error.what(), "recovering twice");
}

/// Continues with the files that a store has left.
void PowerCuts::adopt(std::unique_ptr<SimulatedDisk> disk) {
    judge(*disk, floor_, "at a life's end");
    disk_ = std::move(disk);
    try {
        const Recovered found = recover(*disk_, store_directory, {});
        if (!found.journal.segments.empty()) {
            counts_.segments += found.journal.segments.size() - 1;
            counts_.pruned += found.journal.segments.front().number - 1;
        }
        history_.forget_after(found.journal.tail.last);
        floor_ = std::min(floor_, found.journal.tail.last);
    } catch (const std::exception&) {
        counts_.lives = (counts_.lives / lives_a_disk + 1) * lives_a_disk;  // reported already
    }
}

void PowerCuts::judge(SimulatedDisk& disk, Lsn floor, const char* when) {
    const Judgement judgement = judge_recovery(disk, history_, floor);
    counts_.torn += judgement.torn ? 1 : 0;
    find(judgement.wrong, when);
}

void PowerCuts::find(const std::string& finding, const char* when) {
    if (finding.empty()) return;
    findings_.add(std::string{when} + " (life " + std::to_string(counts_.lives) + ", cut " +
                  std::to_string(counts_.cuts) + "): " + finding);
}

}  // namespace allot::testing
