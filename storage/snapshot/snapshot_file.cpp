#include "storage/snapshot/snapshot_file.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <boost/archive/basic_archive.hpp>
#include <cstring>
#include <vector>

namespace allot::snapshot {

namespace {

constexpr std::uint32_t chunk_bytes_max = 1U << 30U;  // of an archive

template <class Struct>
std::span<const std::byte> bytes_of(const Struct& value) noexcept {
    return std::as_bytes(std::span{&value, 1});
}

std::uint64_t checksum_of(const Header& header) noexcept {
    const auto bytes = bytes_of(header).subspan(sizeof header.checksum);
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum_of(const ChunkHeader& header, std::span<const std::byte> archive,
                          std::uint64_t previous) noexcept {
    XXH3_state_t state{};
    XXH3_64bits_reset_withSeed(&state, previous);
    const auto bytes = bytes_of(header).subspan(sizeof header.checksum);
    XXH3_64bits_update(&state, bytes.data(), bytes.size());
    XXH3_64bits_update(&state, archive.data(), archive.size());
    return XXH3_64bits_digest(&state);
}

std::uint32_t archive_version() {
    const auto version = boost::archive::BOOST_ARCHIVE_VERSION();
    return std::uint32_t{version};
}

class Reader {
public:
    Reader(FileSystem& files, const std::filesystem::path& path)
        : name_{path.filename().string()}, file_{files.open(path, FileSystem::Mode::read)} {
        read_header();
    }

    [[nodiscard]] const Header& header() const noexcept { return header_; }
    /// \pre all chunks have been read.
    [[nodiscard]] Verified verified() const { return {header_, histories_}; }

    /// Passes each chunk of products, after verifying its checksum, to `use(ChunkHeader, archive)`.
    template <class Use>
    void for_each_chunk(Use&& use) {
        offset_ = sizeof header_;
        std::uint64_t chain = 0;
        std::vector<std::byte> archive;
        for (std::uint64_t i = 0; i < header_.chunks; ++i) {
            ChunkHeader chunk{};
            read(std::as_writable_bytes(std::span{&chunk, 1}));
            if (chunk.bytes > chunk_bytes_max || chunk.bytes > header_.bytes - offset_) {
                refuse("a chunk is longer than the file");
            }
            archive.resize(chunk.bytes);
            read(archive);
            if (checksum_of(chunk, archive, chain) != chunk.checksum) {
                refuse("a chunk is damaged");
            }
            chain = chunk.checksum;
            if (chunk.shortages != 0 && !holds_shortages(header_.version)) {
                refuse("a chunk holds shortages, which its format version does not have");
            }
            if (i == chunks_of_products()) {
                read_histories(chunk, archive);
            } else {
                use(chunk, std::span<const std::byte>{archive});
            }
        }
        if (offset_ != header_.bytes || chain != header_.chain) {
            refuse("the file does not hold the chunks that its header counts");
        }
    }

    [[nodiscard]] std::uint64_t chunks_of_products() const noexcept {
        return header_.chunks - (holds_histories(header_.version) ? 1 : 0);
    }

    [[noreturn]] void refuse(const std::string& why) const {
        throw CorruptStore{name_, offset_, header_.start, why};
    }

private:
    [[noreturn]] void refuse_format(const std::string& why) const {
        throw UnknownFormat{name_, offset_, header_.start, why};
    }

    void read_header() {
        if (file_->size() < sizeof header_) refuse("the file is shorter than a header");
        read(std::as_writable_bytes(std::span{&header_, 1}));
        offset_ = 0;
        if (header_.magic != Header::magic_value) refuse("the file is not a snapshot");
        if (checksum_of(header_) != header_.checksum) refuse("the header is damaged");
        if (!is_readable(header_.version)) {
            refuse_format("format version " + std::to_string(header_.version) +
                          "; this program reads up to " + std::to_string(format_version));
        }
        if (header_.archive_version > archive_version()) {
            refuse_format("the file was written by a newer Boost.Serialization");
        }
        if (header_.bytes != file_->size()) {
            refuse("the file has " + std::to_string(file_->size()) + " bytes; its header says " +
                   std::to_string(header_.bytes));
        }
        if (holds_histories(header_.version) && header_.chunks == 0) {
            refuse("the file does not hold the chunks that its header counts");
        }
        if (start_of(name_).value_or(header_.start) != header_.start) {
            refuse("the file's name does not match its start");
        }
    }

    void read_histories(const ChunkHeader& chunk, std::span<const std::byte> bytes) {
        const ChunkHeader expected{.checksum = chunk.checksum,
                                   .bytes = chunk.bytes,
                                   .products = 0,
                                   .batches = 0,
                                   .lines = 0,
                                   .name_bytes = 0,
                                   .shortages = 0};
        auto histories = histories_in(bytes);
        if (!histories || std::memcmp(&chunk, &expected, sizeof chunk) != 0) {
            refuse("the last chunk is not a list of histories");
        }
        histories_ = *std::move(histories);
    }

    void read(std::span<std::byte> into) {
        if (file_->read_at(offset_, into) != into.size()) refuse("the file ends early");
        offset_ += into.size();
    }

    std::string name_;
    std::unique_ptr<File> file_;
    Header header_{};
    Histories histories_;
    std::uint64_t offset_ = 0;
};

}  // namespace

Writer::Writer(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
               Lsn start)
    : files_{files}, directory_{directory}, file_{files, directory / temporary_name} {
    header_.magic = Header::magic_value;
    header_.version = format_version;
    header_.archive_version = archive_version();
    header_.store_id = store_id;
    header_.start = start;
    header_.bytes = sizeof header_;
}

void Writer::add(const Chunk& chunk) {
    ChunkHeader header{};
    buffer_.assign(sizeof header, '\0');
    archive(chunk, buffer_);
    header.products = static_cast<std::uint32_t>(chunk.products.size());
    header.batches = static_cast<std::uint32_t>(chunk.batches.size());
    header.lines = static_cast<std::uint32_t>(chunk.lines.size());
    header.shortages = static_cast<std::uint32_t>(chunk.shortages.size());
    header.name_bytes = static_cast<std::uint32_t>(chunk.names.size());
    add_chunk(header);
}

/// Completes the header at the beginning of the buffer, and writes the buffer.
void Writer::add_chunk(ChunkHeader header) {
    const auto bytes = std::as_bytes(std::span{buffer_});
    const auto archived = bytes.subspan(sizeof header);
    header.bytes = static_cast<std::uint32_t>(archived.size());
    header.checksum = checksum_of(header, archived, header_.chain);
    std::memcpy(buffer_.data(), &header, sizeof header);

    file_.file().write_at(header_.bytes, bytes);
    file_.file().begin_sync(header_.bytes, bytes.size());
    header_.bytes += bytes.size();
    header_.chain = header.checksum;
    header_.products += header.products;
    header_.batches += header.batches;
    header_.lines += header.lines;
    ++header_.chunks;
}

std::uint64_t Writer::finish(Lsn end, const Histories& histories) {
    buffer_.assign(sizeof(ChunkHeader), '\0');
    buffer_ += bytes_of(histories);
    add_chunk({});
    header_.end = end;
    header_.checksum = checksum_of(header_);
    file_.file().write_at(0, bytes_of(header_));
    file_.file().sync();
    verify(files_, file_.path());
    file_.rename_to(directory_ / file_name(header_.start));
    files_.sync_directory(directory_);
    file_.keep();
    return header_.bytes;
}

Verified verify(FileSystem& files, const std::filesystem::path& path) {
    Reader reader{files, path};
    reader.for_each_chunk([](const ChunkHeader&, std::span<const std::byte>) {});
    return reader.verified();
}

Verified load(FileSystem& files, const std::filesystem::path& path, Repository& repository,
              const std::function<void(const Progress&)>& progress) {
    Reader reader{files, path};
    reader.for_each_chunk([](const ChunkHeader&, std::span<const std::byte>) {});
    std::uint64_t done = 0;
    std::uint64_t shortages = 0;
    reader.for_each_chunk([&](const ChunkHeader& header, std::span<const std::byte> archive) {
        const auto chunk = extract(header, archive);
        if (!chunk) reader.refuse("a chunk holds other records than its header says");
        if (!restore(*chunk, repository)) reader.refuse("its records contradict each other");
        shortages += chunk->shortages.size();
        if (progress) progress({"loading snapshot", ++done, reader.chunks_of_products()});
    });
    const Header& header = reader.header();
    const Ledger& ledger = repository.ledger();
    if (repository.size() != header.products || ledger.batch_count() != header.batches ||
        ledger.line_count() != header.lines || ledger.shortages().size() != shortages) {
        reader.refuse("the file does not hold the records that its header counts");
    }
    return reader.verified();
}

}  // namespace allot::snapshot
