#pragma once

#include <memory_resource>

namespace allot {

/// Memory for tables that are read at random. A request of a huge page (2 MiB) or more gets a
/// mapping of its own, for which the system is advised to use huge pages: with small pages each of
/// the few locations that a command reads would also cost a walk through the page tables. Smaller
/// requests come from the heap. When many single huge pages are in use, a thread of the process
/// keeps four cleared ones ready, and clears larger mappings from their beginning on. Thread-safe.
[[nodiscard]] std::pmr::memory_resource* huge_pages();

}  // namespace allot
