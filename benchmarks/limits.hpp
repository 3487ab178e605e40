#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <vector>

#include "engine/containers/prefetch.hpp"
#include "engine/ledger.hpp"
#include "engine/product.hpp"
#include "storage/io/huge_pages.hpp"

// The limits of the machine's memory: the memory accesses of a store, without its decisions.

namespace allot::bench {

inline constexpr std::size_t cache_line_bytes = 64;

/// Makes the compiler assume that all memory is read and written here.
inline void touch_memory() noexcept { asm volatile("" ::: "memory"); }

/// Cache lines in huge pages, each of which holds the index of the next one, in one cycle and in an
/// order that no prefetcher predicts.
class PointerChase {
public:
    /// \param bytes rounded down to a power of two.
    explicit PointerChase(std::size_t bytes)
        : lines_(std::bit_floor(std::max(bytes / cache_line_bytes, std::size_t{1})), huge_pages()) {
        // A full period, by Hull and Dobell: of a power of two, the factor is 1 modulo 4 and the
        // increment odd.
        constexpr std::uint64_t factor = 6'364'136'223'846'793'005,
                                increment = 1'442'695'040'888'963'407;
        for (std::uint64_t at = 0; at < lines_.size(); ++at) {
            lines_[at].next = (at * factor + increment) & (lines_.size() - 1);
        }
    }
    [[nodiscard]] std::size_t lines() const noexcept { return lines_.size(); }

    /// Follows so many steps, each of which has to wait for the previous one. \return the last
    /// index.
    std::uint64_t follow(std::size_t steps, std::uint64_t from = 0) const noexcept {
        for (; steps > 0; --steps) from = lines_[from].next;
        return from;
    }

private:
    struct alignas(cache_line_bytes) Line {
        std::uint64_t next;
    };
    std::pmr::vector<Line> lines_;
};

/// The memory that an allocation touches: the number of a SKU, and the hash of an order's name.
struct Touch {
    std::uint32_t sku;
    std::uint32_t order_hash;
};

/// Tables as large as those of a store. For each line it reads and writes as many cache lines as an
/// allocation touches: the SKU's slot, its product, the order's slot, the first batch and the
/// batch's latest line, all at random; the new order and the new line, in sequence. It prefetches
/// in passes like the store, but all cache lines of a pass at once, because here no address depends
/// on another.
class Gather {
public:
    /// \param batches the batches of each SKU. \param held the lines that the store holds beside
    /// the measured ones.
    Gather(std::size_t skus, std::size_t batches, std::size_t held, std::size_t measured)
        : batches_a_sku_{batches},
          held_{held},
          sku_slots_(slots_for(skus), huge_pages()),
          order_slots_(slots_for(held + measured), huge_pages()),
          products_(skus, huge_pages()),
          batches_(skus * batches, huge_pages()),
          orders_(held + measured, huge_pages()),
          lines_(held + measured, huge_pages()) {}

    /// \pre at most `measured` touches.
    void run(std::span<const Touch> touches) noexcept {
        for (std::size_t begin = 0; begin < touches.size(); begin += pass) {
            const auto some = touches.subspan(begin, std::min(pass, touches.size() - begin));
            for (const Touch& touch : some) prefetch_for(touch);
            std::size_t line = held_ + begin;
            for (const Touch& touch : some) write(touch, line++);
        }
    }
    /// The number of writes of a SKU's records.
    [[nodiscard]] std::uint64_t writes(std::size_t sku) const noexcept {
        return products_[sku].front();
    }

private:
    static constexpr std::size_t pass = 16;
    template <class Record>
    using Words = std::array<std::uint64_t, sizeof(Record) / sizeof(std::uint64_t)>;

    /// The number of slots of a FlatIndex with so many records.
    static std::size_t slots_for(std::size_t records) {
        std::size_t slots = 16;
        while (records * 4 > slots * 3) slots += slots / 2;
        return slots;
    }
    template <class Slots>
    static std::uint64_t& slot(Slots& slots, std::uint32_t hash) noexcept {
        return slots[(std::uint64_t{hash} * slots.size()) >> 32U];
    }
    static std::uint32_t hash(std::uint32_t sku) noexcept { return sku * 2'654'435'769U; }
    Words<AllocatedLine>& latest_line(std::uint32_t sku) noexcept {
        return lines_[sku % std::max<std::size_t>(held_, 1)];
    }

    void prefetch_for(const Touch& touch) noexcept {
        prefetch(slot(sku_slots_, hash(touch.sku)));
        prefetch(products_[touch.sku]);
        prefetch(slot(order_slots_, touch.order_hash));
        prefetch(batches_[touch.sku * batches_a_sku_]);
        prefetch(latest_line(touch.sku));
    }
    void write(const Touch& touch, std::size_t line) noexcept {
        const std::uint64_t found = slot(sku_slots_, hash(touch.sku));
        auto& product = products_[touch.sku];
        ++product.front();
        product.back() += found;
        slot(order_slots_, touch.order_hash) = line;
        ++batches_[touch.sku * batches_a_sku_].back();
        latest_line(touch.sku).back() = line;
        orders_[line].fill(line);
        lines_[line].fill(line);
    }

    std::size_t batches_a_sku_;
    std::size_t held_;
    std::pmr::vector<std::uint64_t> sku_slots_;
    std::pmr::vector<std::uint64_t> order_slots_;
    std::pmr::vector<Words<Product>> products_;
    std::pmr::vector<Words<Batch>> batches_;
    std::pmr::vector<Words<Order>> orders_;
    std::pmr::vector<Words<AllocatedLine>> lines_;
};

/// Copies bytes as a journal in mode `os` does: into a group's buffer, repeatedly.
class JournalCopy {
public:
    void run(std::size_t bytes) noexcept {
        while (bytes > 0) {
            const std::size_t some = std::min(bytes, group_bytes);
            std::memcpy(to_.data(), from_.data(), some);
            touch_memory();
            bytes -= some;
        }
    }

private:
    static constexpr std::size_t group_bytes = 1U << 20U;
    std::vector<std::byte> from_ = std::vector<std::byte>(group_bytes, std::byte{1});
    std::vector<std::byte> to_ = std::vector<std::byte>(group_bytes);
};

}  // namespace allot::bench
