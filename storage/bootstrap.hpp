#pragma once

#include <filesystem>
#include <vector>

#include "storage/feed/event_sink.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/store.hpp"

namespace allot {

/// The adapters that a store is built on, and its event sinks. Files and clock are the machine's
/// unless others are given, as by a test; they outlive the store.
struct Adapters {
    FileSystem& files = posix_file_system();
    Clock& clock = system_clock();
    std::vector<EventSink> sinks = {};
};

/// Opens a store: its parts are connected here, and event sinks are registered here. A sink whose
/// call fails is called again, from its offset on, and fails no command. The journal is kept from
/// the first fact on that a sink has not acknowledged.
///
/// Commands need no registration: engine/services.hpp has a `handle(command, work)` for each, and
/// MessageBus::handle() selects it by the command's type; without one the call does not compile.
///
/// \throws as Store::open(); std::invalid_argument when the name of a sink breaks its rule, or
/// occurs twice; CorruptStore when the offset of one is damaged.
[[nodiscard]] Store bootstrap(const std::filesystem::path& directory, StoreOptions options = {},
                              Adapters adapters = {});

}  // namespace allot
