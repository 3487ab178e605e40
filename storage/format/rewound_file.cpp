#include "storage/format/rewound_file.hpp"

#include <algorithm>
#include <cstring>

#include "storage/format/journal_format.hpp"
#include "storage/format/store_files.hpp"

namespace allot::rewound_file {

namespace {

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

std::vector<std::byte> bytes_of(std::uint64_t store_id, const Left& left) {
    Header header{.checksum = 0,
                  .magic = Header::magic_value,
                  .version = format_version,
                  .rows = static_cast<std::uint32_t>(left.size()),
                  .store_id = store_id};
    const auto rows = std::as_bytes(std::span{left});
    std::vector<std::byte> bytes(sizeof header + rows.size());
    std::memcpy(bytes.data(), &header, sizeof header);
    std::ranges::copy(rows, bytes.begin() + sizeof header);
    header.checksum = journal::checksum_of(bytes);
    std::memcpy(bytes.data(), &header.checksum, sizeof header.checksum);
    return bytes;
}

std::optional<Left> read(FileSystem& files, const std::filesystem::path& directory,
                         std::uint64_t store_id) {
    if (!store_files::has(files, directory, name)) return std::nullopt;
    const auto file = files.open(directory / name, FileSystem::Mode::read);
    std::vector<std::byte> bytes(file->size());
    bytes.resize(file->read_at(0, bytes));
    Header header{};
    if (bytes.size() < sizeof header) return Left{};
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto rows = std::span{std::as_const(bytes)}.subspan(sizeof header);
    if (header.magic != Header::magic_value || header.version != format_version ||
        header.store_id != store_id || header.checksum != journal::checksum_of(bytes) ||
        rows.size() != std::uint64_t{header.rows} * sizeof(Histories::Left)) {
        return Left{};
    }
    Left left(header.rows);
    std::ranges::copy(rows, std::as_writable_bytes(std::span{left}).begin());
    return left;
}

void write(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
           const Left& left) {
    const auto aside = directory / store_files::staged_name(0);
    {
        const auto file = files.open(aside, FileSystem::Mode::create);
        file->write_at(0, bytes_of(store_id, left));
        file->sync();
    }
    files.rename(aside, directory / name);
    files.sync_directory(directory);
}

void remove(FileSystem& files, const std::filesystem::path& directory) {
    files.remove(directory / name);
    files.sync_directory(directory);
}

void add(Left& left, const Left& more) {
    for (const Histories::Left& each : more) {
        if (std::ranges::find(left, each.id, &Histories::Left::id) == left.end()) {
            left.push_back(each);
        }
    }
    if (left.size() > Histories::kept_max) {
        left.erase(left.begin(), left.end() - static_cast<std::ptrdiff_t>(Histories::kept_max));
    }
}

}  // namespace allot::rewound_file
