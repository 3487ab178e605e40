#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/feed/event_sinks.hpp"
#include "storage/feed/subscriber_thread.hpp"
#include "storage/journal/journal_threads.hpp"
#include "storage/snapshot/snapshot_thread.hpp"
#include "storage/store_core.hpp"

namespace allot {

struct Adapters;

/// A store and the threads that drive it, as bootstrap() connects them; `Store` is its facade.
struct RunningStore {
    RunningStore(const std::filesystem::path& directory, StoreOptions options, Adapters adapters);
    ~RunningStore();
    RunningStore(const RunningStore&) = delete;
    RunningStore& operator=(const RunningStore&) = delete;

    StoreCore core;
    JournalThreads journal{core.journal};
    std::mutex subscribers_mutex;
    std::vector<std::weak_ptr<SubscriberThread>> subscribers;
    SnapshotThread snapshots{core.snapshotter, core.mutex, journal, core.options.warning};
    EventSinks sinks;
};

}  // namespace allot
