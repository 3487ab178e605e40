// The contents of a simulated disk after a power cut.
#include <algorithm>
#include <utility>

#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

namespace {

constexpr std::size_t sector = 512;

bool toss(Random& random, unsigned of = 2) { return random() % of == 0; }

/// Draws for one file: all lost, all kept, or each sector separately. Drawing only sectors would
/// hardly ever give the first two, which are the most likely on a real disk.
class FileDraw {
public:
    FileDraw(std::vector<std::byte> durable, Random& random)
        : file_{std::move(durable)}, random_{random}, kind_{static_cast<Kind>(random() % 4)} {}

    void resize(std::uint64_t size) {
        if (kept()) file_.resize(size);
    }

    void write(std::uint64_t offset, std::span<const std::byte> bytes) {
        // The new length may be durable when the bytes are not.
        if (kind_ >= Kind::sectors && toss(random_, 4)) reach(offset + bytes.size());
        while (!bytes.empty()) {
            const std::size_t in_sector = sector - offset % sector;
            const auto part = bytes.first(std::min(in_sector, bytes.size()));
            const bool tear = kind_ == Kind::torn && !torn_already_ && toss(random_, 16);
            if (tear) {
                torn_already_ = true;
                const std::size_t at = random_() % (part.size() + 1);
                const bool front = toss(random_);
                put(offset + (front ? 0 : at), front ? part.first(at) : part.subspan(at));
            } else if (kept()) {
                put(offset, part);
            }
            offset += part.size();
            bytes = bytes.subspan(part.size());
        }
    }

    std::vector<std::byte> take() { return std::move(file_); }

private:
    enum class Kind : std::uint8_t { lost, kept, sectors, torn };
    bool kept() { return kind_ == Kind::kept || (kind_ != Kind::lost && toss(random_)); }
    void reach(std::uint64_t size) {
        if (file_.size() < size) file_.resize(size);
    }
    void put(std::uint64_t offset, std::span<const std::byte> bytes) {
        if (bytes.empty()) return;
        reach(offset + bytes.size());
        std::ranges::copy(bytes, file_.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    std::vector<std::byte> file_;
    Random& random_;
    Kind kind_;
    bool torn_already_ = false;
};

}  // namespace

SimulatedDisk::Bytes SimulatedDisk::drawn(const Inode& inode, Random& random) {
    FileDraw draw{inode.durable, random};
    for (const auto& change : inode.unsynced) {
        if (const auto* const resize = std::get_if<Resize>(&change)) {
            draw.resize(resize->size);
        } else {
            const auto& write = std::get<Write>(change);
            draw.write(write.offset, write.bytes);
        }
    }
    return draw.take();
}

SimulatedDisk::Entries SimulatedDisk::drawn(const Directory& directory, Random& random) {
    enum class Kind : std::uint8_t { lost, kept, changes, halves };
    Entries entries = directory.durable;
    const auto kind = static_cast<Kind>(random() % 4);
    const auto kept = [&] { return kind == Kind::kept || (kind != Kind::lost && toss(random)); };
    for (const auto& [name, inode, instead_of] : directory.unsynced) {
        const bool comes = kept();
        if (!comes) continue;
        const bool goes = kind != Kind::halves || toss(random);
        if (goes && !instead_of.empty()) entries.erase(instead_of);
        if (inode == nullptr) {
            entries.erase(name);
        } else {
            entries[name] = inode;
        }
    }
    return entries;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(Random& random) const {
    const std::scoped_lock lock{mutex_};
    auto found = std::make_unique<SimulatedDisk>(random());
    for (const auto& [path, directory] : directories_) {
        Directory& there = found->directories_[path];
        // After half of a rename the two names still refer to one file.
        std::map<const Inode*, std::shared_ptr<Inode>> files;
        for (const auto& [name, inode] : drawn(directory, random)) {
            auto& file = files[inode.get()];
            if (file == nullptr) {
                const Bytes bytes = drawn(*inode, random);
                file = std::make_shared<Inode>(Inode{bytes, bytes, {}});
            }
            there.now[name] = file;
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

}  // namespace allot::testing
