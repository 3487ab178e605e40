#include "storage/journal/journal_scan.hpp"

#include <algorithm>
#include <deque>

#include "storage/format/store_files.hpp"
#include "storage/io/file_window.hpp"

namespace allot {

namespace {

using journal::FrameHeader;
using journal::FrameKind;
using journal::is_zeros;
using journal::RecordHeader;
using journal::SegmentHeader;
using journal::used_bytes;
using journal::whole_frame;
using Bytes = std::span<const std::byte>;

/// The number of units passed on at once: about as many as Repository::look_up() takes.
constexpr std::size_t facts_given_at_once = 16;

/// These bytes stay in a processor's cache.
constexpr std::size_t bytes_read_at_once = 256U << 10U;

constexpr const char* other_facts = "a frame holds other facts than its header says";

/// The number of progress reports for each segment.
constexpr std::uint64_t steps = 64;

class Scanner {
public:
    Scanner(FileSystem& files, const std::filesystem::path& directory, std::optional<Lsn> after,
            const UnitSink& sink, const std::function<void(const Progress&)>& progress)
        : files_{files}, directory_{directory}, after_{after}, sink_{sink}, progress_{progress} {
        for (const std::string& name : files.list(directory)) {
            if (const auto number = journal::segment_number(name)) numbers_.push_back(*number);
        }
    }

    JournalScan scan() {
        for (at_ = 0; at_ < numbers_.size(); ++at_) {
            step_ = 0;
            show_progress();
            load(numbers_[at_]);
            if (!enter_segment() || !read_frames()) break;
        }
        step_ = 0;
        at_ = numbers_.size();
        show_progress();
        return std::move(scan_);
    }

private:
    void show_progress() const {
        if (progress_) {
            progress_({"replaying journal", at_ * steps + step_, numbers_.size() * steps});
        }
    }

    void load(std::uint64_t number) {
        name_ = journal::segment_name(number);
        window_.open(files_.open(directory_ / name_, FileSystem::Mode::read));
        offset_ = 0;
        // A segment gets its name at full length.
        if (window_.size() < sizeof(SegmentHeader))
            refuse("the file is shorter than a segment's header");
    }

    /// The length of the segment from `offset` on without the zeros at its end.
    [[nodiscard]] std::uint64_t used_from(std::uint64_t offset) {
        std::uint64_t used = 0;
        for (std::uint64_t next = offset; next < window_.size(); next += bytes_read_at_once) {
            const std::uint64_t in_piece = used_bytes(window_.at(next, bytes_read_at_once));
            if (in_piece > 0) used = next - offset + in_piece;
        }
        return used;
    }

    [[noreturn]] void refuse(const std::string& why) const {
        throw CorruptStore{name_, offset_, scan_.tail.last + 1, why};
    }

    /// Requires that the next segment exists, because a later one exists, which is created after
    /// it. When a torn tail was cut off, a segment between the two may have been set aside.
    void require_next(std::uint64_t number, std::uint64_t later) const {
        if (later == number + 1) return;
        const std::string missing = journal::segment_name(number + 1);
        if (store_files::has(files_, directory_, store_files::torn_prefix + missing)) return;
        refuse(missing + " is missing");
    }

    [[noreturn]] void refuse_version(std::uint32_t version) const {
        refuse("format version " + std::to_string(version) + "; this program reads up to " +
               std::to_string(journal::format_version));
    }

    /// \return false when the journal ends before this segment.
    bool enter_segment() {
        const bool first = scan_.segments.empty();
        const auto whole = journal::whole_header(window_.at(0, sizeof(SegmentHeader)));
        if (!whole) {
            const std::uint64_t used = used_from(0);
            if (first && used == 0 && numbers_.size() > 1) refuse("the first segment is empty");
            // A crash while a store was created may leave nothing but this header, half written.
            if (first && used > 0 && holds_a_frame())
                refuse("the header of the first segment is damaged");
            return end_at_gap(used);
        }
        const SegmentHeader& header = *whole;
        if (!journal::is_readable(header.version)) refuse_version(header.version);
        if (header.file_bytes != window_.size()) {
            refuse("the file has " + std::to_string(window_.size()) + " bytes; its header says " +
                   std::to_string(header.file_bytes));
        }
        check_sequence(header, first);
        begin_segment(scan_.segments, header.number, header.first);
        JournalTail& tail = scan_.tail;
        tail.segment = header.number;
        tail.epoch = header.epoch;
        tail.chain = header.checksum;
        tail.offset = offset_ = sizeof header;
        tail.durable_end = 0;
        not_yet_durable_.clear();
        return true;
    }

