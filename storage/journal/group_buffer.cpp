#include "storage/journal/group_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace allot {

void GroupBuffer::add(GroupBuffer& other) {
    if (empty()) {
        std::swap(*this, other);
    } else {
        const auto units = std::span{other.bytes_}.subspan(sizeof(journal::FrameHeader));
        const std::size_t start = bytes_.size();
        bytes_.resize(start + units.size(), uninitialized);
        std::memcpy(bytes_.data() + start, units.data(), units.size());
        records_ += other.records_;
        facts_ += other.facts_;
    }
    other.clear();
}

void GroupBuffer::clear() {
    // The buffer is new, or an unusually large unit has grown it.
    if (reserved_ != 0 && (bytes_.empty() || bytes_.capacity() > 2 * reserved_)) {
        boost::container::vector<std::byte> usual;
        usual.reserve(reserved_);
        bytes_.swap(usual);
    }
    bytes_.resize(sizeof(journal::FrameHeader), uninitialized);
    records_ = 0;
    facts_ = 0;
}

std::span<const std::byte> GroupBuffer::seal(journal::FrameHeader header, std::size_t bytes_min) {
    const std::size_t bytes = std::max(bytes_.size(), bytes_min);
    const std::size_t padded =
        (bytes + journal::alignment - 1) / journal::alignment * journal::alignment;
    bytes_.resize(padded, std::byte{0});
    header.records = records_;
    header.last = header.first + facts_ - 1;
    journal::seal({bytes_.data(), bytes_.size()}, header);
    return {bytes_.data(), bytes_.size()};
}

}  // namespace allot
