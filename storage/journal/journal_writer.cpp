#include "storage/journal/journal_writer.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "storage/io/temporary_file.hpp"

namespace allot {

namespace {

void extend(File& file, std::uint64_t bytes, Preallocation how) {
    if (how == Preallocation::reserved) return file.allocate(bytes);
    const std::vector<std::byte> zeros(std::min<std::uint64_t>(1U << 20U, bytes));
    for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
        file.write_at(at,
                      std::span{zeros}.first(std::min<std::uint64_t>(zeros.size(), bytes - at)));
        file.sync();  // a little at a time, so that a group's sync does not wait for all of it
    }
}

}  // namespace

void make_segment(FileSystem& files, const std::filesystem::path& directory,
                  const PreparedSegment& segment, Preallocation preallocation) {
    TemporaryFile file{files, directory / journal::temporary_name};
    extend(file.file(), segment.bytes, preallocation);
    file.file().sync();
    file.rename_to(directory / journal::segment_name(segment.number));
    file.keep();
}

JournalWriter::JournalWriter(FileSystem& files, std::filesystem::path directory,
                             const JournalTail& tail, std::uint64_t segment_bytes,
                             Preallocation preallocation)
    : files_{files},
      directory_{std::move(directory)},
      segment_bytes_{segment_bytes},
      preallocation_{preallocation},
      tail_{tail} {
    if (tail_.segment == 0) {
        start_segment(segment_bytes_);
    } else {
        file_ = files_.open(directory_ / journal::segment_name(tail_.segment),
                            FileSystem::Mode::update);
        file_bytes_ = file_->size();
        write_again();
    }
    dirty_ = true;
    sync();
}

void JournalWriter::write_again() {
    std::vector<std::byte> bytes(tail_.offset - tail_.durable_end);
    file_->read_at(tail_.durable_end, bytes);
    file_->write_at(tail_.durable_end, bytes);
}

journal::FrameHeader JournalWriter::header(journal::FrameKind kind) const noexcept {
    journal::FrameHeader header{};
    header.kind = kind;
    header.store_id = tail_.store_id;
    header.epoch = tail_.epoch;
    header.history = tail_.history;
    header.first = tail_.last + 1;
    header.durable = synced_;
    header.previous = tail_.chain;
    return header;
}

std::uint64_t JournalWriter::segment_bytes_for(std::uint64_t frame_bytes) const noexcept {
    return std::max(segment_bytes_, segment_bytes_of(frame_bytes));
}

std::uint64_t JournalWriter::free_bytes() const noexcept {
    const std::uint64_t used = tail_.offset + journal::alignment + mark_bytes_max;
    return file_bytes_ > used ? file_bytes_ - used : 0;
}

void JournalWriter::write(GroupBuffer& group) {
    if (!fits(group)) start_segment(segment_bytes_for(group));
    put(group.seal(header(journal::FrameKind::group)));
    tail_.last += group.facts();
}

void JournalWriter::mark(journal::FrameKind kind) {
    const std::uint64_t next_sector = (tail_.offset + sector - 1) / sector * sector;
    const std::size_t first_bytes =
        std::max<std::uint64_t>(sizeof(journal::FrameHeader), next_sector - tail_.offset);
    // Too little space is left only when there is a mark already, and no group after it.
    if (tail_.offset + first_bytes + sizeof(journal::FrameHeader) > file_bytes_) return;
    GroupBuffer none;
    put(none.seal(header(journal::FrameKind::idle), first_bytes));
    none.clear();
    put(none.seal(header(kind)));
}

void JournalWriter::begin_history(std::span<const Histories::LostHistory> lost) {
    std::vector<std::byte> frame(sizeof(journal::FrameHeader) + lost.size_bytes());
    if (frame.size() > free_bytes()) start_segment(segment_bytes_for(frame.size()));
    journal::FrameHeader header = this->header(journal::FrameKind::history);
    header.records = static_cast<std::uint32_t>(lost.size());
    header.last = tail_.last;
    std::ranges::copy(std::as_bytes(lost),
                      frame.begin() + static_cast<std::ptrdiff_t>(sizeof header));
    journal::seal(frame, header);
    put(frame);
}

void JournalWriter::put(std::span<const std::byte> frame) {
    dirty_ = true;
    file_->write_at(tail_.offset, frame);
    tail_.offset += frame.size();
    std::memcpy(&tail_.chain, frame.data(), sizeof tail_.chain);
}

void JournalWriter::sync() {
    if (!dirty_) return;
    file_->sync();
    dirty_ = false;
    synced_ = tail_.last;
}

void JournalWriter::start_segment(std::uint64_t bytes_needed) {
    if (file_) sync();  // so that a segment's header proves that all before it is durable
    const std::uint64_t number = tail_.segment + 1;
    if (prepared_.number != number || prepared_.bytes < bytes_needed) {
        prepared_ = {number, bytes_needed};
        make_segment(files_, directory_, prepared_, preallocation_);
        files_.sync_directory(directory_);
    }
    file_ = files_.open(directory_ / journal::segment_name(number), FileSystem::Mode::update);
    file_bytes_ = prepared_.bytes;

    journal::SegmentHeader header{};
    header.file_bytes = static_cast<std::uint32_t>(file_bytes_);
    header.store_id = tail_.store_id;
    header.number = number;
    header.first = tail_.last + 1;
    header.previous = tail_.chain;
    header.epoch = tail_.epoch;
    journal::seal(header);
    file_->write_at(0, std::as_bytes(std::span{&header, 1}));
    dirty_ = true;

    tail_.segment = number;
    tail_.offset = sizeof header;
    tail_.chain = header.checksum;
    begun_.push_back({number, header.first});
}

}  // namespace allot
