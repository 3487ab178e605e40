#include "tests/dst/disk/failure_matrix.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "tests/dst/disk/power_cuts.hpp"

namespace allot::testing {

namespace {

using Work = SteppedStore::Work;

struct Kind {
    const char* name;
    std::errc code;
    bool short_write = false;
};
constexpr Kind kinds[] = {
    {"EIO", std::errc::io_error},         {"ENOSPC", std::errc::no_space_on_device},
    {"EFBIG", std::errc::file_too_large}, {"EINTR", std::errc::interrupted},
    {"short", std::errc{}, true},
};

/// The runs of a store on a disk that fails: the failures reported to it, and what it acknowledges.
class Life {
public:
    Life(SimulatedDisk& disk, std::uint64_t seed) : disk_{disk}, random_{seed} {
        disk_.before = [this](DiskOperation operation) { watch(operation); };
    }
    ~Life() { disk_.before = nullptr; }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    void live() {
        // Two starts: the second start has something to recover.
        for (int start = 0; start < 2 && !latched; ++start) {
            try {
                SteppedStore store{disk_, tiny_options(), random_};
                failures_ = disk_.failures_reported();
                last_work_ = Work::opening;
                store_ = &store;
                work(store);
                store_ = nullptr;
            } catch (const std::system_error&) {
                unopened = true;
                return;
            }
        }
    }

    History history;
    Findings findings;
    Lsn acknowledged = 0;
    bool unopened = false;
    bool latched = false;

private:
    /// Before each operation.
    void watch(DiskOperation operation) {
        if (store_ == nullptr) return;
        note_failure();
        if (!failed_) {
            acknowledged = std::max(acknowledged, store_->core().journal.durable());
        } else if (store_->work() == Work::journal) {
            findings.add("the disk is asked again for the journal");
        }
        last_work_ = store_->work();
        last_operation_ = operation;
    }

    /// Notes a failure of the previous operation. A failure while a snapshot is written, or a
    /// segment before its name is made durable, does not end the store.
    void note_failure() {
        if (disk_.failures_reported() == failures_) return;
        failures_ = disk_.failures_reported();
        failed_ = failed_ || last_work_ == Work::journal ||
                  (last_work_ == Work::segment && last_operation_ == DiskOperation::sync_directory);
    }

    void work(SteppedStore& store) {
        RandomCommands commands{random_, 5};
        for (int i = 0; i < 110; ++i) {
            try {
                store.with_bus([&](MessageBus& bus) { return commands.command(bus, history); });
            } catch (const StorageFull&) {
                if (store.core().journal.failed()) findings.add("full, although it has failed");
            } catch (const std::system_error&) {
                latched = true;
            }
            for (std::uint64_t steps = random_() % 6; steps > 0; --steps) store.step();
            if (i % 40 == 39) store.begin_snapshot();
        }
        store.settle();
        store.close();
        latched = latched || store.core().journal.failed();
        note_failure();
        if (failed_) {
            if (!latched) findings.add("goes on after the journal's disk has failed");
            if (store.core().journal.durable() > acknowledged) {
                findings.add("acknowledges after a failure");
            }
        }
        acknowledged = std::max(acknowledged, store.core().journal.durable());
    }

    SimulatedDisk& disk_;
    Random random_;
    SteppedStore* store_ = nullptr;
    Work last_work_ = Work::opening;  // of the last operation
    DiskOperation last_operation_{};
    std::uint64_t failures_ = 0;  // reported so far
    bool failed_ = false;         // a failure ends the store
};

}  // namespace

FailureMatrix::FailureMatrix(std::uint64_t seed) : seed_{seed} {
    SimulatedDisk disk{seed_};
    Life life{disk, seed_};
    life.live();
    counts_.operations = disk.operations();
    findings_.add_all(life.findings, "without a failure: ");
}

void FailureMatrix::run(std::uint64_t first, std::uint64_t every) {
    for (std::uint64_t at = first; at < counts_.operations; at += every) {
        for (const Kind& kind : kinds) {
            for (const bool for_ever : {false, true}) {
                run_one({at, kind.code, for_ever, kind.short_write},
                        std::string{kind.name} +
                            (for_ever ? " from operation " : " at operation ") +
                            std::to_string(at) + ": ");
            }
        }
    }
}

void FailureMatrix::run_one(const SimulatedDisk::Failure& failure, const std::string& name) {
    ++counts_.runs;
    SimulatedDisk disk{seed_};
    disk.inject(failure);
    Life life{disk, seed_};
    life.live();
    if (life.unopened) {
        ++counts_.unopened;
    } else if (life.latched) {
        ++counts_.latched;
    } else {
        ++(disk.failure_reported() ? counts_.went_on : counts_.unreported);
    }
    findings_.add_all(life.findings, name);

    Random random{seed_ + failure.at};
    for (int draw = 0; draw < 3; ++draw) {
        const auto found = disk.after_power_cut(random);
        const std::string wrong = judge_recovery(*found, life.history, life.acknowledged).wrong;
        if (!wrong.empty()) findings_.add(name + wrong);
    }
    start_again(disk.after_kill(), life.history, life.acknowledged, name);
}

/// Starts on the files that a killed process has left in the page cache, not all of them on the
/// disk.
void FailureMatrix::start_again(std::unique_ptr<SimulatedDisk> killed, const History& history,
                                Lsn acknowledged, const std::string& name) try {
    Random random{seed_};
    const auto judge = [&](SimulatedDisk& disk, Lsn floor, const char* when) {
        const std::string wrong = judge_recovery(disk, history, floor).wrong;
        if (!wrong.empty()) findings_.add(name + when + wrong);
    };
    judge(*killed, acknowledged, "after a kill, ");
    SteppedStore store{*killed, tiny_options(), random};
    const Lsn seen = store.core().journal.last();
    for (int draw = 0; draw < 3; ++draw) {
        judge(*killed->after_power_cut(random), seen, "after a restart and a power cut, ");
    }
    store.begin_snapshot();
    store.settle();
    judge(*killed->after_power_cut(random), seen, "after a snapshot and a power cut, ");
} catch (const std::exception& error) {
    findings_.add(name + "after a kill, not opened: " + error.what());
}

}  // namespace allot::testing
