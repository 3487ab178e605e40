#pragma once

#include <atomic>
#include <system_error>

#include "storage/io/file_system.hpp"

namespace allot::testing {

/// The operating system's files, with failures of every write and sync from a chosen one on, or of
/// some reads.
class FailingFiles final : public FileSystem {
public:
    enum class Call { write, sync };
    void fail_from_now_on(Call call, std::errc code) {
        call_ = call;
        code_ = code;
        failing_ = true;
    }
    /// Makes the next so many reads fail, and openings of files for reading.
    void fail_reads(int times, std::errc code) {
        read_code_ = code;
        reads_to_fail_ = times;
    }
    /// The number of writes and syncs after the failure was reported.
    [[nodiscard]] int calls_after_failure() const { return after_; }

    std::unique_ptr<File> open(const std::filesystem::path& path, Mode mode) override {
        if (mode == Mode::read) meet_read();
        return std::make_unique<FailingFile>(*this, posix_file_system().open(path, mode));
    }
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        posix_file_system().rename(from, to);
    }
    bool link(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return posix_file_system().link(from, to);
    }
    void remove(const std::filesystem::path& path) override { posix_file_system().remove(path); }
    void sync_directory(const std::filesystem::path& directory) override {
        posix_file_system().sync_directory(directory);
    }
    void create_directories(const std::filesystem::path& directory) override {
        posix_file_system().create_directories(directory);
    }
    std::vector<std::string> list(const std::filesystem::path& directory) override {
        return posix_file_system().list(directory);
    }
    std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override {
        return posix_file_system().lock(path);
    }

private:
    class FailingFile final : public File {
    public:
        FailingFile(FailingFiles& files, std::unique_ptr<File> file)
            : files_{files}, file_{std::move(file)} {}
        void sync() override {
            files_.meet(Call::sync);
            file_->sync();
        }
        void truncate(std::uint64_t size) override { file_->truncate(size); }
        [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

    protected:
        std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
            files_.meet_read();
            return file_->read_at(offset, into);
        }
        std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) override {
            files_.meet(Call::write);
            file_->write_at(offset, bytes);
            return bytes.size();
        }

    private:
        FailingFiles& files_;
        std::unique_ptr<File> file_;
    };

    void meet(Call call) {
        if (failed_) ++after_;
        if (!failing_ || call != call_) return;
        failed_ = true;
        throw std::system_error{std::make_error_code(code_), "made to fail"};
    }

    void meet_read() {
        if (reads_to_fail_ <= 0 || reads_to_fail_-- <= 0) return;
        throw std::system_error{std::make_error_code(read_code_), "made to fail"};
    }

    std::atomic<int> reads_to_fail_ = 0;
    std::atomic<std::errc> read_code_{};
    std::atomic<bool> failing_ = false;
    std::atomic<bool> failed_ = false;
    std::atomic<int> after_ = 0;
    Call call_{};
    std::errc code_{};
};

}  // namespace allot::testing
