#pragma once

#include <array>

#include "net/schema/spec.hpp"

namespace allot::commands {

namespace specs {
extern const CommandSpec export_rows, import_rows, help, info, catalog, config, snapshot, slowlog,
    role, latency, modules, cluster;
}  // namespace specs

/// The commands that copy stock between stores.
inline constexpr std::array of_transfers{&specs::export_rows, &specs::import_rows};

/// The commands of the server, in the order of HELP.
inline constexpr std::array of_server{
    &specs::help,    &specs::info, &specs::catalog, &specs::config,  &specs::snapshot,
    &specs::slowlog, &specs::role, &specs::latency, &specs::modules, &specs::cluster};

}  // namespace allot::commands
