#pragma once

#include <cstddef>
#include <cstdint>

namespace allot {

/// Prefetches a record of up to two cache lines, wherever it begins. A hint to the processor.
template <class Record>
void prefetch(const Record& record) noexcept {
    constexpr std::uintptr_t cache_line = 64;
    const auto* const first = reinterpret_cast<const std::byte*>(&record);
    __builtin_prefetch(first);
    if constexpr (sizeof(Record) > alignof(Record) || sizeof(Record) > cache_line) {
        __builtin_prefetch(first + sizeof record - 1);  // costs nothing if it is the same line
        if constexpr (sizeof(Record) > cache_line + alignof(Record)) {
            __builtin_prefetch(first + cache_line);  // there may be a line between them
        }
    }
    // GCC removes calls of a function that only prefetches. This statement counts as an effect.
    asm volatile("");
}

}  // namespace allot
