#include "tests/dst/disk/simulated_disk.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace allot::testing {

namespace {

[[noreturn]] void refuse(std::errc code, const std::filesystem::path& path) {
    throw std::system_error{std::make_error_code(code), "simulated: " + path.string()};
}

std::string name_of(const std::filesystem::path& path) { return path.filename().string(); }

void write_to(std::vector<std::byte>& file, std::uint64_t offset,
              std::span<const std::byte> bytes) {
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
    std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

class SimulatedDisk::SimulatedFile final : public File {
public:
    SimulatedFile(SimulatedDisk& disk, std::filesystem::path path, std::shared_ptr<Inode> inode,
                  Mode mode)
        : disk_{disk}, path_{std::move(path)}, inode_{std::move(inode)}, mode_{mode} {}
    ~SimulatedFile() override {
        if (mode_ == Mode::read) return;
        if (disk_.meet(DiskOperation::close) == Outcome::fails) forget();
    }
    SimulatedFile(const SimulatedFile&) = delete;
    SimulatedFile& operator=(const SimulatedFile&) = delete;

    void sync() override {
        if (disk_.meet(DiskOperation::sync) == Outcome::fails) {
            forget();
            disk_.fail(path_);
        }
        const std::scoped_lock lock{disk_.mutex_};
        for (const auto& change : inode_->unsynced) {
            if (const auto* const write = std::get_if<Write>(&change)) {
                write_to(inode_->durable, write->offset, write->bytes);
            } else {
                inode_->durable.resize(std::get<Resize>(change).size);
            }
        }
        inode_->unsynced.clear();
    }
    void truncate(std::uint64_t size) override {
        disk_.pass(DiskOperation::truncate, path_);
        const std::scoped_lock lock{disk_.mutex_};
        if (size > inode_->now.size() && size - inode_->now.size() > disk_.left()) {
            refuse(std::errc::no_space_on_device, path_);
        }
        inode_->now.resize(size);
        inode_->unsynced.emplace_back(Resize{size});
    }
    [[nodiscard]] std::uint64_t size() const override {
        const std::scoped_lock lock{disk_.mutex_};
        return inode_->now.size();
    }

protected:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
        const Outcome outcome = disk_.meet(DiskOperation::read);
        if (outcome == Outcome::fails || outcome == Outcome::interrupted) disk_.fail(path_);
        if (outcome == Outcome::cut_short && into.size() > 1) into = into.first(into.size() / 2);
        const std::scoped_lock lock{disk_.mutex_};
        if (offset >= inode_->now.size()) return 0;
        const std::size_t bytes = std::min<std::uint64_t>(into.size(), inode_->now.size() - offset);
        std::copy_n(inode_->now.begin() + static_cast<std::ptrdiff_t>(offset), bytes, into.begin());
        return bytes;
    }
    std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const Outcome outcome = disk_.meet(DiskOperation::write);
        if (outcome == Outcome::interrupted) disk_.fail(path_);
        if (outcome == Outcome::fails || (outcome == Outcome::cut_short && bytes.size() > 1)) {
            bytes = bytes.first(bytes.size() / 2);
        }
        {
            const std::scoped_lock lock{disk_.mutex_};
            const std::uint64_t end =
                inode_->now.size() + std::min(disk_.left(), offset + bytes.size());
            if (offset + bytes.size() > end) {
                if (end <= offset) refuse(std::errc::no_space_on_device, path_);
                bytes = bytes.first(static_cast<std::size_t>(end - offset));
            }
            write_to(inode_->now, offset, bytes);
            inode_->unsynced.emplace_back(Write{offset, {bytes.begin(), bytes.end()}});
        }
        if (outcome == Outcome::fails) disk_.fail(path_);
        return bytes.size();
    }

private:
    /// Writes some of the unsynced bytes to the disk, and marks all of them as clean.
    void forget() {
        const std::scoped_lock lock{disk_.mutex_};
        inode_->durable = drawn(*inode_, disk_.random_);
        inode_->unsynced.clear();
    }

    SimulatedDisk& disk_;
    std::filesystem::path path_;
    std::shared_ptr<Inode> inode_;
    Mode mode_;
};

