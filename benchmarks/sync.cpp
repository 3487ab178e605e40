// sync FILE GROUPS BYTES
//
// Writes and syncs GROUPS groups of BYTES bytes, one after the other, to a new file that was filled
// with zeros and synced: the minimum that a durable journal does.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "benchmarks/stopwatch.hpp"
#include "benchmarks/workload.hpp"

namespace {

using namespace allot;

void write_at(int file, std::size_t offset, const std::vector<std::byte>& bytes,
              std::size_t count) {
    bench::require(::pwrite(file, bytes.data(), count, static_cast<off_t>(offset)) ==
                       static_cast<ssize_t>(count),
                   "the file is written");
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "sync FILE GROUPS BYTES");
    const std::size_t groups = std::strtoull(argv[2], nullptr, 10);
    const std::vector<std::byte> group(std::strtoull(argv[3], nullptr, 10), std::byte{1});
    const int file = ::open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bench::require(file >= 0, "the file is made");

    const std::vector<std::byte> zeros(1U << 20U);
    for (std::size_t at = 0; at < groups * group.size(); at += zeros.size()) {
        write_at(file, at, zeros, zeros.size());
    }
    bench::require(::fsync(file) == 0, "the file is synced");

    const auto begin = bench::Steady::now();
    for (std::size_t i = 0; i < groups; ++i) {
        write_at(file, i * group.size(), group, group.size());
        bench::require(::fdatasync(file) == 0, "a group is synced");
    }
    bench::report("seconds", bench::seconds_since(begin));
    ::close(file);
}
