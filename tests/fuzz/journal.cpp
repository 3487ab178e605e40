// A journal of one or two segments, read as it is, and with every checksum, chain and count
// corrected, so that the code behind these checks is reached. Opening it gives a state that obeys
// all rules, or an error; after a torn tail was cut, the next opening finds none; and the units
// that were read give the same journal when they are written again.

#include <sys/prctl.h>

#include <algorithm>
#include <cstring>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_journal {

using journal::FrameHeader;
using journal::RecordHeader;
using journal::SegmentHeader;
using testing::SimulatedDisk;
using Bytes = std::vector<std::byte>;

const std::filesystem::path directory = "store";

template <class Header>
Header header_at(const Bytes& file, std::size_t offset) {
    Header header;
    std::memcpy(&header, file.data() + offset, sizeof header);
    return header;
}

/// Puts a header into a file, with the checksum of `bytes` bytes from there on. \return it.
template <class Header>
std::uint64_t seal(Bytes& file, std::size_t offset, const Header& header, std::size_t bytes) {
    std::memcpy(file.data() + offset, &header, sizeof header);
    const std::uint64_t sum = journal::checksum_of({file.data() + offset, bytes});
    std::memcpy(file.data() + offset, &sum, sizeof sum);
    return sum;
}

/// Corrects the number of facts in each record of a frame.
void count(Bytes& file, std::size_t at, FrameHeader& frame) {
    const std::size_t end = at + frame.bytes;
    frame.records = 0;
    frame.last = frame.first - 1;
    if (frame.kind == journal::FrameKind::history) {
        frame.records = static_cast<std::uint32_t>((frame.bytes - frame.header_bytes()) /
                                                   sizeof(Histories::LostHistory));
        return;
    }
    for (at += frame.header_bytes(); at + sizeof(RecordHeader) < end;) {
        auto record = header_at<RecordHeader>(file, at);
        const std::size_t space = end - at - sizeof record;
        if (record.bytes == 0 || record.bytes > space)
            record.bytes = static_cast<std::uint32_t>(space);
        std::span<const std::byte> rest{file.data() + at + sizeof record, record.bytes};
        for (record.facts = 0; !rest.empty() && journal::decode(rest);) ++record.facts;
        // The first bytes that are not a fact belong to the next record, or are padding.
        record.bytes -= static_cast<std::uint32_t>(rest.size());
        if (record.facts == 0) return;
        std::memcpy(file.data() + at, &record, sizeof record);
        at += sizeof record + record.bytes;
        frame.last += record.facts;
        ++frame.records;
    }
}

/// The position in a journal while it is corrected.
struct Position {
    std::uint64_t store_id = 0;
    std::uint64_t chain = 0;
    Lsn last = 0;
};

void put_right(Bytes& file, std::uint64_t number, Position& position, bool counts) {
    if (file.size() < sizeof(SegmentHeader)) return;
    auto segment = header_at<SegmentHeader>(file, 0);
    if (number == 1) position.store_id = segment.store_id;
    segment.magic = SegmentHeader::magic_value;
    segment.version = journal::format_version;
    segment.file_bytes = static_cast<std::uint32_t>(file.size());
    segment.number = number;
    segment.store_id = position.store_id;
    segment.first = position.last + 1;
    segment.previous = position.chain;
    position.chain = seal(file, 0, segment, sizeof segment);
    for (std::size_t at = sizeof segment; at + sizeof(FrameHeader) <= file.size();) {
        auto frame = header_at<FrameHeader>(file, at);
        const std::size_t space = file.size() - at;
        const std::size_t bytes =
            frame.bytes < sizeof frame ? space : std::min<std::size_t>(frame.bytes, space);
        frame.bytes = static_cast<std::uint32_t>(bytes / journal::alignment * journal::alignment);
        frame.magic = FrameHeader::magic_value;
        if (!journal::is_readable(frame.version)) frame.version = journal::format_version;
        frame.store_id = position.store_id;
        frame.first = position.last + 1;
        frame.previous = position.chain;
        if (counts) count(file, at, frame);
        position.last = frame.last;
        position.chain = seal(file, at, frame, frame.bytes);
        at += frame.bytes;
    }
}

/// Writes the units of a journal again, and compares.
void write_anew(SimulatedDisk& disk, const Recovered& found) {
    SimulatedDisk other;
    other.create_directories(directory);
    JournalTail tail;
    tail.store_id = found.journal.tail.store_id;
    JournalWriter writer{other, directory, tail, 4096, Preallocation::reserved};
    scan_journal(disk, directory, std::nullopt,
                 [&](std::span<const JournaledUnit> units) {
                     for (const JournaledUnit& unit : units) {
                         GroupBuffer group;
                         group.add(unit.facts, unit.time);
                         writer.write(group);
                     }
                     return true;
                 },
                 {});
    const Recovered again = recover(other, directory, {});
    fuzz::require(!again.journal.torn, "a new journal is whole");
    fuzz::require(state_hash(*again.repository) == state_hash(*found.repository),
                  "what was read is written again");
}

void open(const std::vector<Bytes>& segments) {
    SimulatedDisk disk;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        disk.put(directory / journal::segment_name(i + 1), segments[i]);
    }
    try {
        const Recovered found = recover(disk, directory, {});
        fuzz::require(violations(*found.repository).empty(), "the stock obeys its rules");
        if (const auto& torn = found.journal.torn) {
            clear_torn_tail(disk, directory, *torn);
            const Recovered again = recover(disk, directory, {});
            fuzz::require(!again.journal.torn, "a torn tail is cut once");
            fuzz::require(again.journal.tail.last == found.journal.tail.last &&
                              state_hash(*again.repository) == state_hash(*found.repository),
                          "and nothing else is");
        }
        if (found.journal.tail.last != 0) write_anew(disk, found);
    } catch (const CorruptStore&) {  // NOLINT(bugprone-empty-catch): a valid outcome
    }
}

/// Forbids huge pages: clearing one takes longer than everything else here.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    return ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0 ? 0 : 1;
}

extern "C" int FUZZ_TARGET(journal)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::size_t steer = fuzz::take(rest);
    const std::size_t split = std::size_t{fuzz::take(rest)} * 8;
    const auto bytes = std::as_bytes(rest);
    std::vector<Bytes> segments;
    if (split >= sizeof(SegmentHeader) && split < bytes.size()) {
        segments.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(split));
        segments.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(split), bytes.end());
    } else {
        segments.emplace_back(bytes.begin(), bytes.end());
    }
    if (steer % 4 == 0) return open(segments), 0;
    Position position;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        put_right(segments[i], i + 1, position, steer % 4 > 1);
    }
    open(segments);
    return 0;
}

}  // namespace allot::fuzz::target_journal
