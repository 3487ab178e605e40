#include "tests/simulation/simulated_disk.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace allot::testing {

namespace {

constexpr std::size_t sector = 512;

[[noreturn]] void fail(std::errc code, const std::filesystem::path& path) {
    throw std::system_error{std::make_error_code(code), "simulated: " + path.string()};
}

std::string name_of(const std::filesystem::path& path) { return path.filename().string(); }

void write_to(std::vector<std::byte>& file, std::uint64_t offset,
              std::span<const std::byte> bytes) {
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
    std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(offset));
}

bool toss(Random& random, unsigned of) { return random() % of == 0; }

}  // namespace

class SimulatedDisk::SimulatedFile final : public File {
public:
    SimulatedFile(SimulatedDisk& disk, std::filesystem::path path, std::shared_ptr<Inode> inode)
        : disk_{disk}, path_{std::move(path)}, inode_{std::move(inode)} {}

    void sync() override {
        try {
            disk_.meet(DiskOperation::sync);
        } catch (const std::system_error&) {
            const std::scoped_lock lock{disk_.mutex_};
            inode_->unsynced.clear();  // its pages are marked clean
            throw;
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
        disk_.meet(DiskOperation::truncate);
        const std::scoped_lock lock{disk_.mutex_};
        inode_->now.resize(size);
        inode_->unsynced.emplace_back(Resize{size});
    }
    [[nodiscard]] std::uint64_t size() const override {
        const std::scoped_lock lock{disk_.mutex_};
        return inode_->now.size();
    }

protected:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
        const std::scoped_lock lock{disk_.mutex_};
        if (offset >= inode_->now.size()) return 0;
        const std::size_t bytes = std::min<std::uint64_t>(into.size(), inode_->now.size() - offset);
        std::copy_n(inode_->now.begin() + static_cast<std::ptrdiff_t>(offset), bytes, into.begin());
        return bytes;
    }
    std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) override {
        if (disk_.meet(DiskOperation::write) && bytes.size() > 1) {
            bytes = bytes.first(bytes.size() / 2);
        }
        const std::scoped_lock lock{disk_.mutex_};
        write_to(inode_->now, offset, bytes);
        inode_->unsynced.emplace_back(Write{offset, {bytes.begin(), bytes.end()}});
        return bytes.size();
    }

private:
    SimulatedDisk& disk_;
    std::filesystem::path path_;
    std::shared_ptr<Inode> inode_;
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

bool SimulatedDisk::meet(DiskOperation operation) {
    if (before) before(operation);
    const std::scoped_lock lock{mutex_};
    const std::uint64_t number = operations_++;
    if (failed_) ++asked_after_;
    if (!failure_ || number < failure_->at) return false;
    const Failure failure = *failure_;
    if (failure.short_write) {
        if (operation != DiskOperation::write) return false;
        if (!failure.for_ever) failure_.reset();
        return true;
    }
    const bool passes = failure.code == std::errc::interrupted;
    if (!failure.for_ever || passes) failure_.reset();
    failed_ = failed_ || !passes;
    throw std::system_error{std::make_error_code(failure.code), "simulated failure"};
}

SimulatedDisk::Directory& SimulatedDisk::directory_of(const std::filesystem::path& path) {
    const auto found = directories_.find(path.parent_path().string());
    if (found == directories_.end()) fail(std::errc::no_such_file_or_directory, path);
    return found->second;
}

std::unique_ptr<File> SimulatedDisk::open(const std::filesystem::path& path, Mode mode) {
    if (mode != Mode::read) {
        meet(mode == Mode::create ? DiskOperation::create : DiskOperation::open);
    }
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(path);
    std::shared_ptr<Inode>& inode = directory.now[name_of(path)];
    if (inode == nullptr) {
        if (mode != Mode::create) {
            directory.now.erase(name_of(path));
            fail(std::errc::no_such_file_or_directory, path);
        }
        inode = std::make_shared<Inode>();
        directory.unsynced.push_back({name_of(path), inode, {}});
    } else if (mode == Mode::create) {
        inode->now.clear();
        inode->unsynced.emplace_back(Resize{0});
    }
    return std::make_unique<SimulatedFile>(*this, path, inode);
}

void SimulatedDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    meet(DiskOperation::rename);
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(from);
    const auto found = directory.now.find(name_of(from));
    if (found == directory.now.end()) fail(std::errc::no_such_file_or_directory, from);
    const std::shared_ptr<Inode> inode = found->second;
    directory.now.erase(found);
    directory.now[name_of(to)] = inode;
    directory.unsynced.push_back({name_of(to), inode, name_of(from)});
}

void SimulatedDisk::remove(const std::filesystem::path& path) {
    meet(DiskOperation::remove);
    const std::scoped_lock lock{mutex_};
    Directory& directory = directory_of(path);
    if (directory.now.erase(name_of(path)) == 0) {
        fail(std::errc::no_such_file_or_directory, path);
    }
    directory.unsynced.push_back({name_of(path), nullptr, {}});
}

void SimulatedDisk::sync_directory(const std::filesystem::path& path) {
    meet(DiskOperation::sync_directory);
    const std::scoped_lock lock{mutex_};
    const auto found = directories_.find(path.string());
    if (found == directories_.end()) return;  // one above the store's: always durable here
    found->second.durable = found->second.now;
    found->second.unsynced.clear();
}

void SimulatedDisk::create_directories(const std::filesystem::path& directory) {
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

std::unique_ptr<FileLock> SimulatedDisk::lock(const std::filesystem::path& path) {
    const std::scoped_lock lock{mutex_};
    bool& held = locks_[path.string()];
    if (held) fail(std::errc::resource_unavailable_try_again, path);
    held = true;
    return std::make_unique<SimulatedLock>(*this, path.string());
}

SimulatedDisk::Bytes SimulatedDisk::drawn(const Inode& inode, Random& random) {
    // All lost, all kept, or each sector on its own: a coin for each sector alone would hardly
    // ever draw the first two, which are the likeliest on a real disk.
    const unsigned kind = static_cast<unsigned>(random() % 4);
    Bytes file = inode.durable;
    bool torn_already = false;
    for (const auto& change : inode.unsynced) {
        const auto kept = [&] { return kind == 1 || (kind >= 2 && toss(random, 2)); };
        if (const auto* const resize = std::get_if<Resize>(&change)) {
            if (kept()) file.resize(resize->size);
            continue;
        }
        const auto& write = std::get<Write>(change);
        const std::span<const std::byte> bytes{write.bytes};
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t in_sector = sector - (write.offset + at) % sector;
            const std::size_t length = std::min(in_sector, bytes.size() - at);
            std::size_t written = kept() ? length : 0;
            if (kind == 3 && !torn_already && toss(random, 16)) {
                torn_already = true;
                written = random() % (length + 1);
            }
            if (written != 0) write_to(file, write.offset + at, bytes.subspan(at, written));
            at += length;
        }
    }
    return file;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(Random& random) const {
    const std::scoped_lock lock{mutex_};
    auto found = std::make_unique<SimulatedDisk>();
    for (const auto& [path, directory] : directories_) {
        Entries entries = directory.durable;
        const unsigned kind = static_cast<unsigned>(random() % 3);
        for (const auto& [name, inode, instead_of] : directory.unsynced) {
            if (kind == 0 || (kind == 2 && toss(random, 2))) continue;
            if (!instead_of.empty()) entries.erase(instead_of);
            if (inode == nullptr) {
                entries.erase(name);
            } else {
                entries[name] = inode;
            }
        }
        Directory& there = found->directories_[path];
        for (const auto& [name, inode] : entries) {
            const Bytes file = drawn(*inode, random);
            there.now[name] = std::make_shared<Inode>(Inode{file, file, {}});
        }
        there.durable = there.now;
    }
    return found;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_kill() const {
    const std::scoped_lock lock{mutex_};
    std::map<const Inode*, std::shared_ptr<Inode>> copies;
    const auto copied = [&](const std::shared_ptr<Inode>& inode) {
        std::shared_ptr<Inode>& copy = copies[inode.get()];
        if (copy == nullptr && inode != nullptr) copy = std::make_shared<Inode>(*inode);
        return copy;
    };
    auto found = std::make_unique<SimulatedDisk>();
    found->directories_ = directories_;
    for (auto& [path, directory] : found->directories_) {
        for (auto& [name, inode] : directory.now) inode = copied(inode);
        for (auto& [name, inode] : directory.durable) inode = copied(inode);
        for (auto& change : directory.unsynced) change.inode = copied(change.inode);
    }
    return found;
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
