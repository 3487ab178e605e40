#pragma once

#include <boost/container/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "engine/fact.hpp"
#include "storage/format/journal_format.hpp"

namespace allot {

/// The units of work of one group, encoded as a frame whose header seal() fills in.
class GroupBuffer {
public:
    /// \param reserved the capacity in bytes: it grows up to it without moving, and clear() keeps
    /// it.
    explicit GroupBuffer(std::size_t reserved = 0) : reserved_{reserved} { clear(); }

    /// \pre the unit has at least one fact.
    void add(std::span<const Fact> unit, UnixMicros now) {
        add(unit.size(), now, [&](std::byte* end) {
            for (const Fact& fact : unit) end = journal::encode(fact, end);
            return end;
        });
    }
    /// Adds a unit of one line that is allocated to a batch.
    void add(const LineView& line, BatchRefView batch, UnixMicros now) {
        add(1, now, [&](std::byte* at) { return journal::encode(line, batch, at); });
    }
    /// Moves the units of another buffer to the end of this one.
    void add(GroupBuffer& other);
    void clear();

    [[nodiscard]] bool empty() const noexcept { return records_ == 0; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::uint64_t facts() const noexcept { return facts_; }
    /// An upper bound of the bytes that add() needs for a unit of so many facts.
    [[nodiscard]] static std::size_t record_bytes_max(std::size_t facts) noexcept {
        return sizeof(journal::RecordHeader) + facts * journal::fact_bytes_max;
    }

    /// Completes the frame: pads it, to `bytes_min` at least, and writes `header` with its size,
    /// counts and checksum.
    /// \return its bytes, until the buffer changes.
    std::span<const std::byte> seal(journal::FrameHeader header, std::size_t bytes_min = 0);

private:
    static constexpr boost::container::default_init_t uninitialized{};
    /// \param encode writes the facts and returns their end.
    template <class Encode>
    void add(std::size_t facts, UnixMicros now, Encode&& encode);

    boost::container::vector<std::byte> bytes_;
    std::size_t reserved_;
    std::uint32_t records_ = 0;
    std::uint64_t facts_ = 0;
};

template <class Encode>
void GroupBuffer::add(std::size_t facts, UnixMicros now, Encode&& encode) {
    const std::size_t start = bytes_.size();
    bytes_.resize(start + record_bytes_max(facts), uninitialized);
    std::byte* const first = bytes_.data() + start + sizeof(journal::RecordHeader);
    std::byte* const end = std::forward<Encode>(encode)(first);
    const journal::RecordHeader header{static_cast<std::uint32_t>(end - first),
                                       static_cast<std::uint32_t>(facts), now};
    std::memcpy(bytes_.data() + start, &header, sizeof header);
    bytes_.resize(static_cast<std::size_t>(end - bytes_.data()), uninitialized);
    ++records_;
    facts_ += facts;
}

}  // namespace allot