class SimulatedDisk::SimulatedLock final : public FileLock {
public:
    SimulatedLock(SimulatedDisk& disk, std::string path) : disk_{disk}, path_{std::move(path)} {}
    ~SimulatedLock() override {
        const std::scoped_lock lock{disk_.mutex_};
        disk_.locks_[path_] = false;
    }
    SimulatedLock(const SimulatedLock&) = delete;
    SimulatedLock& operator=(const SimulatedLock&) = delete;

private:
    SimulatedDisk& disk_;
    std::string path_;
};

SimulatedDisk::Outcome SimulatedDisk::meet(DiskOperation operation) {
    const bool changes = operation != DiskOperation::read && operation != DiskOperation::close;
    if (changes) before(operation);
    const std::scoped_lock lock{mutex_};
    const std::uint64_t number = operations_++;
    if (failures_reported_ != 0) ++asked_after_;
    const Outcome outcome = outcome_of(operation, number);
    if (outcome != Outcome::good && !failure_->for_ever) spent_ = true;
    return outcome;
}

SimulatedDisk::Outcome SimulatedDisk::outcome_of(DiskOperation operation, std::uint64_t number) {
    const bool moves_bytes = operation == DiskOperation::read || operation == DiskOperation::write;
    if (std::exchange(interrupted_, false) && moves_bytes) return Outcome::good;
    if (!failure_ || spent_ || number < failure_->at) return Outcome::good;
    if (failure_->short_write) return moves_bytes ? Outcome::cut_short : Outcome::good;
    interrupted_ = moves_bytes && failure_->code == std::errc::interrupted;
    if (interrupted_) return Outcome::interrupted;
    if (operation != DiskOperation::close) ++failures_reported_;
    return Outcome::fails;
}

void SimulatedDisk::pass(DiskOperation operation, const std::filesystem::path& path) {
    const Outcome outcome = meet(operation);
    if (outcome == Outcome::fails || outcome == Outcome::interrupted) fail(path);
}

void SimulatedDisk::fail(const std::filesystem::path& path) const { refuse(failure_->code, path); }

SimulatedDisk::Directory& SimulatedDisk::directory_of(const std::filesystem::path& path) {
    const auto found = directories_.find(path.parent_path().string());
    if (found == directories_.end()) refuse(std::errc::no_such_file_or_directory, path);
    return found->second;
}

std::unique_ptr<File> SimulatedDisk::open(const std::filesystem::path& path, Mode mode) {
    // Opening for reading changes nothing.
    pass(mode == Mode::read     ? DiskOperation::read
         : mode == Mode::create ? DiskOperation::create
                                : DiskOperation::open,
         path);
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(path);
    if (mode == Mode::create) {
        const auto inode = std::make_shared<Inode>();
        directory.now[name_of(path)] = inode;
        directory.unsynced.push_back({name_of(path), inode, {}});
    }
    const auto found = directory.now.find(name_of(path));
    if (found == directory.now.end()) refuse(std::errc::no_such_file_or_directory, path);
    return std::make_unique<SimulatedFile>(*this, path, found->second, mode);
}

void SimulatedDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const bool fails = meet(DiskOperation::rename) == Outcome::fails;
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(from);
    const auto found = directory.now.find(name_of(from));
    if (found == directory.now.end()) refuse(std::errc::no_such_file_or_directory, from);
    if (!fails || random_() % 2 == 0) {
        const std::shared_ptr<Inode> inode = found->second;
        directory.now.erase(found);
        directory.now[name_of(to)] = inode;
        directory.unsynced.push_back({name_of(to), inode, name_of(from)});
    }
    if (fails) fail(from);
}

bool SimulatedDisk::link(const std::filesystem::path& from, const std::filesystem::path& to) {
    pass(DiskOperation::link, from);
    const std::scoped_lock lock{mutex_};
    if (!links) return false;
    Directory& directory = directory_of(from);
    const auto found = directory.now.find(name_of(from));
    if (found == directory.now.end()) refuse(std::errc::no_such_file_or_directory, from);
    const std::shared_ptr<Inode> inode = found->second;
    if (!directory.now.try_emplace(name_of(to), inode).second) refuse(std::errc::file_exists, to);
    directory.unsynced.push_back({name_of(to), inode, {}});
    return true;
}

