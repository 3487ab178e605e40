#include "storage/format/manifest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <span>

#include "engine/digits.hpp"
#include "storage/format/store_files.hpp"
#include "storage/io/temporary_file.hpp"

namespace allot {

namespace {

constexpr std::string_view first_line = "allot copy 1";
constexpr std::size_t hash_digits = 16;  // of each half

std::string checksum_of(std::string_view text) {
    return hex(XXH3_64bits(text.data(), text.size()));
}

std::string_view word_of(Manifest::Purpose purpose) {
    return purpose == Manifest::Purpose::backup ? "backup" : "restore";
}

/// Removes the text up to and including the next `end`. \return it without `end`.
std::string_view take(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const auto taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

/// True for the name of a file in the manifest's own directory.
bool is_beside(std::string_view name) {
    constexpr std::string_view separators{"/\0", 2};
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(separators) == std::string_view::npos;
}

bool read_file_line(std::string_view line, FileContents& files) {
    const auto hash = take(line, ' ');
    const auto bytes = integer_in(take(line, ' '));
    if (hash.size() != 2 * hash_digits || !bytes) return false;
    const auto high = integer_in(hash.substr(0, hash_digits), 16);
    const auto low = integer_in(hash.substr(hash_digits), 16);
    if (!high || !low || !is_beside(line)) return false;
    return files.emplace(line, Content{*bytes, *high, *low}).second;
}

}  // namespace

std::string Manifest::text() const {
    std::string text{first_line};
    text += "\npurpose ";
    text += word_of(purpose);
    text += "\nstore " + hex(store_id) + "\nlast " + std::to_string(last) + '\n';
    for (const auto& [name, content] : files) {
        text += hex(content.hash_high) + hex(content.hash_low) + ' ' +
                std::to_string(content.bytes) + ' ' + name + '\n';
    }
    return text + "checksum " + checksum_of(text) + '\n';
}

std::optional<Manifest> Manifest::parse(std::string_view text) {
    std::string_view rest = text;
    Manifest manifest;
    if (take(rest, '\n') != first_line || take(rest, ' ') != "purpose") return std::nullopt;
    const auto purpose = take(rest, '\n');
    if (purpose == word_of(Purpose::restore)) manifest.purpose = Purpose::restore;
    if (take(rest, ' ') != "store") return std::nullopt;
    const auto id = integer_in(take(rest, '\n'), 16);
    if (!id || take(rest, ' ') != "last") return std::nullopt;
    const auto last = integer_in(take(rest, '\n'));
    if (!last) return std::nullopt;
    manifest.store_id = *id;
    manifest.last = *last;
    while (!rest.empty() && !rest.starts_with("checksum ")) {
        if (!read_file_line(take(rest, '\n'), manifest.files)) return std::nullopt;
    }
    if (manifest.text() != text) return std::nullopt;  // the checksum, too
    return manifest;
}

std::optional<Manifest> read_manifest(FileSystem& files, const std::filesystem::path& directory,
                                      std::string_view name) {
    if (!store_files::has(files, directory, name)) return std::nullopt;
    const auto file = files.open(directory / name, FileSystem::Mode::read);
    if (file->size() > Manifest::text_bytes_max) {
        throw CorruptStore{std::string{name}, 0, 0, "it is too long for a list of files"};
    }
    std::string text(file->size(), '\0');
    text.resize(file->read_at(0, std::as_writable_bytes(std::span{text.data(), text.size()})));
    auto manifest = Manifest::parse(text);
    if (!manifest) throw CorruptStore{std::string{name}, 0, 0, "the list of files is damaged"};
    return manifest;
}

void write_manifest(FileSystem& files, const std::filesystem::path& directory,
                    std::string_view name, const Manifest& manifest) {
    const std::string text = manifest.text();
    // The name is_ours(), and has no meaning by itself.
    const std::string temporary_name = std::string{store_files::install_list} + ".new";
    replace_durably(files, directory, temporary_name, name, std::as_bytes(std::span{text}));
}

}  // namespace allot
