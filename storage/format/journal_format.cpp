#include "storage/format/journal_format.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "engine/containers/copy_name.hpp"
#include "storage/format/numbered_name.hpp"

namespace allot::journal {

namespace {

enum class Kind : std::uint8_t {
    batch_added = 1,
    batch_quantity_changed = 2,
    batch_rescheduled = 3,
    line_allocated = 4,
    line_deallocated = 5,
    out_of_stock = 6,
    shortage_withdrawn = 7,
    line_moved = 25,
};

class Encoder {
public:
    explicit Encoder(std::byte* to) noexcept : to_{to} {}
    [[nodiscard]] std::byte* end() const noexcept { return to_; }

    void put(Kind kind) noexcept { *to_++ = static_cast<std::byte>(kind); }
    template <class Tag>
    void put(NameView<Tag> name) noexcept {
        const std::string_view text = name.view();
        *to_++ = static_cast<std::byte>(text.size());
        copy_name(reinterpret_cast<char*>(to_), text.data(), text.size());
        to_ += text.size();
    }
    template <std::int64_t min>
    void put(Units<min> units) noexcept {
        put_integer(static_cast<std::uint32_t>(units.units()));
    }
    void put(Eta eta) noexcept { put_integer(eta.days()); }
    void put(Lsn lsn) noexcept { put_integer(lsn); }
    void put(const LineView& line) noexcept {
        put(line.order);
        put(line.sku);
        put(line.quantity);
    }

private:
    template <class Integer>
    void put_integer(Integer value) noexcept {
        std::memcpy(to_, &value, sizeof value);
        to_ += sizeof value;
    }
    std::byte* to_;
};

/// Reads what an Encoder wrote. The values read after a failure are arbitrary but valid.
class Decoder {
public:
    explicit Decoder(std::span<const std::byte> bytes) noexcept : rest_{bytes} {}
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::span<const std::byte> rest() const noexcept { return rest_; }

    std::uint8_t kind() noexcept { return integer<std::uint8_t>(); }
    template <class Name>
    Name name() noexcept {
        const std::size_t size = integer<std::uint8_t>();
        if (size > rest_.size()) {
            failed_ = true;
            return Name{"?"};
        }
        const std::string_view text{reinterpret_cast<const char*>(rest_.data()), size};
        rest_ = rest_.subspan(size);
        if (is_stored_name(text)) return Name::unchecked(text);
        failed_ = true;
        return Name{"?"};
    }
    template <class Units>
    Units units() noexcept {
        return checked(Units::of(integer<std::uint32_t>()), Units{1});
    }
    Eta eta() noexcept { return checked(Eta::of_days(integer<std::int32_t>()), Eta::warehouse()); }
    Lsn lsn() noexcept { return integer<Lsn>(); }
    LineView line() noexcept {
        return {name<OrderIdView>(), name<SkuView>(), units<Quantity>()};  // in this order
    }

private:
    template <class T>
    T checked(const Result<T>& result, T otherwise) noexcept {
        if (result.has_value()) return *result;
        failed_ = true;
        return otherwise;
    }
    template <class Integer>
    Integer integer() noexcept {
        Integer value{};
        if (rest_.size() < sizeof value) {
            failed_ = true;
            return value;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_ = rest_.subspan(sizeof value);
        return value;
    }

    std::span<const std::byte> rest_;
    bool failed_ = false;
};

struct EncodeFact {
    Encoder& out;
    void operator()(const BatchAdded& f) const noexcept {
        write(Kind::batch_added, f.sku, f.batch, f.purchased, f.eta);
    }
    void operator()(const BatchQuantityChanged& f) const noexcept {
        write(Kind::batch_quantity_changed, f.sku, f.batch, f.from, f.to);
    }
    void operator()(const BatchRescheduled& f) const noexcept {
        write(Kind::batch_rescheduled, f.sku, f.batch, f.from, f.to);
    }
    void operator()(const LineAllocated& f) const noexcept {
        if (f.since == 0) return write(Kind::line_allocated, f.line, f.batch);
        write(Kind::line_moved, f.line, f.batch, f.since);
    }
    void operator()(const LineDeallocated& f) const noexcept {
        write(Kind::line_deallocated, f.line, f.batch, f.allocated_at);
    }
    void operator()(const OutOfStock& f) const noexcept { write(Kind::out_of_stock, f.line); }
    void operator()(const ShortageWithdrawn& f) const noexcept {
        write(Kind::shortage_withdrawn, f.line);
    }

