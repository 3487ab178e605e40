#include "tests/storage/scarce_memory.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

namespace allot::testing {

namespace {
thread_local std::size_t fails_from = SIZE_MAX;  // bytes
thread_local std::size_t succeed = 0;            // so many more of them
}  // namespace

ScarceMemory::ScarceMemory(std::size_t bytes_min, std::size_t nth) noexcept {
    fails_from = bytes_min;
    succeed = nth - 1;
}
ScarceMemory::~ScarceMemory() { fails_from = SIZE_MAX; }

}  // namespace allot::testing

// ThreadSanitizer brings its own, with which no allocation fails.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ALLOT_ALLOCATOR_IS_GIVEN
#endif
#endif

#ifndef ALLOT_ALLOCATOR_IS_GIVEN
void* operator new(std::size_t bytes) {
    using namespace allot::testing;
    const bool fails = bytes >= fails_from && (succeed == 0 || succeed-- == 0);
    void* const memory = fails ? nullptr : std::malloc(bytes != 0 ? bytes : 1);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
