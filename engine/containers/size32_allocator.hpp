#pragma once

#include <cstdint>
#include <memory>

namespace allot {

/// Allocates from the heap for containers with 32-bit sizes, which are eight bytes smaller.
template <class T>
struct Size32Allocator : std::allocator<T> {
    using size_type = std::uint32_t;
    Size32Allocator() noexcept = default;
    template <class U>
    explicit(false) Size32Allocator(const Size32Allocator<U>& /*other*/) noexcept {}
    T* allocate(size_type count) { return std::allocator<T>::allocate(count); }
    void deallocate(T* at, size_type count) noexcept { std::allocator<T>::deallocate(at, count); }
};

}  // namespace allot
