#include "storage/io/huge_pages.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace allot {

namespace {

constexpr std::size_t page = std::size_t{2} << 20U;

constexpr std::size_t round_up(std::size_t bytes) noexcept {
    return (bytes + page - 1) / page * page;
}

/// \return anonymous memory that begins at a huge page's border.
void* map(std::size_t bytes) {
    // One page more, so that the parts outside the borders can be cut off.
    void* const mapped =
        ::mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc{};
    auto* const begin = static_cast<std::byte*>(mapped);
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(begin) % page) % page;
    if (before != 0) ::munmap(begin, before);
    if (before != page) ::munmap(begin + before + bytes, page - before);
    ::madvise(begin + before, bytes, MADV_HUGEPAGE);  // a hint: small pages work, too
    return begin + before;
}

/// Makes the system clear pages before they are needed. Clearing a page, or getting it from a host,
/// takes up to several milliseconds, during which the thread that touches it first would answer no
/// request. So a thread clears pages ahead: it keeps some ready for pools, which grow page by page,
/// and clears the pages of a larger table in order, from the beginning on. Thread-safe.
class PagesAhead {
public:
    void* take() {
        void* ready = nullptr;
        {
            const std::scoped_lock lock{mutex_};
            if (ready_count_ > 0) ready = ready_[--ready_count_];
            ++in_use_;
            if (wants_page()) start();
        }
        return ready == nullptr ? map(page) : ready;
    }
    void give_back() noexcept {
        const std::scoped_lock lock{mutex_};
        --in_use_;
    }
    /// \pre forget() is called before the table is unmapped.
    void clear(std::byte* table, std::size_t bytes) noexcept {
        const std::scoped_lock lock{mutex_};
        const auto free = std::ranges::find(tables_, nullptr, &Table::begin);
        if (free == tables_.end()) return;  // its pages are cleared when they are touched
        *free = {table, table, table + bytes};
        start();
    }
    void forget(const std::byte* table) noexcept {
        std::unique_lock lock{mutex_};
        const auto found = std::ranges::find(tables_, table, &Table::begin);
        if (found != tables_.end()) *found = {};
        cleared_.wait(lock, [&] { return clearing_ != table; });
    }

private:
    struct Table {
        std::byte* begin = nullptr;
        std::byte* next = nullptr;  // the first page that was not cleared
        std::byte* end = nullptr;
    };

    /// Wakes the thread; the first call starts it. \pre mutex_ is held
    void start() noexcept {
        wanted_.notify_one();
        if (std::exchange(started_, true)) return;
        try {
            std::thread{[this] { run(); }}.detach();
        } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): no page is ready then
        }
    }
    /// \return a table with pages to clear, or tables_.end().
    [[nodiscard]] auto table() noexcept {
        return std::ranges::find_if(tables_,
                                    [](const Table& each) { return each.begin != nullptr; });
    }
    void run() noexcept {
        std::unique_lock lock{mutex_};
        for (;;) {
            wanted_.wait(lock, [&] { return table() != tables_.end() || wants_page(); });
            if (const auto next = table(); next != tables_.end()) {
                clear_page(*next, lock);
                continue;
            }
            lock.unlock();
            void* const next = map_cleared();
            if (next == nullptr) return;
            lock.lock();
            ready_[ready_count_++] = next;
        }
    }
    [[nodiscard]] bool wants_page() const noexcept {
        return in_use_ >= many && ready_count_ < ready_.size();
    }
    void clear_page(Table& table, std::unique_lock<std::mutex>& lock) noexcept {
        std::byte* const at = std::exchange(table.next, table.next + page);
        clearing_ = table.begin;
        if (table.next == table.end) table = {};
        lock.unlock();
        ::madvise(at, page, MADV_POPULATE_WRITE);
        lock.lock();
        clearing_ = nullptr;
        cleared_.notify_all();
    }
    static void* map_cleared() noexcept {
        try {
            void* const next = map(page);
            ::madvise(next, page,
                      MADV_POPULATE_WRITE);  // otherwise the first access clears it
            return next;
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    // Small stores need neither the thread nor its memory.
    static constexpr std::size_t many = 16;
    static constexpr std::size_t ready_max = 4;
    static constexpr std::size_t tables_max = 8;

    std::mutex mutex_;  // protects the members below
    std::condition_variable wanted_;
    std::condition_variable cleared_;
    bool started_ = false;
    std::size_t in_use_ = 0;  // single pages
    std::size_t ready_count_ = 0;
    std::array<void*, ready_max> ready_{};
    std::array<Table, tables_max> tables_{};
    const std::byte* clearing_ = nullptr;  // the table whose page is being cleared
};

class HugePages final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        BOOST_ASSERT(alignment <= page);
        if (bytes < page) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
        if (bytes == page) return ahead_.take();
        void* const mapped = map(round_up(bytes));
        ahead_.clear(static_cast<std::byte*>(mapped), round_up(bytes));
        return mapped;
    }
    void do_deallocate(void* at, std::size_t bytes, std::size_t alignment) override {
        if (bytes < page) {
            std::pmr::new_delete_resource()->deallocate(at, bytes, alignment);
        } else {
            if (bytes == page) {
                ahead_.give_back();
            } else {
                ahead_.forget(static_cast<const std::byte*>(at));
            }
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
    // The object is never destroyed: a store may be destroyed after other static objects, and a
    // thread waits in it.
    static auto* const memory = new HugePages;
    return memory;
}

}  // namespace allot
