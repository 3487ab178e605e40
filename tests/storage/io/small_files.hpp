#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

struct Simulated {
    /// An empty file that is durable, with its name.
    std::unique_ptr<File> durable_file(const std::string& name) {
        files.create_directories(directory);
        auto file = files.open(directory / name, FileSystem::Mode::create);
        file->sync();
        files.sync_directory(directory);
        return file;
    }

    SimulatedDisk disk;
    FileSystem& files = disk;
    std::filesystem::path directory = "store";
};
using Mode = FileSystem::Mode;

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

inline std::string read(File& file) {
    std::string text(file.size() + 10, '?');
    text.resize(file.read_at(0, std::as_writable_bytes(std::span{text.data(), text.size()})));
    return text;
}

inline std::string read(FileSystem& files, const std::filesystem::path& path) {
    return read(*files.open(path, Mode::read));
}

inline void write(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
    files.open(path, Mode::create)->write_at(0, bytes_of(text));
}

inline bool is(const std::system_error& error, std::errc code) {
    return error.code() == std::make_error_condition(code);
}

}  // namespace allot::testing
