#include "storage/format/rewound_file.hpp"

#include <algorithm>
#include <cstring>

#include "storage/format/journal_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/io/temporary_file.hpp"

namespace allot::rewound_file {

namespace {

using Row = Histories::LostHistory;

constexpr std::uint32_t format_version = 1;

/// The beginning of the file; the rows follow.
struct Header {
    static constexpr std::uint64_t magic_value = 0x4457'5254'4F4C'4CFF;  // FF "LLOTRWD"

    std::uint64_t checksum;  ///< XXH3-64 of the bytes after it
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t rows;
    std::uint64_t store_id;
};
static_assert(sizeof(Header) == 32);

}  // namespace

std::vector<std::byte> bytes_of(std::uint64_t store_id, std::span<const Row> lost) {
    Header header{.checksum = 0,
                  .magic = Header::magic_value,
                  .version = format_version,
                  .rows = static_cast<std::uint32_t>(lost.size()),
                  .store_id = store_id};
    std::vector<std::byte> bytes(sizeof header + lost.size_bytes());
    std::memcpy(bytes.data(), &header, sizeof header);
    std::ranges::copy(std::as_bytes(lost), bytes.begin() + sizeof header);
    header.checksum = journal::checksum_of(bytes);
    std::memcpy(bytes.data(), &header.checksum, sizeof header.checksum);
    return bytes;
}

std::optional<Histories::LostHistories> read(FileSystem& files,
                                             const std::filesystem::path& directory,
                                             std::uint64_t store_id) {
    if (!store_files::has(files, directory, name)) return std::nullopt;
    const auto file = files.open(directory / name, FileSystem::Mode::read);
    std::vector<std::byte> bytes(file->size());
    bytes.resize(file->read_at(0, bytes));
    Header header{};
    if (bytes.size() < sizeof header) return Histories::LostHistories{};
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto rows = std::span{bytes}.subspan(sizeof header);
    if (header.magic != Header::magic_value || header.version != format_version ||
        header.store_id != store_id || header.checksum != journal::checksum_of(bytes) ||
        rows.size() != std::uint64_t{header.rows} * sizeof(Row)) {
        return Histories::LostHistories{};
    }
    return journal::rows_in<Row>(rows);
}

void write(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
           std::span<const Row> lost) {
    replace_durably(files, directory, store_files::staged_name(0), name, bytes_of(store_id, lost));
}

void remove(FileSystem& files, const std::filesystem::path& directory) {
    files.remove(directory / name);
    files.sync_directory(directory);
}

}  // namespace allot::rewound_file