    template <class... Fields>
    void write(const Fields&... fields) const noexcept {
        (out.put(fields), ...);
    }
};

// The braces of a list fix the order in which its fields are read.
std::optional<Fact> decode_fact(Decoder& in) noexcept {
    switch (static_cast<Kind>(in.kind())) {
        case Kind::batch_added:
            return BatchAdded{in.name<SkuView>(), in.name<BatchRefView>(), in.units<Purchased>(),
                              in.eta()};
        case Kind::batch_quantity_changed:
            return BatchQuantityChanged{in.name<SkuView>(), in.name<BatchRefView>(),
                                        in.units<Purchased>(), in.units<Purchased>()};
        case Kind::batch_rescheduled:
            return BatchRescheduled{in.name<SkuView>(), in.name<BatchRefView>(), in.eta(),
                                    in.eta()};
        case Kind::line_allocated:
            return LineAllocated{in.line(), in.name<BatchRefView>()};
        case Kind::line_moved: {
            const LineAllocated fact{in.line(), in.name<BatchRefView>(), in.lsn()};
            if (fact.since == 0) return std::nullopt;
            return fact;
        }
        case Kind::line_deallocated:
            return LineDeallocated{in.line(), in.name<BatchRefView>(), in.lsn()};
        case Kind::out_of_stock:
            return OutOfStock{in.line()};
        case Kind::shortage_withdrawn:
            return ShortageWithdrawn{in.line()};
    }
    return std::nullopt;
}

constexpr NumberedName segment_names{"journal-", ".log"};

}  // namespace

std::byte* encode(const Fact& fact, std::byte* to) noexcept {
    Encoder out{to};
    std::visit(EncodeFact{out}, fact);
    return out.end();
}

std::byte* encode(const LineView& line, BatchRefView batch, std::byte* to) noexcept {
    Encoder out{to};
    EncodeFact{out}.write(Kind::line_allocated, line, batch);
    return out.end();
}

std::optional<Fact> decode(std::span<const std::byte>& bytes) noexcept {
    Decoder in{bytes};
    auto fact = decode_fact(in);
    if (in.failed() || !fact) return std::nullopt;
    bytes = in.rest();
    return fact;
}

std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept {
    constexpr std::size_t checksum_bytes = sizeof(std::uint64_t);
    return XXH3_64bits(bytes.data() + checksum_bytes, bytes.size() - checksum_bytes);
}

// Compares each byte with the one before, as fast as memory is read: most of a new segment is
// zeros.
bool is_zeros(std::span<const std::byte> bytes) noexcept {
    return bytes.empty() || (bytes.front() == std::byte{0} &&
                             std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::uint64_t used_bytes(std::span<const std::byte> bytes) noexcept {
    constexpr std::size_t piece = 4096;
    while (bytes.size() > piece && is_zeros(bytes.last(piece))) {
        bytes = bytes.first(bytes.size() - piece);
    }
    const auto last =
        std::find_if(bytes.rbegin(), bytes.rend(), [](std::byte b) { return b != std::byte{0}; });
    return static_cast<std::uint64_t>(bytes.rend() - last);
}

std::optional<FrameHeader> frame_header(std::span<const std::byte> bytes) noexcept {
    FrameHeader frame{};
    if (bytes.size() < FrameHeader::bytes_min) return std::nullopt;
    std::memcpy(&frame, bytes.data(), FrameHeader::bytes_min);
    if (bytes.size() < frame.header_bytes()) return std::nullopt;
    std::memcpy(&frame, bytes.data(), frame.header_bytes());
    if (frame.version < 3) {
        const std::array<std::uint64_t, 2> opening{frame.store_id, frame.epoch};
        frame.history = XXH3_64bits(opening.data(), sizeof opening);
    }
    return frame;
}

void seal(std::span<std::byte> frame, FrameHeader header) noexcept {
    header.magic = FrameHeader::magic_value;
    header.bytes = static_cast<std::uint32_t>(frame.size());
    header.version = format_version;
    std::memcpy(frame.data(), &header, sizeof header);
    header.checksum = checksum_of(frame);
    std::memcpy(frame.data(), &header.checksum, sizeof header.checksum);
}

void seal(SegmentHeader& header) noexcept {
    header.magic = SegmentHeader::magic_value;
    header.version = format_version;
    header.checksum = checksum_of(std::as_bytes(std::span{&header, 1}));
}

std::optional<FrameHeader> whole_frame(std::span<const std::byte> bytes) noexcept {
    const auto frame = frame_header(bytes);
    if (!frame || frame->magic != FrameHeader::magic_value ||
        frame->bytes < frame->header_bytes() || frame->bytes % alignment != 0 ||
        frame->bytes > bytes.size() || checksum_of(bytes.first(frame->bytes)) != frame->checksum) {
        return std::nullopt;
    }
    return frame;
}

std::optional<Histories::LostHistories> lost_histories_in(const FrameHeader& frame,
                                                          std::span<const std::byte> bytes) {
    const auto records = bytes.subspan(frame.header_bytes());
    if (frame.version < 3 || frame.last + 1 != frame.first ||
        records.size() != std::uint64_t{frame.records} * sizeof(Histories::LostHistory)) {
        return std::nullopt;
    }
    return rows_in<Histories::LostHistory>(records);
}

std::optional<SegmentHeader> whole_header(std::span<const std::byte> bytes) noexcept {
    SegmentHeader header;
    if (bytes.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != SegmentHeader::magic_value ||
        checksum_of(bytes.first(sizeof header)) != header.checksum) {
        return std::nullopt;
    }
    return header;
}

std::optional<Record> take_record(std::span<const std::byte>& bytes) noexcept {
    Record record{};
    if (bytes.size() < sizeof record.header) return std::nullopt;
    std::memcpy(&record.header, bytes.data(), sizeof record.header);
    const auto rest = bytes.subspan(sizeof record.header);
    if (record.header.bytes > rest.size()) return std::nullopt;
    record.facts = rest.first(record.header.bytes);
    bytes = rest.subspan(record.header.bytes);
    return record;
}

std::string segment_name(std::uint64_t number) { return segment_names.name_of(number); }

std::optional<std::uint64_t> segment_number(std::string_view name) {
    return segment_names.number_in(name);
}

}  // namespace allot::journal
