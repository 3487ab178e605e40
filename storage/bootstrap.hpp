#pragma once

#include <filesystem>
#include <vector>

#include "storage/feed/event_sink.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/store.hpp"

namespace allot {

/// The adapters of a store to the outside: its files and clock, by default the machine's, and its
/// event sinks. Files and clock outlive the store.
struct Adapters {
    FileSystem& files = posix_file_system();
    Clock& clock = system_clock();
    std::vector<EventSink> sinks = {};
};

/// Opens a store: connects its parts and registers its event sinks. If the call of a sink fails,
/// the store repeats it from the sink's position on; no command fails because of it. The store
/// keeps the journal from the first fact on that a sink has not acknowledged.
///
/// Commands need no registration: engine/services.hpp has a `handle(command, work)` for each, and
/// MessageBus::handle() selects it by the command's type; without one the call does not compile.
///
/// \throws as Store::open(); std::invalid_argument when the name of a sink breaks its rule, or
/// occurs twice; CorruptStore when the position of one is damaged.
[[nodiscard]] Store bootstrap(const std::filesystem::path& directory, StoreOptions options = {},
                              Adapters adapters = {});

}  // namespace allot
