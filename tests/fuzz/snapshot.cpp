// A snapshot file, as it is, and with every checksum, length and count corrected, so that the code
// behind these checks is reached: it is refused, or gives a state that obeys all rules and is the
// same after writing and reading it again.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "engine/invariants.hpp"
#include "engine/repository.hpp"
#include "engine/state_hash.hpp"
#include "storage/snapshot/snapshot_file.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/kept_memory.hpp"

namespace allot::fuzz::target_snapshot {

using snapshot::ChunkHeader;
using snapshot::Header;
using testing::SimulatedDisk;
using Bytes = std::vector<std::byte>;

const std::filesystem::path directory = "store";

template <class Struct>
Struct at(const Bytes& file, std::size_t offset) {
    Struct value;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

/// Puts a header into a file, with the checksum of `bytes` bytes from there on. \return it.
template <class Struct>
std::uint64_t seal(Bytes& file, std::size_t offset, const Struct& header, std::size_t bytes,
                   std::uint64_t seed) {
    std::memcpy(file.data() + offset, &header, sizeof header);
    const std::uint64_t sum = XXH3_64bits_withSeed(file.data() + offset + sizeof(std::uint64_t),
                                                   bytes - sizeof(std::uint64_t), seed);
    std::memcpy(file.data() + offset, &sum, sizeof sum);
    return sum;
}

/// Corrects the length of a chunk, or of its names, to fit the counts or the file.
void fit(ChunkHeader& chunk, std::size_t space) {
    const std::uint64_t rows = std::uint64_t{chunk.products} * sizeof(snapshot::ProductRow) +
                               std::uint64_t{chunk.batches} * sizeof(snapshot::BatchRow) +
                               std::uint64_t{chunk.lines} * sizeof(snapshot::LineRow) +
                               std::uint64_t{chunk.shortages} * sizeof(snapshot::ShortageRow);
    const bool is_of_histories = rows == 0 && chunk.name_bytes == 0;
    if (rows > space || is_of_histories) return;
    if (chunk.name_bytes > space - rows)
        chunk.name_bytes = static_cast<std::uint32_t>(space - rows);
    chunk.bytes = static_cast<std::uint32_t>(rows + chunk.name_bytes);
}

/// \param counts corrects the chunks' lengths and the header's counts, too.
void put_right(Bytes& file, bool counts) {
    if (file.size() < sizeof(Header)) return;
    auto header = at<Header>(file, 0);
    header.magic = Header::magic_value;
    if (!snapshot::is_readable(header.version)) header.version = snapshot::format_version;
    const bool shortages = snapshot::holds_shortages(header.version);
    header.archive_version = 19;
    header.bytes = file.size();
    if (counts) header.products = header.batches = header.lines = 0;
    header.chunks = header.chain = 0;
    for (std::size_t offset = sizeof header; offset + sizeof(ChunkHeader) <= file.size();) {
        auto chunk = at<ChunkHeader>(file, offset);
        const std::size_t space = file.size() - offset - sizeof chunk;
        ++header.chunks;
        if (!shortages) chunk.shortages = 0;
        if (counts) fit(chunk, space);
        if (chunk.bytes > space && !counts) break;  // the reader must detect this length
        if (chunk.bytes > space) chunk.bytes = static_cast<std::uint32_t>(space);
        header.chain = seal(file, offset, chunk, sizeof chunk + chunk.bytes, header.chain);
        offset += sizeof chunk + chunk.bytes;
        if (!counts) continue;
        header.products += chunk.products;
        header.batches += chunk.batches;
        header.lines += chunk.lines;
        // A rest too short for another chunk is cut off.
        if (file.size() - offset < sizeof chunk) file.resize(offset), header.bytes = offset;
    }
    seal(file, 0, header, sizeof header, 0);
}

void write_anew(Repository& repository, const snapshot::Verified& found) {
    const Header& header = found.header;
    SimulatedDisk disk;
    disk.create_directories(directory);
    {
        snapshot::Writer writer{disk, directory, header.store_id, header.start};
        snapshot::RowCopier copier{repository, static_cast<Index>(repository.size())};
        do {
            snapshot::Chunk chunk;
            copier.copy(chunk, 256);
            writer.add(chunk);
        } while (!copier.ended());
        writer.finish(header.end, found.histories);
    }
    Repository again{2, fuzz::kept_memory()};
    const snapshot::Verified written =
        snapshot::load(disk, directory / snapshot::file_name(header.start), again, {});
    const Header& read = written.header;
    fuzz::require(written.histories == found.histories, "the histories are written again");
    fuzz::require(read.products == header.products && read.batches == header.batches &&
                      read.lines == header.lines && read.end == header.end,
                  "the header is written again");
    fuzz::require(state_hash(again) == state_hash(repository), "what was read is written again");
}

void load(Bytes file) {
    SimulatedDisk disk;
    const std::filesystem::path path = directory / "some";
    disk.put(path, std::move(file));
    Repository repository{1, fuzz::kept_memory()};
    try {
        const snapshot::Verified found = snapshot::load(disk, path, repository, {});
        fuzz::require(violations(repository).empty(), "the stock obeys its rules");
        write_anew(repository, found);
    } catch (const CorruptStore&) {  // NOLINT(bugprone-empty-catch): a valid outcome
    }
}

extern "C" int FUZZ_TARGET(snapshot)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::uint8_t steer = fuzz::take(rest);
    const auto bytes = std::as_bytes(rest);
    Bytes file{bytes.begin(), bytes.end()};
    if (steer % 4 != 0) put_right(file, steer % 4 > 1);
    load(std::move(file));
    return 0;
}

}  // namespace allot::fuzz::target_snapshot
