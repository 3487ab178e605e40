// The decoder of facts: what it takes is written back as the same bytes.

#include <algorithm>
#include <array>

#include "storage/journal_format.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace allot;
    std::span<const std::byte> rest = fuzz::bytes(data, size);
    while (!rest.empty()) {
        const auto before = rest;
        const auto fact = journal::decode(rest);
        if (!fact) break;
        const std::size_t taken = before.size() - rest.size();
        fuzz::require(taken != 0 && taken <= journal::fact_bytes_max, "a fact has 1 to 256 bytes");
        std::array<std::byte, journal::fact_bytes_max> again{};
        const std::byte* const end = journal::encode(*fact, again.data());
        fuzz::require(
            std::ranges::equal(std::span<const std::byte>{again.data(), end}, before.first(taken)),
            "what was read is written again");
    }
    return 0;
}
