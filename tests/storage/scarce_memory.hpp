#pragma once

#include <cstddef>

namespace allot::testing {

/// While it exists, allocations of at least so many bytes by the thread that made it throw
/// std::bad_alloc, from the nth on. With ThreadSanitizer none does.
class ScarceMemory {
public:
    explicit ScarceMemory(std::size_t bytes_min, std::size_t nth = 1) noexcept;
    ~ScarceMemory();
    ScarceMemory(const ScarceMemory&) = delete;
    ScarceMemory& operator=(const ScarceMemory&) = delete;
};

}  // namespace allot::testing
