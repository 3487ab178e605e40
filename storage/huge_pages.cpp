#include "storage/huge_pages.hpp"

#include <sys/mman.h>

#include <boost/assert.hpp>
#include <cstddef>
#include <cstdint>
#include <new>

namespace allot {

namespace {

constexpr std::size_t page = std::size_t{2} << 20U;

constexpr std::size_t round_up(std::size_t bytes) noexcept {
    return (bytes + page - 1) / page * page;
}

/// \return anonymous memory that begins at a huge page's border.
void* map(std::size_t bytes) {
    // One page more, to cut off what lies before and after the borders.
    void* const mapped =
        ::mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc{};
    auto* const begin = static_cast<std::byte*>(mapped);
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(begin) % page) % page;
    if (before != 0) ::munmap(begin, before);
    if (before != page) ::munmap(begin + before + bytes, page - before);
    ::madvise(begin + before, bytes, MADV_HUGEPAGE);  // a wish: small pages do, too
    return begin + before;
}

class HugePages final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        BOOST_ASSERT(alignment <= page);
        if (bytes < page) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        return map(round_up(bytes));
    }
    void do_deallocate(void* at, std::size_t bytes, std::size_t alignment) override {
        if (bytes < page) {
            std::pmr::new_delete_resource()->deallocate(at, bytes, alignment);
        } else {
            ::munmap(at, round_up(bytes));
        }
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

}  // namespace

std::pmr::memory_resource* huge_pages() {
    // Never destroyed: a store may end after everything else.
    static auto* const memory = new HugePages;
    return memory;
}

}  // namespace allot
