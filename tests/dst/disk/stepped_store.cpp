#include "tests/dst/disk/stepped_store.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace allot::testing {

StoreOptions tiny_options(Durability::Mode mode) {
    StoreOptions options;
    options.durability.mode = mode;
    if (mode == Durability::Mode::interval)
        options.durability.interval = std::chrono::milliseconds{5};
    options.segment_bytes = 8U << 10U;
    options.snapshot_every_bytes = 0;
    return options;
}

template <class Do>
void SteppedStore::as(Work work, Do&& what) {
    const Work before = std::exchange(work_, work);
    std::forward<Do>(what)();
    work_ = before;
}

void SteppedStore::step() {
    now_ += std::chrono::microseconds{random_() % 16 == 0 ? 25'000 : random_() % 500};
    switch (random_() % 4) {
        case 0:
            return as(Work::snapshot, [&] { snapshot_step(); });
        case 1:
            if (core_.journal.wants_segment()) {
                as(Work::segment, [&] { core_.journal.prepare_segment(); });
            }
            return;
        default:
            resume_ = core_.journal.step(now_);
    }
}

void SteppedStore::settle() {
    const auto busy = [&] {
        return stage_ != Stage::none || core_.journal.wants_segment() ||
               core_.journal.synced() < core_.journal.last() ||
               resume_ != GroupJournal::Time::max();
    };
    const bool never_syncs = core_.options.durability.mode == Durability::Mode::os;
    if (never_syncs) core_.journal.request_sync(core_.journal.last());
    // More steps than any pending work needs.
    for (int i = 0; i < 2'000 && busy() && !core_.journal.ended(); ++i) step();
}

void SteppedStore::begin_snapshot() {
    if (stage_ != Stage::none) return;
    as(Work::snapshot, [&] {
        try {
            if (core_.snapshotter.begin()) stage_ = Stage::copying;
        } catch (const std::system_error&) {
            core_.snapshotter.abandon();
        }
    });
}

void SteppedStore::snapshot_step() try {
    switch (stage_) {
        case Stage::none:
            return;
        case Stage::copying:
            // Otherwise callers of the bus copy alone.
            if (random_() % 2 == 0) {
                core_.mutex.if_free([&] { core_.snapshotter.copy(random_() % 64); });
            }
            if (core_.snapshotter.filled()) core_.snapshotter.write();
            if (core_.snapshotter.written()) stage_ = Stage::syncing;
            return;
        case Stage::syncing:
            if (core_.journal.synced() < core_.snapshotter.end()) {
                if (core_.journal.failed()) core_.journal.throw_failed();
                return core_.journal.request_sync(core_.snapshotter.end());
            }
            stage_ = Stage::none;
            core_.snapshotter.finish();
            ++snapshots_;
    }
} catch (const std::system_error&) {
    stage_ = Stage::none;
    core_.snapshotter.abandon();
}

void SteppedStore::close() {
    as(Work::snapshot, [&] { core_.snapshotter.abandon(); });
    stage_ = Stage::none;
    core_.journal.request_close();
    while (!core_.journal.ended()) step();
}

Lsn SteppedStore::floor() const noexcept {
    const Lsn synced = core_.journal.synced();
    if (core_.options.durability.mode != Durability::Mode::always) return synced;
    return std::max(synced, core_.journal.durable());
}

}  // namespace allot::testing
