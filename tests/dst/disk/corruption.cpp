#include "tests/dst/disk/corruption.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "engine/state_hash.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/snapshot/snapshot_file.hpp"
#include "tests/dst/disk/random_commands.hpp"
#include "tests/dst/disk/stepped_store.hpp"

namespace allot::testing {

namespace {

constexpr std::uint64_t segment_bytes = 16U << 10U;
constexpr std::uint64_t segments = 4;
constexpr std::size_t sector_bytes = 512;

JournalTail tail_of(SimulatedDisk& disk) {
    return scan_journal(disk, store_directory, std::nullopt, [](auto&&...) { return true; }, {})
        .tail;
}

template <class Header>
Header header_at(const std::vector<std::byte>& file, std::size_t offset) {
    Header header{};
    if (file.size() - offset >= sizeof header) {
        std::memcpy(&header, file.data() + offset, sizeof header);
    }
    return header;
}

/// A segment that is not in use yet.
bool is_prepared(const std::vector<std::byte>& bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

bool is_snapshot(const std::string& name) { return snapshot::start_of(name).has_value(); }

}  // namespace

Corruption::Corruption(std::uint64_t seed) {
    make(seed + 1, foreign_);
    make(seed, files_);
}

void Corruption::make(std::uint64_t seed, Files& files) {
    SimulatedDisk disk;
    Random random{seed};
    StoreOptions options = tiny_options();
    options.segment_bytes = segment_bytes;
    bool early = false;
    bool late = false;
    for (bool full = false; !full;) {  // one epoch after the other
        SteppedStore store{disk, options, random};
        RandomCommands commands{random, 20};
        for (int i = 0; i < 100 && !full; ++i) {
            store.with_bus([&](MessageBus& bus) { return commands.command(bus); });
            for (std::uint64_t steps = random() % 6; steps > 0; --steps) store.step();
            if (random() % 4 == 0) store.settle();
            const JournalTail tail = tail_of(disk);
            // The first snapshot comes so early that no segment is pruned.
            if (!early && tail.offset > segment_bytes / 2) store.begin_snapshot(), early = true;
            if (!late && tail.segment == segments - 1) store.begin_snapshot(), late = true;
            // Far enough from the end that no group crosses it.
            full = tail.segment == segments && tail.offset > segment_bytes - 3'072;
        }
        store.settle();
        store.with_bus([&](MessageBus& bus) {
            hash_ = state_hash(bus.repository());
            last_ = bus.journal().last();
        });
        store.close();
    }
    for (const std::string& name : disk.list(store_directory)) {
        if (name != "LOCK") files[name] = disk.contents(store_directory / name);
    }
}

std::vector<std::string> Corruption::targets() const {
    std::vector<std::string> names;
    for (std::uint64_t i = 1; i <= segments; ++i) names.push_back(journal::segment_name(i));
    names.push_back(std::ranges::find_if(files_.rbegin(), files_.rend(), [](const auto& file) {
                        return is_snapshot(file.first);
                    })->first);
    return names;
}

std::uint64_t Corruption::journal_bytes() const { return segments * segment_bytes; }
std::uint64_t Corruption::snapshot_bytes() const { return files_.at(targets().back()).size(); }

void Corruption::flip_bits(std::uint64_t first, std::uint64_t every) {
    std::uint64_t skip = first;
    std::uint64_t before = 0;
    const std::uint64_t total = 8 * (journal_bytes() + snapshot_bytes());
    for (const std::string& name : targets()) {
        const std::uint64_t bits = files_.at(name).size() * 8;
        for (; skip < bits; skip += every) {
            if (progress_) progress_(before + skip, total);
            Bytes bytes = files_.at(name);
            bytes[skip / 8] ^= std::byte{1} << (skip % 8);
            judge_bytes(is_snapshot(name) ? "bit of the snapshot" : "bit of the journal", name,
                        skip / 8, std::move(bytes));
        }
        skip -= bits;
        before += bits;
    }
}

void Corruption::cut_files(std::uint64_t first, std::uint64_t every) {
    for (const std::string& name : targets()) {
        for (std::uint64_t size = first; size < files_.at(name).size(); size += every) {
            if (progress_) progress_(size, files_.at(name).size());
            Bytes bytes = files_.at(name);
            bytes.resize(size);
            judge_bytes(is_snapshot(name) ? "length of the snapshot" : "length of a segment", name,
                        size, std::move(bytes));
        }
    }
}

void Corruption::zero_sectors() {
    for (const std::string& name : targets()) {
        for (std::size_t at = 0; at < files_.at(name).size(); at += sector_bytes) {
            Bytes bytes = files_.at(name);
            const std::size_t length = std::min(sector_bytes, bytes.size() - at);
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, std::byte{0});
            judge_bytes(is_snapshot(name) ? "sector of the snapshot" : "sector of the journal",
                        name, at, std::move(bytes));
        }
    }
}

std::vector<Corruption::Frame> Corruption::frames_of(const Files& files) {
    std::vector<Frame> frames;
    for (const auto& [name, bytes] : files) {
        if (!journal::segment_number(name)) continue;
        for (std::size_t at = sizeof(journal::SegmentHeader); at < bytes.size();) {
            const auto header = header_at<journal::FrameHeader>(bytes, at);
            if (header.magic != journal::FrameHeader::magic_value) break;
            const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
            frames.push_back({name, at, {begin, begin + header.bytes}});
            at += header.bytes;
        }
    }
    return frames;
}

void Corruption::mix_frames(std::uint64_t first, std::uint64_t every) {
    const auto own = frames_of(files_);
    const auto foreign = frames_of(foreign_);
    const auto put = [&](const char* damage, const Frame& at, const Bytes& bytes,
                         std::size_t bytes_before) {
        Bytes file = files_.at(at.file);
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at.offset);
        const auto end = file.erase(begin, begin + static_cast<std::ptrdiff_t>(bytes_before));
        file.insert(end, bytes.begin(), bytes.end());
        file.resize(segment_bytes);
        judge_bytes(damage, at.file, at.offset, std::move(file));
    };
    const auto joined = [](const Frame& one, const Frame& other) {
        Bytes bytes = one.bytes;
        bytes.insert(bytes.end(), other.bytes.begin(), other.bytes.end());
        return bytes;
    };
    for (std::size_t i = first; i < own.size(); i += every) {
        const Frame& frame = own[i];
        put("frame repeated", frame, joined(frame, frame), frame.bytes.size());
        put("frame left out", frame, {}, frame.bytes.size());
        for (const std::size_t step : {1U, 2U, 50U}) {
            if (i < step) continue;
            put("frame of before", frame, own[i - step].bytes, frame.bytes.size());
        }
        if (i > 0 && own[i - 1].file == frame.file) {
            const std::size_t both = own[i - 1].bytes.size() + frame.bytes.size();
            put("frames swapped", own[i - 1], joined(frame, own[i - 1]), both);
        }
        if (i >= foreign.size()) continue;
        put("frame of another store", frame, foreign[i].bytes, frame.bytes.size());
    }
    // After the end, where a frame could follow.
    Frame end = own.back();
    end.offset += end.bytes.size();
    for (std::size_t i = first; i < own.size(); i += every) {
        put("frame behind the end", end, own[i].bytes, 0);
    }
    for (std::size_t i = first; i < foreign.size(); i += every) {
        put("frame of another store", end, foreign[i].bytes, 0);
    }
}

