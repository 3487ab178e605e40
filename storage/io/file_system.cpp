#include "storage/io/file_system.hpp"

#include <system_error>

namespace allot {

namespace {
/// Calls `step(done)`, which returns how many more bytes it has done, until all are done or it
/// returns 0.
template <class Step>
std::size_t finish(std::size_t total, Step&& step) {
    std::size_t done = 0;
    while (done < total) {
        try {
            const std::size_t more = step(done);
            if (more == 0) break;
            done += more;
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::interrupted) throw;
        }
    }
    return done;
}
}  // namespace

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> into) {
    return finish(into.size(),
                  [&](std::size_t done) { return read_some(offset + done, into.subspan(done)); });
}

void File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    const std::size_t done = finish(bytes.size(), [&](std::size_t written) {
        return write_some(offset + written, bytes.subspan(written));
    });
    if (done < bytes.size()) {
        throw std::system_error{std::make_error_code(std::errc::no_space_on_device),
                                "a write made no progress"};
    }
}

}  // namespace allot
