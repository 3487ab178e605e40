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
        __builtin_prefetch(first + sizeof record - 1);  // where it is the same, it costs nothing
        if constexpr (sizeof(Record) > cache_line + alignof(Record)) {
            __builtin_prefetch(first + cache_line);  // there may be one between them
        }
    }
    // A function that does nothing but prefetch has no effect in GCC's eyes, which drops the calls
    // of it. This is one.
    asm volatile("");
}

}  // namespace allot
