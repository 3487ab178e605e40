#include "storage/huge_pages.hpp"

#include <sys/mman.h>

#include <array>
#include <boost/assert.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

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

/// Pages that the system has cleared already, for a store that grows page by page. To clear one, or
/// to get it from a host, takes a fraction of a millisecond or several, in which whoever touches it
/// first would answer nobody. So a thread does that ahead of need. Thread-safe.
class PagesAhead {
public:
    /// \return null when none is ready.
    void* take() noexcept {
        const std::scoped_lock lock{mutex_};
        if (++taken_ == taken_at_start) start();
        if (ready_count_ == 0) return nullptr;
        wanted_.notify_one();
        return ready_[--ready_count_];
    }

private:
    void start() noexcept {
        try {
            std::thread{[this] { run(); }}.detach();
        } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): then none is ready
        }
    }
    void run() noexcept {
        std::unique_lock lock{mutex_};
        for (;;) {
            wanted_.wait(lock, [&] { return ready_count_ < ready_.size(); });
            lock.unlock();
            void* const next = map_cleared();
            if (next == nullptr) return;
            lock.lock();
            ready_[ready_count_++] = next;
        }
    }
    static void* map_cleared() noexcept {
        try {
            void* const next = map(page);
            ::madvise(next, page,
                      MADV_POPULATE_WRITE);  // or whoever touches it first has it cleared
            return next;
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    // A small store has neither the thread nor the memory.
    static constexpr std::size_t taken_at_start = 16;
    static constexpr std::size_t ready_max = 4;

    std::mutex mutex_;  // of all that follows
    std::condition_variable wanted_;
    std::size_t taken_ = 0;
    std::size_t ready_count_ = 0;
    std::array<void*, ready_max> ready_{};
};

class HugePages final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        BOOST_ASSERT(alignment <= page);
        if (bytes < page) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        if (bytes == page) {
            if (void* const ready = ahead_.take(); ready != nullptr) return ready;
        }
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

    PagesAhead ahead_;
};

}  // namespace

std::pmr::memory_resource* huge_pages() {
    // Never destroyed: a store may end after everything else, and a thread waits in it.
    static auto* const memory = new HugePages;
    return memory;
}

}  // namespace allot
