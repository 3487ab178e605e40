#pragma once

#include <cstddef>
#include <memory_resource>
#include <vector>

namespace allot::fuzz {

/// Memory for repositories that keeps chunks from one input to the next: freeing a chunk, which the
/// sanitizer then marks, takes longer than everything else that a target does.
class KeptMemory final : public std::pmr::memory_resource {
    static constexpr bool is_chunk(std::size_t bytes, std::size_t alignment) noexcept {
        return bytes == std::size_t{2} << 20U && alignment == 64;  // of a Pool
    }
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        if (!is_chunk(bytes, alignment) || kept_.empty()) {
            return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        }
        void* const chunk = kept_.back();
        kept_.pop_back();
        return chunk;
    }
    void do_deallocate(void* at, std::size_t bytes, std::size_t alignment) override {
        if (is_chunk(bytes, alignment)) return kept_.push_back(at);
        std::pmr::new_delete_resource()->deallocate(at, bytes, alignment);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::vector<void*> kept_;
};

inline std::pmr::memory_resource* kept_memory() {
    static auto* const memory = new KeptMemory;  // never destroyed, so its chunks are no leak
    return memory;
}

}  // namespace allot::fuzz
