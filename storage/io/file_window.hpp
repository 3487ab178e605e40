#pragma once

#include <algorithm>
#include <boost/container/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "storage/io/file_system.hpp"

namespace allot {

/// A file, and the part of it that was read last. Few bytes at a time stay in the processor's
/// cache; a buffer for a whole file may take longer to get from the system than the file to read.
class FileWindow {
public:
    using Bytes = std::span<const std::byte>;
    using Buffer = boost::container::vector<std::byte>;

    /// \param least how many bytes are read at once, if not more are requested.
    explicit FileWindow(std::size_t least) noexcept : least_{least} {}

    void open(std::unique_ptr<File> file) {
        size_ = file->size();
        file_ = std::move(file);
        clear();
    }
    [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
    /// The size of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    /// True when at() needs not read.
    [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t bytes) const noexcept {
        return offset >= offset_ && offset + bytes <= offset_ + bytes_.size();
    }
    /// Bytes of the file, fewer than requested only at its end; valid until the next call.
    [[nodiscard]] Bytes at(std::uint64_t offset, std::uint64_t bytes) {
        bytes = std::min(bytes, size_ - std::min(size_, offset));
        if (!holds(offset, bytes)) {
            Buffer buffer = release();  // nothing is held if the read fails
            buffer.clear();
            buffer.resize(std::max<std::uint64_t>(bytes, least_), boost::container::default_init);
            buffer.resize(file_->read_at(offset, buffer));
            bytes_ = std::move(buffer);
            offset_ = offset;
        }
        const Bytes rest = Bytes{bytes_}.subspan(offset - offset_);
        return rest.first(std::min<std::uint64_t>(bytes, rest.size()));
    }
    /// Forgets the bytes, which have changed in the file.
    void clear() noexcept { bytes_.clear(); }
    /// Releases the bytes, with all views of them.
    [[nodiscard]] Buffer release() noexcept { return std::exchange(bytes_, {}); }

private:
    const std::size_t least_;
    std::unique_ptr<File> file_;
    std::uint64_t size_ = 0;
    std::uint64_t offset_ = 0;  // of bytes_ in the file
    Buffer bytes_;
};

}  // namespace allot
