#include "storage/format/file_content.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "storage/format/journal_format.hpp"

namespace allot {

namespace {

constexpr std::size_t piece_bytes = 1U << 20U;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error{std::make_error_code(std::errc::io_error), what};
}

/// Passes the first `bytes` of a file to `use(offset, piece)`, in order.
template <class Use>
void for_each_piece(File& file, std::uint64_t bytes, const BytesDone& done, Use&& use) {
    std::vector<std::byte> piece(std::min<std::uint64_t>(piece_bytes, bytes));
    for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
        piece.resize(std::min<std::uint64_t>(piece.size(), bytes - at));
        if (file.read_at(at, piece) != piece.size())
            fail("a file became shorter while it was read");
        use(at, std::span<const std::byte>{piece});
        if (done) done(piece.size());
    }
}

}  // namespace

Content content_of(File& file, std::uint64_t bytes, const BytesDone& done) {
    XXH3_state_t state{};
    XXH3_128bits_reset(&state);
    for_each_piece(file, bytes, done, [&](std::uint64_t, std::span<const std::byte> piece) {
        XXH3_128bits_update(&state, piece.data(), piece.size());
    });
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return {bytes, hash.high64, hash.low64};
}

Content content_of(FileSystem& files, const std::filesystem::path& path, const BytesDone& done) {
    const auto file = files.open(path, FileSystem::Mode::read);
    return content_of(*file, file->size(), done);
}

void copy_verified(File& from, const Content& expected, FileSystem& files,
                   const std::filesystem::path& to, const BytesDone& done) {
    {
        const auto file = files.open(to, FileSystem::Mode::create);
        for_each_piece(from, expected.bytes, done,
                       [&](std::uint64_t at, std::span<const std::byte> piece) {
                           // The zeros after a segment's frames take no space in a copy.
                           if (!journal::is_zeros(piece)) file->write_at(at, piece);
                       });
        if (file->size() < expected.bytes) file->truncate(expected.bytes);
        file->sync();
    }
    if (content_of(files, to) != expected) {
        fail(to.string() + " differs from the file that was copied to it");
    }
}

}  // namespace allot
