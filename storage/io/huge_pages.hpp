#pragma once

#include <memory_resource>

namespace allot {

/// Memory for tables that are read at random. A request of a huge page (2 MiB) or more gets a
/// mapping of its own, which the system is advised to back with huge pages: a command reads a
/// handful of locations in a store of any size, and with small pages each costs a walk through the
/// page tables beside the access itself. Smaller requests come from the heap. When many single huge
/// pages are in use, further ones are cleared ahead of use: one thread of the process keeps four
/// ready, and clears larger mappings from their beginning on. Thread-safe.
[[nodiscard]] std::pmr::memory_resource* huge_pages();

}  // namespace allot
