#include "storage/journal/journal_piece.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "storage/errors.hpp"

namespace allot {

namespace {

using journal::FrameHeader;
using journal::FrameKind;
using journal::SegmentHeader;
using WritableBytes = std::span<std::byte>;

/// Flips one bit after the other until `good()`. \return false when no single bit achieves it.
template <class Good>
bool patch_bit(WritableBytes bytes, Good&& good) {
    for (std::byte& byte : bytes) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            const std::byte before = byte;
            byte ^= std::byte{1} << bit;
            if (good()) return true;
            byte = before;
        }
    }
    return false;
}

class PieceReader {
public:
    PieceReader(FileSystem& files, const std::filesystem::path& directory,
                const std::string& name) {
        piece_.name = name;
        piece_.file = files.open(directory / name, FileSystem::Mode::read);
        bytes_.resize(piece_.file->size());
        piece_.file->read_at(0, bytes_);
        piece_.file_bytes = bytes_.size();
        piece_.used = journal::used_bytes(bytes_);
    }

    JournalPiece read() {
        if (!piece_.in_use()) return std::move(piece_);
        if (read_header()) {
            while (read_frame()) {
            }
        }
        look_behind();
        return std::move(piece_);
    }

private:
    bool read_header() {
        auto header = journal::whole_header(bytes_);
        const WritableBytes header_bytes =
            WritableBytes{bytes_}.first(std::min(bytes_.size(), sizeof(SegmentHeader)));
        if (!header &&
            patch_bit(header_bytes, [&] { return journal::whole_header(bytes_).has_value(); })) {
            header = journal::whole_header(bytes_);
            piece_.patches.push_back({0, {header_bytes.begin(), header_bytes.end()}});
        }
        if (!header) return false;
        check_version(header->version);
        piece_.headed = true;
        piece_.header = *header;
        piece_.end = sizeof *header;
        piece_.last = header->first - 1;
        piece_.chain = header->checksum;
        piece_.store_id = header->store_id;
        piece_.known = piece_.last;
        return true;
    }

    /// Reads the next frame. \return false when there is none that continues the chain.
    bool read_frame() {
        const WritableBytes rest = WritableBytes{bytes_}.subspan(piece_.end);
        auto frame = next_frame(rest);
        if (!frame && piece_.used > piece_.end) {
            frame = patched_frame(rest);
            if (frame) {
                const WritableBytes whole = rest.first(frame->bytes);
                piece_.patches.push_back({piece_.end, {whole.begin(), whole.end()}});
                piece_.used = journal::used_bytes(bytes_);
            }
        }
        if (!frame) return false;
        check_version(frame->version);
        found(*frame, rest);
        piece_.end += frame->bytes;
        piece_.last = frame->last;
        piece_.chain = frame->checksum;
        return true;
    }

    [[nodiscard]] std::optional<FrameHeader> next_frame(std::span<const std::byte> rest) const {
        const auto frame = journal::whole_frame(rest);
        const bool follows = frame && frame->store_id == piece_.store_id &&
                             frame->previous == piece_.chain && frame->first == piece_.last + 1;
        return follows ? frame : std::nullopt;
    }

    /// \pre no frame at the front of `rest` continues the chain.
    [[nodiscard]] std::optional<FrameHeader> patched_frame(WritableBytes rest) const {
        const auto header = journal::frame_header(rest);
        if (!header) return std::nullopt;
        const auto good = [&] { return next_frame(rest).has_value(); };
        // If the flipped bit is in the length, the frame's other bits are right.
        const WritableBytes length =
            rest.subspan(offsetof(FrameHeader, bytes), sizeof header->bytes);
        const bool plausible = header->bytes >= FrameHeader::bytes_min &&
                               header->bytes <= rest.size() &&
                               header->bytes <= JournalPiece::patched_frame_bytes_max;
        if (patch_bit(length, good) || (plausible && patch_bit(rest.first(header->bytes), good))) {
            return next_frame(rest);
        }
        return std::nullopt;
    }

    /// Finds whole frames after the end of the chain.
    void look_behind() {
        for (std::size_t at = piece_.end;
             at + FrameHeader::bytes_min <= piece_.used + journal::alignment;
             at += journal::alignment) {
            if (at >= bytes_.size()) return;
            const WritableBytes rest = WritableBytes{bytes_}.subspan(at);
            const auto frame = journal::whole_frame(rest);
            if (!frame) continue;
            if (piece_.store_id == 0) piece_.store_id = frame->store_id;
            if (frame->store_id == piece_.store_id) found(*frame, rest);
        }
    }

    /// \param bytes begin with the whole frame.
    void found(const FrameHeader& frame, std::span<const std::byte> bytes) {
        piece_.known = std::max({piece_.known, frame.durable, frame.last});
        const bool is_group = frame.kind == FrameKind::group;
        if (is_group) piece_.groups.push_back({frame.first, frame.last, frame.records});
        if (!is_group && frame.kind != FrameKind::history) return;
        auto& histories = piece_.histories;
        if (is_group && !histories.empty() && histories.back().id == frame.history) return;
        histories.push_back({frame.history, frame.first, {}});
        if (!is_group) {
            histories.back().lost = journal::lost_histories_in(frame, bytes.first(frame.bytes))
                                        .value_or(Histories::LostHistories{});
        }
    }

    void check_version(std::uint32_t version) const {
        if (journal::is_readable(version)) return;
        throw UnknownFormat{piece_.name, piece_.end, piece_.last + 1,
                            "format version " + std::to_string(version) +
                                "; this program reads up to " +
                                std::to_string(journal::format_version)};
    }

    JournalPiece piece_;
    std::vector<std::byte> bytes_;
};

}  // namespace

JournalPiece read_piece(FileSystem& files, const std::filesystem::path& directory,
                        const std::string& name) {
    return PieceReader{files, directory, name}.read();
}

}  // namespace allot
