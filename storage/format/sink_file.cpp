#include "storage/format/sink_file.hpp"

#include <algorithm>
#include <span>

#include "storage/format/journal_format.hpp"
#include "storage/format/store_files.hpp"
#include "storage/io/temporary_file.hpp"

namespace allot::sink_file {

namespace {

constexpr std::string_view prefix = "handler-";
constexpr std::string_view temporary_suffix = ".tmp";
constexpr std::uint32_t format_version = 2;

/// The whole file.
struct Contents {
    static constexpr std::uint64_t magic_value = 0x4C44'4854'4F4C'4CFF;  // FF "LLOTHDL"

    std::uint64_t checksum;  ///< XXH3-64 of the bytes after it
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t zero;
    std::uint64_t store_id;
    Lsn acked;
    HistoryId history;  ///< not in version 1
};
static_assert(sizeof(Contents) == 48);
constexpr std::size_t bytes_in_version_1 = 40;

std::uint64_t checksum_of(const Contents& contents) noexcept {
    const std::size_t bytes = contents.version == 1 ? bytes_in_version_1 : sizeof contents;
    return journal::checksum_of(std::as_bytes(std::span{&contents, 1}).first(bytes));
}

[[noreturn]] void refuse(std::string_view sink, Lsn lsn, const std::string& why) {
    throw CorruptStore{file_name(sink), 0, lsn, why};
}

}  // namespace

bool is_name(std::string_view sink) noexcept {
    return !sink.empty() && sink.size() <= name_bytes_max && std::ranges::all_of(sink, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string file_name(std::string_view sink) { return std::string{prefix}.append(sink); }

std::optional<std::string> sink_of(std::string_view file_name) {
    if (!file_name.starts_with(prefix)) return std::nullopt;
    file_name.remove_prefix(prefix.size());
    if (!is_name(file_name)) return std::nullopt;
    return std::string{file_name};
}

bool is_temporary(std::string_view file_name) {
    if (!file_name.ends_with(temporary_suffix)) return false;
    file_name.remove_suffix(temporary_suffix.size());
    return sink_of(file_name).has_value();
}

std::vector<std::string> sinks_in(FileSystem& files, const std::filesystem::path& directory) {
    std::vector<std::string> sinks;
    for (const std::string& file : files.list(directory)) {
        if (auto sink = sink_of(file)) sinks.push_back(*std::move(sink));
    }
    return sinks;
}

std::optional<Position> read(FileSystem& files, const std::filesystem::path& directory,
                             std::string_view sink, std::uint64_t store_id) {
    const std::string name = file_name(sink);
    if (!store_files::has(files, directory, name)) return std::nullopt;
    const auto file = files.open(directory / name, FileSystem::Mode::read);
    Contents contents{};
    const std::size_t bytes = file->read_at(0, std::as_writable_bytes(std::span{&contents, 1}));
    const bool is_of_version_1 = bytes == bytes_in_version_1 && contents.version == 1;
    if ((bytes != sizeof contents && !is_of_version_1) || file->size() != bytes) {
        refuse(sink, 0, "the file does not have " + std::to_string(sizeof contents) + " bytes");
    }
    if (contents.magic != Contents::magic_value || contents.checksum != checksum_of(contents)) {
        refuse(sink, 0, "the checksum is wrong");
    }
    if (contents.version != format_version && !is_of_version_1) {
        throw UnknownFormat{name, 0, contents.acked, "the file has another format version"};
    }
    if (contents.store_id != store_id) {
        refuse(sink, contents.acked, "the position belongs to another store");
    }
    if (is_of_version_1) return Position{contents.acked, {}};
    return Position{contents.acked, contents.history};
}

std::vector<std::byte> bytes_of(std::uint64_t store_id, const HistoryCursor& acked) {
    Contents contents{.checksum = 0,
                      .magic = Contents::magic_value,
                      .version = format_version,
                      .zero = 0,
                      .store_id = store_id,
                      .acked = acked.lsn,
                      .history = acked.history};
    contents.checksum = checksum_of(contents);
    const auto bytes = std::as_bytes(std::span{&contents, 1});
    return {bytes.begin(), bytes.end()};
}

void write(FileSystem& files, const std::filesystem::path& directory, std::string_view sink,
           std::uint64_t store_id, const HistoryCursor& acked) {
    const std::string name = file_name(sink);
    replace_durably(files, directory, name + std::string{temporary_suffix}, name,
                    bytes_of(store_id, acked));
}

}  // namespace allot::sink_file