    void check_sequence(const SegmentHeader& header, bool first) {
        JournalTail& tail = scan_.tail;
        if (first) {
            tail.store_id = header.store_id;
            tail.last = header.first - 1;
        } else if (header.store_id != tail.store_id) {
            refuse("the segment belongs to another store");
        } else if (header.first != tail.last + 1 || header.previous != tail.chain) {
            refuse("the segment does not continue the previous one");
        }
        if (header.number != numbers_[at_])
            refuse("the segment's number differs from that in its name");
        if (first && after_ && header.first > *after_ + 1) {
            refuse("the journal begins after LSN " + std::to_string(*after_) +
                   ", where replay has to begin");
        }
    }

    [[nodiscard]] bool holds_a_frame() {
        const Bytes all = window_.at(0, window_.size());
        for (std::size_t at = 0; at < all.size(); at += journal::alignment) {
            if (whole_frame(all.subspan(at))) return true;
        }
        return false;
    }

    /// \return false when the journal ends in this segment.
    bool read_frames() {
        for (;;) {
            const Bytes bytes = frame_bytes();
            const auto frame = whole_frame(bytes);
            if (!frame || !follows(*frame)) {
                const std::uint64_t used = used_from(offset_);
                // The segment is full, or only zeros follow: the next segment may continue the
                // chain, as its header shows.
                if (used == 0 && next_is_in_use()) return true;
                return end_at_gap(used);
            }
            if (!journal::is_readable(frame->version)) refuse_version(frame->version);
            read_frame(*frame, bytes);
            JournalTail& tail = scan_.tail;
            tail.last = frame->last;
            tail.epoch = frame->epoch;
            tail.history = frame->history;
            tail.chain = frame->checksum;
            tail.offset = offset_ += frame->bytes;
            if (const std::uint64_t step = offset_ * steps / window_.size(); step != step_) {
                step_ = step;
                show_progress();
            }
            for (; !not_yet_durable_.empty() && not_yet_durable_.front().shown_by <= frame->durable;
                 not_yet_durable_.pop_front()) {
                tail.durable_end = not_yet_durable_.front().end;
            }
            // A mark does not declare a mark before it durable: both may be of one write that
            // was not synced.
            const bool group = frame->kind == FrameKind::group;
            not_yet_durable_.push_back({group ? frame->last : frame->first, offset_});
        }
    }

    /// The next frame, as long as its header says; anything else where there is none.
    [[nodiscard]] Bytes frame_bytes() {
        const auto header = journal::frame_header(window_.at(offset_, sizeof(FrameHeader)));
        const bool is_frame = header && header->magic == FrameHeader::magic_value;
        return is_frame ? window_.at(offset_, header->bytes) : Bytes{};
    }

    [[nodiscard]] bool follows(const FrameHeader& frame) const noexcept {
        const JournalTail& tail = scan_.tail;
        return frame.store_id == tail.store_id && frame.previous == tail.chain &&
               frame.first == tail.last + 1;
    }

    void read_frame(const FrameHeader& frame, Bytes bytes) {
        const bool is_mark = frame.kind == FrameKind::idle || frame.kind == FrameKind::close;
        if (frame.kind == FrameKind::group) {
            if (frame.records == 0) refuse(other_facts);
            read_records(frame, bytes.subspan(frame.header_bytes()));
        } else if (is_mark) {
            if (frame.records > 0 || frame.last + 1 != frame.first) refuse(other_facts);
        } else if (frame.kind == FrameKind::history) {
            const auto lost = journal::lost_histories_in(frame, bytes);
            if (!lost)
                refuse("a frame that begins a history holds other records than its header says");
            scan_.histories.add_lost(*lost);
        } else {
            refuse("a frame has a kind that this program does not know");
        }
        const auto begun = scan_.histories.begun();
        const bool is_new = begun.empty() || begun.back().id != frame.history;
        if (!is_mark && is_new) scan_.histories.begin(frame.history, frame.first);
    }

    void read_records(const FrameHeader& frame, Bytes rest) {
        Lsn lsn = frame.first;
        for (std::uint32_t i = 0; i < frame.records; ++i) {
            const auto record = journal::take_record(rest);
            if (!record) refuse("a record is longer than its frame");
            read_unit(frame.history, record->header, record->facts, lsn);
            lsn += record->header.facts;
            note_write(scan_.segments, record->header.time, std::chrono::microseconds{0});
        }
        if (!units_.empty()) give_units();
        if (lsn != frame.last + 1 || rest.size() >= journal::alignment) refuse(other_facts);
    }

