// The manifest of a copy of a store, as it is, and with its checksum corrected: it is refused, or
// writing what was read gives the same bytes; and its names are files in its own directory.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <filesystem>
#include <string>

#include "storage/format/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_manifest {

std::string with_checksum(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::uint64_t sum = XXH3_64bits(text.data(), text.size());
    std::string hex(16, '0');
    for (std::size_t at = hex.size(); sum != 0; sum >>= 4U) hex[--at] = digits[sum & 15U];
    return std::string{text} + "checksum " + hex + '\n';
}

void read(std::string_view text) {
    const auto manifest = Manifest::parse(text);
    if (!manifest) return;
    fuzz::require(manifest->text() == text, "what was read is written again");
    fuzz::require(Manifest::parse(manifest->text()) == manifest, "and read again");
    const std::filesystem::path directory = "/copy";
    for (const auto& [name, content] : manifest->files) {
        const auto path = (directory / name).lexically_normal();
        fuzz::require(path.parent_path() == directory && path.has_filename(),
                      "a name leads to a file beside the list");
        fuzz::require(std::string{path.c_str()} == "/copy/" + name, "to that one alone");
    }
}

extern "C" int FUZZ_TARGET(manifest)(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    read(text);
    read(with_checksum(text));
    return 0;
}

}  // namespace allot::fuzz::target_manifest
