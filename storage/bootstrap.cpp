#include "storage/bootstrap.hpp"

#include <utility>

#include "storage/running_store.hpp"

namespace allot {

RunningStore::RunningStore(const std::filesystem::path& directory, StoreOptions options,
                           Adapters adapters)
    : core{adapters.files, directory, std::move(options), adapters.clock},
      handlers{adapters.files, directory, core.journal, std::move(adapters.handlers),
               core.options.warning} {
    // Before anything may ask for a snapshot, after which the journal is pruned.
    core.journal.keep_from(
        {.needed = [this] { return handlers.needed(); },
         .held_back = [this](Lsn first,
                             std::uint64_t bytes) { handlers.tell_held_back(first, bytes); }});
    core.snapshotter.update_retained();
    handlers.start(core.history, journal);
    core.journal.on_durable([this](Lsn) {
        if (core.snapshot_is_due()) snapshots.start();
    });
}

RunningStore::~RunningStore() {
    handlers.stop();
    for (const auto& subscriber : subscribers) {
        if (const auto running = subscriber.lock()) running->stop();
    }
    // The journal's last groups are still told to the snapshot thread.
    snapshots.stop();
    journal.close();
}

Store bootstrap(const std::filesystem::path& directory, StoreOptions options, Adapters adapters) {
    return Store{
        std::make_unique<RunningStore>(directory, std::move(options), std::move(adapters))};
}

}  // namespace allot
