// A snapshot file as it is, and a chunk behind its checksum: it is refused, or gives a state that
// obeys all rules, and takes no more memory than its bytes justify.

#include <cstring>

#include "engine/invariants.hpp"
#include "storage/memory_repository.hpp"
#include "storage/snapshot_file.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/simulation/simulated_disk.hpp"

namespace {

using namespace allot;

void load_file(std::span<const std::byte> bytes) {
    testing::SimulatedDisk disk;
    const std::filesystem::path path = std::filesystem::path{"store"} / snapshot::file_name(1);
    disk.put(path, {bytes.begin(), bytes.end()});
    MemoryRepository repository{1};
    try {
        snapshot::load(disk, path, repository, {});
        fuzz::require(violations(repository).empty(), "the stock obeys its rules");
    } catch (const CorruptStore&) {  // NOLINT(bugprone-empty-catch): refused, as it should be
    }
}

void restore_chunk(std::span<const std::byte> bytes) {
    snapshot::ChunkHeader header{};
    if (bytes.size() < sizeof header) return;
    std::memcpy(&header, bytes.data(), sizeof header);
    const auto chunk = snapshot::extract(header, bytes.subspan(sizeof header));
    if (!chunk) return;
    MemoryRepository repository{1};
    if (!snapshot::restore(*chunk, repository)) return;
    fuzz::require(violations(repository).empty(), "the stock obeys its rules");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    load_file(fuzz::bytes(data, size));
    restore_chunk(fuzz::bytes(data, size));
    return 0;
}