    void read_unit(HistoryId history, const RecordHeader& record, Bytes bytes, Lsn first) {
        if (after_ && first + record.facts <= *after_ + 1) return;
        const std::size_t before = facts_.size();
        for (Bytes rest = bytes; !rest.empty();) {
            const auto fact = journal::decode(rest);
            if (!fact) refuse("a record holds bytes that are not a fact");
            facts_.push_back(*fact);
        }
        if (facts_.size() - before != record.facts) {
            refuse("a record holds other facts than its header says");
        }
        units_.push_back({{facts_.data(), record.facts}, bytes, first, record.time, history});
        scan_.bytes_given += sizeof record + record.bytes;
        if (facts_.size() >= facts_given_at_once) give_units();
    }

    void give_units() {
        std::span<const Fact> rest{facts_};  // facts_ may have moved since the units were read
        for (JournaledUnit& unit : units_) {
            unit.facts = rest.first(unit.facts.size());
            rest = rest.subspan(unit.facts.size());
        }
        if (!sink_(units_)) refuse("a fact contradicts those before it");
        units_.clear();
        facts_.clear();
    }

    [[nodiscard]] bool next_is_in_use() {
        if (at_ + 1 == numbers_.size()) return false;
        const auto file = files_.open(directory_ / journal::segment_name(numbers_[at_ + 1]),
                                      FileSystem::Mode::read);
        std::vector<std::byte> header(sizeof(SegmentHeader));
        file->read_at(0, header);
        // A prepared segment that was never used may survive a power cut that the previous one does
        // not.
        if (is_zeros(header)) return false;
        require_next(numbers_[at_], numbers_[at_ + 1]);
        return true;
    }

    /// Ends the journal here, where the next `used` bytes are not a frame of the chain.
    bool end_at_gap(std::uint64_t used) {
        TornTail torn{numbers_[at_], offset_, used, {}, false};
        if (durable_at(window_.at(offset_, used), torn)) {
            refuse("a durable frame is damaged, as a later one shows");
        }
        for (std::size_t later = at_ + 1; later < numbers_.size(); ++later) {
            require_next(numbers_[later - 1], numbers_[later]);
            const std::string torn_name = name_;
            const std::uint64_t torn_offset = offset_;
            load(numbers_[later]);
            const Bytes all = window_.at(0, window_.size());
            const bool durable = durable_at(all, torn);
            if (!is_zeros(all)) torn.later_files.push_back(name_);
            name_ = torn_name;  // for the error, which names the position of the damage
            offset_ = torn_offset;
            if (durable) refuse("a durable frame is damaged, as a later segment shows");
        }
        if (torn.bytes > 0 || !torn.later_files.empty()) scan_.torn = std::move(torn);
        return false;
    }

    /// True when a whole frame in `bytes` proves that more was durable than was read so far.
    [[nodiscard]] bool durable_at(Bytes bytes, TornTail& torn) const noexcept {
        const auto header = journal::whole_header(bytes);
        if (header && header->store_id == scan_.tail.store_id &&
            header->first > scan_.tail.last + 1) {
            return true;
        }
        for (std::size_t at = 0; at + FrameHeader::bytes_min <= bytes.size();
             at += journal::alignment) {
            const auto frame = whole_frame(bytes.subspan(at));
            if (!frame || frame->store_id != scan_.tail.store_id) continue;
            if (frame->durable > scan_.tail.last) return true;
            if (frame->first > scan_.tail.last + 1) torn.groups_follow = true;
        }
        return false;
    }

    FileSystem& files_;
    const std::filesystem::path& directory_;
    const std::optional<Lsn> after_;
    const UnitSink& sink_;
    const std::function<void(const Progress&)>& progress_;

    std::vector<std::uint64_t> numbers_;  // of the segment files, ascending
    std::size_t at_ = 0;                  // in numbers_
    std::string name_;
    FileWindow window_{bytes_read_at_once};
    std::uint64_t offset_ = 0;
    std::uint64_t step_ = 0;  // of `steps`, as last reported
    /// A frame that no later frame has declared durable yet.
    struct NotYetDurable {
        Lsn shown_by;       // the frame is durable if this LSN is
        std::uint64_t end;  // in the segment
    };
    std::deque<NotYetDurable> not_yet_durable_;
    // Read, and not passed to the sink yet:
    std::vector<JournaledUnit> units_;
    std::vector<Fact> facts_;  // of all of them
    JournalScan scan_;
};

}  // namespace

JournalScan scan_journal(FileSystem& files, const std::filesystem::path& directory,
                         std::optional<Lsn> after, const UnitSink& sink,
                         const std::function<void(const Progress&)>& progress) {
    return Scanner{files, directory, after, sink, progress}.scan();
}

}  // namespace allot
