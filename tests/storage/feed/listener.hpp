#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "storage/bootstrap.hpp"
#include "storage/format/sink_file.hpp"
#include "tests/engine/kept_facts.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// A receiver that keeps the facts with which it was called.
class Listener {
public:
    /// Makes so many calls with this fact fail.
    void fail_at(Lsn lsn, int times) {
        const std::scoped_lock lock{mutex_};
        failing_ = lsn;
        failures_left_ = times;
    }
    [[nodiscard]] EventSink sink(Lsn from, const std::string& name = "listener") {
        return {.name = name,
                .from = from,
                .call = [this](const CommittedFact& fact, std::uint64_t) { return take(fact); },
                .back_off = {.first = std::chrono::milliseconds{1},
                             .most = std::chrono::milliseconds{4}}};
    }
    [[nodiscard]] KeptFacts facts() const {
        const std::scoped_lock lock{mutex_};
        return facts_;
    }
    [[nodiscard]] std::vector<Lsn> received() const {
        std::vector<Lsn> lsns;
        for (const CommittedFact& fact : facts()) lsns.push_back(fact.lsn);
        return lsns;
    }
    /// \return false when that takes too long.
    [[nodiscard]] bool await(Lsn lsn) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, std::chrono::seconds{20},
                                 [&] { return !facts_.empty() && facts_.back().lsn >= lsn; });
    }
    /// Calls `use` while the listener receives nothing.
    template <class Use>
    void hold(Use&& use) {
        const std::scoped_lock lock{mutex_};
        use(facts_);
    }

private:
    SinkResult take(const CommittedFact& fact) {
        const std::scoped_lock lock{mutex_};
        if (fact.lsn == failing_ && failures_left_ > 0) {
            if (failures_left_-- == 2) throw 42;  // not a std::exception
            throw std::runtime_error{"not now"};
        }
        facts_.push_back(fact);
        changed_.notify_all();
        return fact.lsn % 2 == 0 ? SinkResult::acted : SinkResult::ignored;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    KeptFacts facts_;
    Lsn failing_ = 0;
    int failures_left_ = 0;
};

/// Waits until `reached()`. \return false when that takes too long.
template <class Reached>
bool await(Reached&& reached) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!reached()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

inline std::vector<Lsn> from_to(Lsn first, Lsn last) {
    std::vector<Lsn> all;
    for (Lsn lsn = first; lsn <= last; ++lsn) all.push_back(lsn);
    return all;
}

/// Collects the warnings of all threads.
struct Warnings {
    [[nodiscard]] std::function<void(std::string_view)> sink() {
        return [this](std::string_view text) {
            const std::scoped_lock lock{mutex};
            texts.emplace_back(text);
        };
    }
    [[nodiscard]] bool hold(const std::string& part) {
        const std::scoped_lock lock{mutex};
        return std::ranges::any_of(
            texts, [&](const auto& text) { return text.find(part) != std::string::npos; });
    }
    [[nodiscard]] std::ptrdiff_t count(const std::string& part) {
        const std::scoped_lock lock{mutex};
        return std::ranges::count_if(
            texts, [&](const auto& text) { return text.find(part) != std::string::npos; });
    }
    std::mutex mutex;
    std::vector<std::string> texts;
};

/// Opens stores with event sinks, in small segments, and reads the sinks' positions.
struct GivenADirectory : Scratch {
    [[nodiscard]] Store open(std::vector<EventSink> sinks) {
        return bootstrap(path, options(), {.sinks = std::move(sinks)});
    }
    [[nodiscard]] StoreOptions options() {
        StoreOptions options = small_options();
        options.segment_bytes = 2U << 10U;
        options.warning = warnings.sink();
        return options;
    }
    [[nodiscard]] std::uint64_t store_id() const {
        std::uint64_t id = 0;  // in the first segment's header
        for (const auto& file : std::filesystem::directory_iterator{path}) {
            if (!file.path().filename().string().starts_with("journal-0")) continue;
            const Bytes bytes = read_file(file.path());
            std::memcpy(&id, bytes.data() + 24, sizeof id);
            if (id != 0) break;
        }
        return id;
    }
    [[nodiscard]] std::optional<Lsn> position(const std::string& name = "listener") const {
        const auto kept = sink_file::read(posix_file_system(), path, name, store_id());
        return kept ? std::optional{kept->acked} : std::nullopt;
    }
    Warnings warnings;
    Listener listener;
};

}  // namespace allot::testing
