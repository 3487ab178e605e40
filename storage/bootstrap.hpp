#pragma once

#include <filesystem>
#include <vector>

#include "storage/feed/event_sink.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/store.hpp"

namespace allot {

/// What a store is built on, and its event sinks. Files and clock are the machine's unless
/// others are given, as by a test; they outlive the store.
struct Adapters {
    FileSystem& files = posix_file_system();
    Clock& clock = system_clock();
    std::vector<EventSink> sinks = {};
};

/// Opens a store: the one place where its parts are given to each other, and where event sinks
/// are registered. A handler that fails is called again, from its place on, and fails no command.
/// The journal is kept from the first fact on that one of them has not dealt with.
///
/// The handlers of commands are registered by being written: `handle(command, work)` in
/// engine/services.hpp, one for each command. MessageBus::handle() takes the one for the command's
/// type; without one the call does not compile.
///
/// \throws as Store::open(); std::invalid_argument when the name of a handler breaks its rule, or
/// comes twice; CorruptStore when the place of one is damaged.
[[nodiscard]] Store bootstrap(const std::filesystem::path& directory, StoreOptions options = {},
                              Adapters adapters = {});

}  // namespace allot
