#include "storage/journal/journal_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>
#include <utility>

namespace allot {

namespace {
using journal::FrameHeader;
using journal::RecordHeader;
using journal::SegmentHeader;
}  // namespace

JournalReader::~JournalReader() {
    if (window_.is_open())
        journal_.index().add_stop(lsn_ == position_.next ? position_ : frame_position_);
}

FactBlock JournalReader::read(std::size_t most) {
    std::vector<CommittedFact> facts;
    const Lsn readable = journal_.readable();
    if (next_ > readable) return {};
    most = std::min(most, readable + 1 - next_);
    facts.reserve(most);
    try {
        while (facts.size() < most) {
            if (lsn_ == position_.next) find_frame();
            give(most, facts);
        }
    } catch (const std::exception&) {
        if (facts.empty()) throw;  // otherwise the next call throws
    }
    FactBlock block{std::move(facts)};
    has_views_ = false;
    viewed_.clear();
    return block;
}

void JournalReader::refuse(const std::string& why) const {
    throw CorruptStore{journal::segment_name(position_.segment), position_.offset, next_, why};
}

/// Moves to the frame that holds the next fact, and begins to read it. \pre the fact is readable.
void JournalReader::find_frame() {
    if (!window_.is_open()) find_position();
    for (;;) {
        const auto frame = journal::frame_header(at(position_.offset, sizeof(FrameHeader)));
        // The segment ends: nothing is written behind its last frame, and everything readable has
        // been read.
        if (!frame || frame->magic != FrameHeader::magic_value) {
            open_segment(position_.segment + 1, true);
            continue;
        }
        if (!journal::is_readable(frame->version)) refuse("a frame has another format version");
        if (frame->previous != position_.chain || frame->first != position_.next ||
            frame->store_id != journal_.store_id() || frame->bytes < frame->header_bytes() ||
            frame->bytes > journal::frame_bytes_max) {
            refuse("a frame does not continue the previous one");
        }
        if (frame->last >= next_) return begin_frame(*frame);
        pass(*frame);
        lsn_ = position_.next;
    }
}

void JournalReader::find_position() {
    const auto position = journal_.index().before(next_);
    if (!position) throw TrimmedHistory{journal_.oldest()};
    position_ = *position;
    lsn_ = position_.next;
    open_segment(position_.segment, position_.offset == 0);
}

/// \param is_begin reads the segment from its beginning on, otherwise at position_.
void JournalReader::open_segment(std::uint64_t segment, bool is_begin) {
    auto file = open(segment);
    if (is_begin) position_ = begin_of(*file, segment);
    clear_window();
    window_.open(std::move(file));
}

std::unique_ptr<File> JournalReader::open(std::uint64_t segment) const {
    try {
        return files_.open(directory_ / journal::segment_name(segment), FileSystem::Mode::read);
    } catch (const std::system_error& error) {
        // Pruned facts are before this LSN.
        const Lsn oldest = journal_.oldest();
        if (error.code() == std::errc::no_such_file_or_directory && next_ < oldest) {
            throw TrimmedHistory{oldest};
        }
        throw;
    }
}

/// The position after the header of a segment, which continues the chain at position_. \pre
/// position_.next is in the segment.
JournalPosition JournalReader::begin_of(File& file, std::uint64_t segment) const {
    std::array<std::byte, sizeof(SegmentHeader)> bytes{};
    const auto whole = journal::whole_header(std::span{bytes}.first(file.read_at(0, bytes)));
    if (!whole) refuse("a durable fact is missing: no frame and no segment follows");
    const SegmentHeader& header = *whole;
    if (!journal::is_readable(header.version)) refuse("the segment has another format version");
    const bool carries_on = position_.offset == 0 || header.previous == position_.chain;
    if (header.number != segment || header.store_id != journal_.store_id() ||
        header.first != position_.next || !carries_on) {
        refuse("the next segment does not continue this one");
    }
    return {header.first, segment, sizeof header, header.checksum};
}

void JournalReader::begin_frame(const FrameHeader& header) {
    const Bytes bytes = at(position_.offset, header.bytes);
    const auto frame = journal::whole_frame(bytes);
    if (!frame) refuse("a durable frame is damaged");
    records_ = bytes.first(frame->bytes).subspan(frame->header_bytes());
    facts_ = {};
    history_ = frame->history;
    lsn_ = frame->first;
    frame_position_ = position_;
    pass(*frame);
}

/// Moves behind this frame.
void JournalReader::pass(const FrameHeader& frame) {
    constexpr std::uint64_t index_spacing = 1U << 20U;
    const std::uint64_t before = position_.offset / index_spacing;
    position_.next = frame.last + 1;
    position_.offset += frame.bytes;
    position_.chain = frame.checksum;
    if (position_.offset / index_spacing != before) journal_.index().add(position_);
}

void JournalReader::give(std::size_t most, std::vector<CommittedFact>& facts) {
    for (; lsn_ != position_.next && facts.size() < most; ++lsn_) {
        if (facts_.empty()) next_record();
        auto fact = journal::decode(facts_);
        if (!fact) refuse("a record holds bytes that are not a fact");
        if (lsn_ < next_) continue;
        facts.emplace_back(lsn_, time_, *fact, history_);
        has_views_ = true;
        next_ = lsn_ + 1;
    }
}

void JournalReader::next_record() {
    const auto record = journal::take_record(records_);
    if (!record || record->facts.empty()) refuse("a record is longer than its frame");
    facts_ = record->facts;
    time_ = record->header.time;
}

/// Bytes of the file that will not change: fewer than requested only at its end.
JournalReader::Bytes JournalReader::at(std::uint64_t offset, std::uint64_t bytes) {
    // Bytes behind the last readable frame may have been read while they were written.
    if (next_ > window_readable_) clear_window();
    if (window_.holds(offset, bytes)) return window_.at(offset, bytes);
    clear_window();
    const Lsn readable = journal_.readable();
    const Bytes read = window_.at(offset, bytes);
    window_readable_ = readable;
    return read;
}

void JournalReader::clear_window() {
    if (has_views_) {
        viewed_.emplace_back();  // throws before the facts lose the bytes that they view
        viewed_.back() = window_.release();
        has_views_ = false;
    }
    window_.clear();
}

}  // namespace allot
