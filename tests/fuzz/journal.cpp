// A journal of one segment: read as it is, and with every checksum and chain put right, so that
// what lies behind the checksums is reached, too. Opening it gives a state that obeys all rules, or
// refuses; whatever is cut off as torn, the next opening finds nothing to cut.

#include <cstring>

#include "engine/invariants.hpp"
#include "storage/recovery.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/simulation/simulated_disk.hpp"

namespace {

using namespace allot;
using testing::SimulatedDisk;

const std::filesystem::path directory = "store";

template <class Header>
Header header_at(const std::vector<std::byte>& file, std::size_t offset) {
    Header header;
    std::memcpy(&header, file.data() + offset, sizeof header);
    return header;
}

void put_right(std::vector<std::byte>& file) {
    using journal::FrameHeader;
    using journal::SegmentHeader;
    if (file.size() < sizeof(SegmentHeader)) return;
    const auto put = [&](std::size_t offset, const auto& header, std::size_t bytes) {
        std::memcpy(file.data() + offset, &header, sizeof header);
        const std::uint64_t sum = journal::checksum_of({file.data() + offset, bytes});
        std::memcpy(file.data() + offset, &sum, sizeof sum);
        return sum;
    };
    auto segment = header_at<SegmentHeader>(file, 0);
    segment.magic = SegmentHeader::magic_value;
    segment.version = journal::format_version;
    segment.number = 1;
    segment.first = 1;
    segment.previous = 0;
    std::uint64_t chain = put(0, segment, sizeof segment);
    Lsn last = 0;
    for (std::size_t at = sizeof segment; at + sizeof(FrameHeader) <= file.size();) {
        auto frame = header_at<FrameHeader>(file, at);
        if (frame.bytes < sizeof frame || frame.bytes % journal::alignment != 0 ||
            frame.bytes > file.size() - at) {
            return;
        }
        frame.magic = FrameHeader::magic_value;
        frame.version = journal::format_version;
        frame.store_id = segment.store_id;
        frame.first = last + 1;
        frame.previous = chain;
        last = frame.last;
        chain = put(at, frame, frame.bytes);
        at += frame.bytes;
    }
}

void open(std::vector<std::byte> file) {
    SimulatedDisk disk;
    disk.put(directory / journal::segment_name(1), std::move(file));
    try {
        const Recovered found = recover(disk, directory, {});
        fuzz::require(violations(*found.repository).empty(), "the stock obeys its rules");
        if (!found.journal.torn) return;
        cut_torn_tail(disk, directory, *found.journal.torn);
        const Recovered again = recover(disk, directory, {});
        fuzz::require(!again.journal.torn, "a torn tail is cut once");
        fuzz::require(again.journal.tail.last == found.journal.tail.last, "and nothing else is");
    } catch (const CorruptStore&) {  // NOLINT(bugprone-empty-catch): refused, as it should be
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::bytes(data, size);
    std::vector<std::byte> file{bytes.begin(), bytes.end()};
    open(file);
    put_right(file);
    open(std::move(file));
    return 0;
}
