#pragma once

#include <cstddef>
#include <cstdint>

namespace allot {

/// Asks the processor for a record, which may lie on two cache lines. A hint.
template <class Record>
void prefetch(const Record& record) noexcept {
    constexpr std::uintptr_t cache_line = 64;
    const auto* const first = reinterpret_cast<const std::byte*>(&record);
    const auto* const last = first + sizeof record - 1;
    __builtin_prefetch(first);
    if ((reinterpret_cast<std::uintptr_t>(first) ^ reinterpret_cast<std::uintptr_t>(last)) >=
        cache_line) {
        __builtin_prefetch(last);
    }
    // A function that does nothing but prefetch has no effect in GCC's eyes, which drops the calls
    // of it. This is one.
    asm volatile("");
}

}  // namespace allot
