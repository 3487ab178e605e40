#pragma once

#include <boost/container/vector.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/histories.hpp"
#include "engine/repository.hpp"

// The bytes of a snapshot, which FORMAT.md describes.

namespace allot::snapshot {

/// The version that is written. Versions 1 and 2 are read: version 1 has no shortages; version 2
/// has no histories, and counts how often a short line was refused.
inline constexpr std::uint32_t format_version = 3;
[[nodiscard]] constexpr bool is_readable(std::uint32_t version) noexcept {
    return version >= 1 && version <= format_version;
}
[[nodiscard]] constexpr bool holds_shortages(std::uint32_t version) noexcept {
    return version >= 2;
}
/// True when the last chunk holds the histories, and nothing else.
[[nodiscard]] constexpr bool holds_histories(std::uint32_t version) noexcept {
    return version >= 3;
}

/// The beginning of the file, written last.
struct Header {
    static constexpr std::uint64_t magic_value = 0x5041'4E53'4F4C'4CFF;  // FF "LLOSNAP"

    std::uint64_t checksum;  ///< XXH3-64 of the 88 bytes after it
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t archive_version;  ///< the version of Boost.Serialization
    std::uint64_t store_id;
    Lsn start;  ///< replay begins after it
    Lsn end;    ///< the snapshot holds no fact after it
    std::uint64_t products;
    std::uint64_t batches;
    std::uint64_t lines;
    std::uint64_t chunks;
    std::uint64_t bytes;  ///< the length of the whole file
    std::uint64_t chain;  ///< the last chunk's checksum
};
static_assert(sizeof(Header) == 96);

/// The beginning of each chunk; its archive follows.
struct ChunkHeader {
    std::uint64_t checksum;  ///< XXH3-64 of the bytes after it, seeded with the previous chunk's
    std::uint32_t bytes;     ///< the length of the archive
    std::uint32_t products;
    std::uint32_t batches;
    std::uint32_t lines;
    std::uint32_t name_bytes;
    std::uint32_t shortages;
};
static_assert(sizeof(ChunkHeader) == 32);

// The archived records: fixed-width integers. Their names are one after the other in `names`: those
// of a product, of each of its batches followed by the orders of its lines, and of the orders of
// its shortages.

struct ProductRow {
    std::uint64_t version;
    Lsn current_to;
    std::uint32_t batches;
    std::uint32_t sku_bytes;
};

struct BatchRow {
    Lsn added;
    std::int32_t eta_days;
    std::uint32_t purchased;
    std::uint32_t lines;
    std::uint32_t ref_bytes;
};

struct LineRow {
    Lsn allocated_at;
    std::uint32_t quantity;
    std::uint32_t order_bytes;
};

struct ShortageRow {
    Lsn since;
    std::uint64_t unused;  ///< 0; in version 2 how often the line was refused, which is ignored
    std::uint32_t quantity;
    std::uint32_t order_bytes;
    std::uint32_t product;   ///< its row in the chunk, from 0; ascending
    std::uint32_t reserved;  ///< 0
};

/// Some products, with their batches in order of preference, lines in the order of their first
/// allocation, and shortages from the oldest.
struct Chunk {
    std::vector<ProductRow> products;
    std::vector<BatchRow> batches;
    std::vector<LineRow> lines;
    std::vector<ShortageRow> shortages;
    boost::container::vector<char> names;

    /// Removes the rows, and keeps the memory.
    void clear() noexcept {
        products.clear();
        batches.clear();
        lines.clear();
        shortages.clear();
        names.clear();
    }

    /// The number of records.
    [[nodiscard]] std::size_t rows() const noexcept {
        return products.size() + batches.size() + lines.size() + shortages.size();
    }
    /// The size of its archive.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return products.size() * sizeof(ProductRow) + batches.size() * sizeof(BatchRow) +
               lines.size() * sizeof(LineRow) + shortages.size() * sizeof(ShortageRow) +
               names.size();
    }
};

/// A chunk is written once it has this size.
inline constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;

/// A chunk with enough capacity that its arrays do not move while a slice is added and other
/// threads wait. Its 4 MiB are touched already, so that no slice waits for a page.
[[nodiscard]] Chunk empty_chunk();

/// Copies the products of a repository into chunks, slice by slice, each product whole: a slice
/// takes long if a product has very many lines.
class RowCopier {
public:
    /// Copies the products before `end`.
    RowCopier(Repository& repository, Index end) noexcept : repository_{&repository}, end_{end} {}

    /// True when every product has been copied.
    [[nodiscard]] bool ended() const noexcept { return next_ >= end_; }
    /// Prefetches a part of the memory of a few products, without waiting for it; its callers do
    /// other work between the calls. \return false when the next product is prefetched.
    bool prefetch();
    /// Copies products that are prefetched, of at least so many records if there are.
    /// \return the number of records copied.
    std::size_t copy_prefetched(Chunk& chunk, std::size_t rows_min);
    /// Copies products of at least so many records, or all. Waits for memory, of many products at a
    /// time. \return the number of records copied.
    std::size_t copy(Chunk& chunk, std::size_t rows_min);

private:
    void prefetch_batches(Index products);
    void prefetch_lines();

    Repository* repository_;
    Index end_;
    Index next_ = 0;
    Index prefetched_ = 0;  // the first product that is not prefetched
    /// Batches, then their lines, of the products before prefetched_, which will be prefetched
    /// next.
    std::vector<Index> chains_;
    bool are_lines_ = false;
    std::size_t seen_ = 0;
};

/// Rebuilds the products of a chunk, with the checks that every fact passes.
/// \return false when they contradict each other or the repository.
[[nodiscard]] bool restore(const Chunk& chunk, Repository& repository);

/// Appends the chunk to `bytes`, as a binary archive of Boost.Serialization.
void archive(const Chunk& chunk, std::string& bytes);
/// \return none when the archive does not match the header exactly.
[[nodiscard]] std::optional<Chunk> extract(const ChunkHeader& header,
                                           std::span<const std::byte> archive);

/// The bytes of the last chunk.
[[nodiscard]] std::string bytes_of(const Histories& histories);
/// \return none when the bytes are not a result of bytes_of().
[[nodiscard]] std::optional<Histories> histories_in(std::span<const std::byte> bytes);

/// `snapshot-<start, 16 hexadecimal digits>.snap`
std::string file_name(Lsn start);
/// \return none for any other file.
std::optional<Lsn> start_of(std::string_view file_name);
/// The name of a snapshot while it is written.
inline constexpr std::string_view temporary_name = "snapshot.tmp";

}  // namespace allot::snapshot