void SimulatedDisk::remove(const std::filesystem::path& path) {
    pass(DiskOperation::remove, path);
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(path);
    if (directory.now.erase(name_of(path)) == 0) {
        refuse(std::errc::no_such_file_or_directory, path);
    }
    directory.unsynced.push_back({name_of(path), nullptr, {}});
}

void SimulatedDisk::sync_directory(const std::filesystem::path& path) {
    const bool fails = meet(DiskOperation::sync_directory) == Outcome::fails;
    const std::scoped_lock lock{mutex_};
    const auto found = directories_.find(path.string());
    if (found == directories_.end()) refuse(std::errc::no_such_file_or_directory, path);
    Directory& directory = found->second;
    if (fails) {
        directory.durable = drawn(directory, random_);
        fail(path);
    }
    directory.durable = directory.now;
    directory.unsynced.clear();
}

void SimulatedDisk::create_directories(const std::filesystem::path& directory) {
    pass(DiskOperation::create_directory, directory);
    const std::scoped_lock lock{mutex_};
    directories_.try_emplace(directory.string());
}

std::vector<std::string> SimulatedDisk::list(const std::filesystem::path& directory) {
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> names;
    const auto found = directories_.find(directory.string());
    if (found == directories_.end()) return names;
    for (const auto& [name, inode] : found->second.now) names.push_back(name);
    return names;
}

std::uint64_t SimulatedDisk::used_now() const {
    std::uint64_t used = 0;
    for (const auto& [path, directory] : directories_) {
        for (const auto& [name, inode] : directory.now) used += inode->now.size();
    }
    return used;
}

std::uint64_t SimulatedDisk::used_bytes() const {
    const std::scoped_lock lock{mutex_};
    return used_now();
}

std::uint64_t SimulatedDisk::left() const {
    if (capacity_ == no_capacity) return no_capacity;
    const std::uint64_t used = used_now();
    return capacity_ > used ? capacity_ - used : 0;
}

void SimulatedDisk::set_capacity(std::uint64_t bytes) {
    const std::scoped_lock lock{mutex_};
    capacity_ = bytes;
}

std::uint64_t SimulatedDisk::free_bytes(const std::filesystem::path&) noexcept {
    const std::scoped_lock lock{mutex_};
    return tells_free_bytes ? left() : no_capacity;
}

std::unique_ptr<FileLock> SimulatedDisk::lock(const std::filesystem::path& path) {
    const std::scoped_lock lock{mutex_};
    auto& entries = directory_of(path).now;
    if (!entries.contains(name_of(path))) {
        entries[name_of(path)] = std::make_shared<Inode>();
        directory_of(path).unsynced.push_back({name_of(path), entries[name_of(path)], {}});
    }
    bool& held = locks_[path.string()];
    if (held) refuse(std::errc::resource_unavailable_try_again, path);
    held = true;
    return std::make_unique<SimulatedLock>(*this, path.string());
}

std::vector<std::byte> SimulatedDisk::contents(const std::filesystem::path& path) const {
    const std::scoped_lock lock{mutex_};
    return directories_.at(path.parent_path().string()).now.at(name_of(path))->now;
}

void SimulatedDisk::put(const std::filesystem::path& path, std::vector<std::byte> bytes) {
    const std::scoped_lock lock{mutex_};
    Directory& directory = directories_[path.parent_path().string()];
    directory.now[name_of(path)] = std::make_shared<Inode>(Inode{bytes, bytes, {}});
    directory.durable[name_of(path)] = directory.now[name_of(path)];
}

bool SimulatedDisk::same_as(const SimulatedDisk& other) const {
    const std::scoped_lock lock{mutex_, other.mutex_};
    const auto shown = [](const SimulatedDisk& disk) {
        std::map<std::string, Bytes> files;
        for (const auto& [path, directory] : disk.directories_) {
            for (const auto& [name, inode] : directory.now) files[path + '/' + name] = inode->now;
        }
        return files;
    };
    return shown(*this) == shown(other);
}

}  // namespace allot::testing
