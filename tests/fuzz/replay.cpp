// Runs a fuzz target on every file of a directory, and on random inputs made from these files,
// without a fuzzer and with any compiler: `./dev fuzz` searches longer, and by coverage.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

// EACH(name) for each target.
#define EACH(name) extern "C" int FUZZ_TARGET(name)(const std::uint8_t*, std::size_t);
#include "fuzz_targets.inc"
#undef EACH

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Target {
    std::string_view name;
    int (*run)(const std::uint8_t*, std::size_t);
};

constexpr Target targets[] = {
#define EACH(name) {#name, FUZZ_TARGET(name)},
#include "fuzz_targets.inc"
#undef EACH
};

constexpr unsigned input_seconds_max = 20;

std::vector<Bytes> files_of(const char* directory) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator{directory}) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);  // so that a seed gives the same inputs on each machine
    std::vector<Bytes> files;
    for (const auto& path : paths) {
        std::ifstream file{path, std::ios::binary};
        files.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
    }
    return files;
}

/// Makes inputs of at most `bytes_max` from the files: each is one of them after 1 to 8 mutations.
class Mutator {
public:
    Mutator(const std::vector<Bytes>& files, std::size_t bytes_max, std::uint64_t seed)
        : files_{files}, bytes_max_{bytes_max}, random_{seed} {}

    Bytes next() {
        Bytes input = any_file();
        for (std::size_t left = 1 + below(8); left > 0; --left) mutate(input);
        input.resize(std::min(input.size(), bytes_max_));
        return input;
    }

private:
    /// \return a number from 0 to `end` - 1; 0 if `end` is 0.
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
    std::uint8_t any_byte() {
        constexpr std::string_view special{"\0\x01\x7f\x80\xff\r\n \"0\\9", 12};
        return below(2) == 0 ? static_cast<std::uint8_t>(special[below(special.size())])
                             : static_cast<std::uint8_t>(below(256));
    }
    const Bytes& any_file() { return files_[below(files_.size())]; }
    /// \return a stretch of at most 64 bytes.
    Bytes piece_of(const Bytes& bytes) {
        const std::size_t begin = below(bytes.size());
        const std::size_t size = std::min(bytes.size() - begin, 1 + below(64));
        return {bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                bytes.begin() + static_cast<std::ptrdiff_t>(begin + size)};
    }

    void mutate(Bytes& input) {
        const auto at = input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1));
        const auto to_end = static_cast<std::size_t>(input.end() - at);
        switch (below(7)) {
            case 0:
                if (to_end != 0) *at ^= static_cast<std::uint8_t>(1U << below(8));
                return;
            case 1:
                if (to_end != 0) *at = any_byte();
                return;
            case 2:
                input.insert(at, 1 + below(4), any_byte());
                return;
            case 3:
                input.erase(at, at + static_cast<std::ptrdiff_t>(std::min(to_end, 1 + below(16))));
                return;
            case 4: {  // repeat a stretch of its own
                const Bytes piece = piece_of(input);
                input.insert(at, piece.begin(), piece.end());
                return;
            }
            case 5: {  // copy a stretch of a file
                const Bytes piece = piece_of(any_file());
                input.insert(at, piece.begin(), piece.end());
                return;
            }
            default: {  // continue as another file
                const Bytes& other = any_file();
                input.erase(at, input.end());
                const auto from = static_cast<std::ptrdiff_t>(below(other.size() + 1));
                input.insert(input.end(), other.begin() + from, other.end());
            }
        }
    }

    const std::vector<Bytes>& files_;
    std::size_t bytes_max_;
    std::mt19937_64 random_;
};

/// The input that is being run, in memory that outlives the process which runs it.
struct Present {
    std::size_t size;
    std::uint8_t bytes[1 << 16];
};

/// Runs `count` random inputs in a process of their own. If one fails, writes it to a file, and
/// says how to run them again.
int run_random(const Target& target, Mutator mutator, std::size_t count, std::uint64_t seed) {
    void* const shared =
        mmap(nullptr, sizeof(Present), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return std::perror("mmap"), 1;
    auto& present = *static_cast<Present*>(shared);
    const pid_t child = fork();
    if (child < 0) return std::perror("fork"), 1;
    if (child == 0) {
        for (std::size_t i = 0; i < count; ++i) {
            const Bytes input = mutator.next();
            present.size = std::min(input.size(), sizeof present.bytes);
            std::copy_n(input.begin(), present.size, present.bytes);
            alarm(input_seconds_max);
            target.run(input.data(), input.size());
        }
        std::exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) == child && status == 0) return 0;
    const std::string name = std::string{"failed_input_of_"}.append(target.name);
    std::ofstream{name, std::ios::binary}.write(reinterpret_cast<const char*>(present.bytes),
                                                static_cast<std::streamsize>(present.size));
    std::fprintf(stderr, "%s: status %d at an input of %zu bytes, kept in %s; seed %ju\n",
                 target.name.data(), status, present.size, std::filesystem::absolute(name).c_str(),
                 std::uintmax_t{seed});
    return 1;
}

int replay(const Target& target, const char* directory, std::size_t count, std::size_t bytes_max,
           std::uint64_t seed) {
    const std::vector<Bytes> files = files_of(directory);
    if (files.empty()) return std::fprintf(stderr, "%s holds no file\n", directory), 1;
    for (const Bytes& file : files) target.run(file.data(), file.size());
    const int failed = run_random(target, {files, bytes_max, seed}, count, seed);
    std::printf("%zu files, %zu random inputs\n", files.size(), count);
    return failed;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 5 && argc != 6) {
        return std::fprintf(stderr, "usage: %s TARGET DIRECTORY [COUNT BYTES_MAX [SEED]]\n",
                            argv[0]),
               2;
    }
    const std::size_t count = argc > 3 ? std::stoull(argv[3]) : 0;
    const std::size_t bytes_max = argc > 3 ? std::stoull(argv[4]) : 0;
    const std::uint64_t seed = argc > 5 ? std::stoull(argv[5]) : std::random_device{}();
    for (const Target& target : targets) {
        if (target.name == argv[1]) return replay(target, argv[2], count, bytes_max, seed);
    }
    return std::fprintf(stderr, "no fuzz target '%s'\n", argv[1]), 2;
}
