#include "storage/bootstrap.hpp"

#include <utility>

#include "storage/running_store.hpp"

namespace allot {

RunningStore::RunningStore(const std::filesystem::path& directory, StoreOptions options,
                           Adapters adapters)
    : core{adapters.files, directory, std::move(options), adapters.clock},
      sinks{adapters.files, directory, core.journal, std::move(adapters.sinks),
            core.options.warning} {
    // This comes before the first snapshot, which prunes the journal.
    core.journal.segments().keep_from(
        {.min_required = [this] { return sinks.min_required(); },
         .held_back = [this](Lsn first,
                             std::uint64_t bytes) { sinks.warn_of_retention(first, bytes); }});
    core.snapshotter.update_retained();
    sinks.start(core.history, journal);
    core.journal.on_durable([this](Lsn) {
        if (core.snapshot_is_due()) snapshots.start();
    });
}

RunningStore::~RunningStore() {
    sinks.stop();
    for (const auto& subscriber : subscribers) {
        if (const auto running = subscriber.lock()) running->stop();
    }
    // The journal still reports its last groups to the snapshot thread.
    snapshots.stop();
    journal.close();
}

Store bootstrap(const std::filesystem::path& directory, StoreOptions options, Adapters adapters) {
    return Store{
        std::make_unique<RunningStore>(directory, std::move(options), std::move(adapters))};
}

}  // namespace allot
