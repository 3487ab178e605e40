#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/is_bitwise_serializable.hpp>
#include <boost/serialization/level.hpp>
#include <boost/serialization/tracking.hpp>
#include <streambuf>

#include "storage/format/numbered_name.hpp"
#include "storage/format/snapshot_format.hpp"

// Rows are archived as arrays of plain bytes: no class information, no tracking, and no counts,
// which could not be verified inside the archive.
BOOST_IS_BITWISE_SERIALIZABLE(allot::snapshot::ProductRow)
BOOST_IS_BITWISE_SERIALIZABLE(allot::snapshot::BatchRow)
BOOST_IS_BITWISE_SERIALIZABLE(allot::snapshot::LineRow)
BOOST_IS_BITWISE_SERIALIZABLE(allot::snapshot::ShortageRow)
BOOST_CLASS_IMPLEMENTATION(allot::snapshot::Chunk, boost::serialization::object_serializable)
BOOST_CLASS_TRACKING(allot::snapshot::Chunk, boost::serialization::track_never)

namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, allot::snapshot::Chunk& chunk, unsigned /*version*/) {
    archive& make_array(chunk.products.data(), chunk.products.size());
    archive& make_array(chunk.batches.data(), chunk.batches.size());
    archive& make_array(chunk.lines.data(), chunk.lines.size());
    archive& make_array(chunk.shortages.data(), chunk.shortages.size());
    archive& make_array(chunk.names.data(), chunk.names.size());
}

}  // namespace boost::serialization

namespace allot::snapshot {

namespace {
constexpr unsigned archive_flags = boost::archive::no_header | boost::archive::no_codecvt;

/// A stream buffer that appends to a contiguous array of bytes.
class ByteSink final : public std::streambuf {
public:
    explicit ByteSink(std::string& bytes) noexcept : bytes_{bytes} {}

protected:
    std::streamsize xsputn(const char* from, std::streamsize count) override {
        bytes_.append(from, static_cast<std::size_t>(count));
        return count;
    }

private:
    std::string& bytes_;
};

/// A stream buffer that reads existing bytes.
class ByteSource final : public std::streambuf {
public:
    explicit ByteSource(std::span<const std::byte> bytes) {
        // The interface is not const-correct; a get area is never written to.
        auto* const at = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
        setg(at, at, at + bytes.size());
    }
    [[nodiscard]] bool exhausted() const noexcept { return gptr() == egptr(); }
};

constexpr NumberedName snapshot_names{"snapshot-", ".snap"};
}  // namespace

void archive(const Chunk& chunk, std::string& bytes) {
    bytes.reserve(bytes.size() + chunk.bytes());
    ByteSink sink{bytes};
    boost::archive::binary_oarchive out{sink, archive_flags};
    out << chunk;
}

std::optional<Chunk> extract(const ChunkHeader& header, std::span<const std::byte> archive) {
    const std::uint64_t expected = std::uint64_t{header.products} * sizeof(ProductRow) +
                                   std::uint64_t{header.batches} * sizeof(BatchRow) +
                                   std::uint64_t{header.lines} * sizeof(LineRow) +
                                   std::uint64_t{header.shortages} * sizeof(ShortageRow) +
                                   header.name_bytes;
    if (archive.size() != expected) return std::nullopt;
    Chunk chunk;
    chunk.products.resize(header.products);
    chunk.batches.resize(header.batches);
    chunk.lines.resize(header.lines);
    chunk.shortages.resize(header.shortages);
    chunk.names.resize(header.name_bytes);
    try {
        ByteSource bytes{archive};
        boost::archive::binary_iarchive in{bytes, archive_flags};
        in >> chunk;
        if (!bytes.exhausted()) return std::nullopt;
    } catch (const boost::archive::archive_exception&) {
        return std::nullopt;
    }
    return chunk;
}

std::string file_name(Lsn start) { return snapshot_names.name_of(start); }

std::optional<Lsn> start_of(std::string_view name) { return snapshot_names.number_in(name); }

}  // namespace allot::snapshot
