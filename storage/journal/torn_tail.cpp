#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/io/temporary_file.hpp"
#include "storage/journal/journal_scan.hpp"

namespace allot {

void clear_torn_tail(FileSystem& files, const std::filesystem::path& directory,
                     const TornTail& torn) {
    for (const std::string& name : torn.later_files) {
        files.rename(directory / name,
                     directory / store_files::unused_name(files, directory,
                                                          store_files::torn_prefix + name));
    }
    const auto path = directory / journal::segment_name(torn.segment);
    const auto file = files.open(path, FileSystem::Mode::update);
    std::vector<std::byte> bytes(torn.bytes);
    file->read_at(torn.offset, bytes);
    const std::string name = store_files::torn_prefix + std::to_string(torn.segment) + "-" +
                             std::to_string(torn.offset) + ".bin";
    write_durably(files, directory, store_files::unused_name(files, directory, name), bytes);
    // The tail is overwritten, not cut off: a shorter segment would count as damaged.
    std::ranges::fill(bytes, std::byte{0});
    file->write_at(torn.offset, bytes);
    file->sync();
}

}  // namespace allot
