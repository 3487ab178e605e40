#include <cstring>

#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"

namespace allot::snapshot {

namespace {

using Begun = Histories::Begun;
using Lost = Histories::LostHistory;
static_assert(sizeof(Begun) == 16 && sizeof(Lost) == 16);

template <class Row>
void append(std::string& bytes, std::span<const Row> rows) {
    const auto raw = std::as_bytes(rows);
    bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
}

}  // namespace

std::string bytes_of(const Histories& histories) {
    const std::uint64_t begun = histories.begun().size();
    std::string bytes;
    append(bytes, std::span{&begun, 1});
    append(bytes, histories.begun());
    append(bytes, histories.lost());
    return bytes;
}

std::optional<Histories> histories_in(std::span<const std::byte> bytes) {
    std::uint64_t begun = 0;
    if (bytes.size() < sizeof begun) return std::nullopt;
    std::memcpy(&begun, bytes.data(), sizeof begun);
    bytes = bytes.subspan(sizeof begun);
    if (bytes.size() % sizeof(Begun) != 0 || begun > bytes.size() / sizeof(Begun)) {
        return std::nullopt;
    }
    return Histories::of(journal::rows_in<Begun>(bytes.first(begun * sizeof(Begun))),
                         journal::rows_in<Lost>(bytes.subspan(begun * sizeof(Begun))));
}

}  // namespace allot::snapshot