void Corruption::mix_files() {
    std::vector<std::string> names = targets();
    names.push_back(journal::segment_name(segments + 1));
    for (const auto& [name, bytes] : files_) {
        if (is_snapshot(name) && name != names[segments]) names.push_back(name);
    }
    const std::string last = journal::segment_name(segments);
    for (const std::string& name : names) {
        for (const auto& [other, bytes] : files_) {
            // FORMAT.md says that this cannot be detected: a last segment of zeros.
            if (name == last && is_prepared(bytes)) continue;
            if (other == name || is_snapshot(other) != is_snapshot(name)) continue;
            judge("file under another's name", name, {{name, bytes}});
            if (files_.contains(name)) {
                judge("files swapped", name, {{name, bytes}, {other, files_.at(name)}});
            }
        }
        for (const auto& [other, bytes] : foreign_) {
            if (is_snapshot(other) != is_snapshot(name)) continue;
            if (name == last && is_prepared(bytes)) continue;
            judge("file of another store", name, {{name, bytes}});
        }
        if (name != last) judge("file missing", name, {{name, std::nullopt}});
    }
}

void Corruption::judge_bytes(const char* damage, const std::string& file, std::uint64_t at,
                             Bytes bytes) {
    Instead instead;
    instead.emplace(file, std::move(bytes));
    judge(damage, file + " at " + std::to_string(at), instead);
}

void Corruption::judge(const char* damage, const std::string& where, const Instead& instead) {
    SimulatedDisk disk;
    disk.create_directories(store_directory);
    for (const auto& [name, bytes] : files_) {
        if (!instead.contains(name)) disk.put(store_directory / name, bytes);
    }
    for (const auto& [name, bytes] : instead) {
        if (bytes) disk.put(store_directory / name, *bytes);
    }
    std::string why;
    const Outcome found = outcome(disk, why);
    ++tally_[damage][static_cast<std::size_t>(found)];
    if (found == Outcome::wrong) findings_.add(std::string{damage} + ", " + where + ": " + why);
}

Corruption::Outcome Corruption::outcome(SimulatedDisk& disk, std::string& why) const try {
    bool warned = false;
    bool changed = false;
    disk.before = [&](DiskOperation) { changed = true; };
    StoreOptions options;
    options.warning = [&](std::string_view) { warned = true; };
    const Recovered found = recover(disk, store_directory, options);
    if (changed) throw std::logic_error{"the disk was changed"};
    if (found.journal.tail.last == last_ && state_hash(*found.repository) == hash_) {
        return warned ? Outcome::older : Outcome::same;
    }
    why = "opened at LSN " + std::to_string(found.journal.tail.last) + " of " +
          std::to_string(last_) + ", silently";
    return Outcome::wrong;
} catch (const CorruptStore& error) {
    const auto names = disk.list(store_directory);
    if (std::ranges::find(names, error.file()) != names.end() &&
        error.offset() <= disk.contents(store_directory / error.file()).size()) {
        return Outcome::refused;
    }
    why = std::string{"refused without a file and offset: "} + error.what();
    return Outcome::wrong;
}

std::string to_string(const Corruption::Tally& tally) {
    std::string text;
    for (const auto& [damage, outcomes] : tally) {
        text += damage + ": refused " + std::to_string(outcomes[0]) + ", same state " +
                std::to_string(outcomes[1]) + ", older snapshot and replay " +
                std::to_string(outcomes[2]) + ", silently wrong " + std::to_string(outcomes[3]) +
                '\n';
    }
    return text;
}

}  // namespace allot::testing
