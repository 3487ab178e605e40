#pragma once

#include <memory_resource>

namespace allot {

/// Memory for tables that are read all over: what is asked for by the huge page (2 MiB) or more
/// gets mappings of its own, which the system is advised to back with huge pages. A command touches
/// a handful of places in a store of any size; with small pages each costs a walk through the page
/// tables beside the access itself. Anything smaller comes from the heap. Who has many single
/// huge pages in use gets more that are cleared: a thread, one a process, keeps four ready, and
/// goes through anything larger from its beginning on. Thread-safe.
[[nodiscard]] std::pmr::memory_resource* huge_pages();

}  // namespace allot
