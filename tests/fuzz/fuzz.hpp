#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

/// The function `extern "C" int FUZZ_TARGET(name)(const std::uint8_t* data, std::size_t size)`, to
/// which libFuzzer, or the program `replay`, gives each input.
#ifdef ALLOT_REPLAY
#define FUZZ_TARGET(name) fuzz_target_##name
#else
#define FUZZ_TARGET(name) LLVMFuzzerTestOneInput
#endif

namespace allot::fuzz {

/// Ends the process with a finding. (BOOST_ASSERT is for the product.)
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

inline std::span<const std::byte> bytes(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span{data, size});
}

/// Removes the first byte of an input, which controls the target. \return 0 from an empty input.
inline std::uint8_t take(std::span<const std::uint8_t>& input) {
    if (input.empty()) return 0;
    const std::uint8_t first = input.front();
    input = input.subspan(1);
    return first;
}

}  // namespace allot::fuzz
