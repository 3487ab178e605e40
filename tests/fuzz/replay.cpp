// Runs a fuzz target on every file of a directory, without a fuzzer and with any compiler: a
// regression test of earlier findings.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

// EACH(name) for each target.
#define EACH(name) extern "C" int FUZZ_TARGET(name)(const std::uint8_t*, std::size_t);
#include "fuzz_targets.inc"
#undef EACH

namespace {

struct Target {
    std::string_view name;
    int (*run)(const std::uint8_t*, std::size_t);
};

constexpr Target targets[] = {
#define EACH(name) {#name, FUZZ_TARGET(name)},
#include "fuzz_targets.inc"
#undef EACH
};

int replay(const Target& target, const char* directory) {
    int inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory}) {
        std::ifstream file{entry.path(), std::ios::binary};
        const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
        target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++inputs;
    }
    std::printf("%d inputs\n", inputs);
    return inputs == 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "usage: %s TARGET DIRECTORY\n", argv[0]), 2;
    for (const Target& target : targets) {
        if (target.name == argv[1]) return replay(target, argv[2]);
    }
    return std::fprintf(stderr, "no fuzz target '%s'\n", argv[1]), 2;
}
