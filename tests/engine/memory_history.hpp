#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/history.hpp"
#include "engine/ports.hpp"
#include "tests/engine/kept_facts.hpp"

namespace allot::testing {

/// The history of all facts in memory; as text `00000000000000a1`.
inline constexpr HistoryId memory_history = 0xa1;

/// A history in memory; the test decides which facts are visible and how far back it goes.
/// Thread-safe.
class MemoryHistory final : public FactHistory {
public:
    void add(std::span<const Fact> unit, UnixMicros time) {
        const std::scoped_lock lock{mutex_};
        for (const Fact& fact : unit)
            facts_.push_back({facts_.size() + 1, time, fact, memory_history});
    }
    void show(Lsn end) {
        const std::scoped_lock lock{mutex_};
        end_ = std::max(end_, std::min<Lsn>(end, facts_.size()));
    }
    void trim(Lsn oldest) {
        const std::scoped_lock lock{mutex_};
        oldest_ = oldest;
    }

    [[nodiscard]] Lsn oldest() const noexcept override {
        const std::scoped_lock lock{mutex_};
        return oldest_;
    }
    [[nodiscard]] Lsn end() const noexcept override {
        const std::scoped_lock lock{mutex_};
        return end_;
    }
    [[nodiscard]] const Histories& histories() const noexcept override { return histories_; }
    /// Adds a lost history. \pre nothing was read yet.
    void leave(HistoryId id, Lsn agreed) {
        histories_.add_lost(Histories::LostHistories{{id, agreed}});
    }
    [[nodiscard]] std::unique_ptr<FactCursor> read(Lsn from) override {
        if (from < oldest()) throw TrimmedHistory{oldest()};
        return std::make_unique<Cursor>(*this, from);
    }

private:
    class Cursor final : public FactCursor {
    public:
        Cursor(MemoryHistory& history, Lsn from) : history_{history}, next_{from} {}
        [[nodiscard]] Lsn next() const noexcept override { return next_; }
        [[nodiscard]] FactRun take(std::size_t most) override {
            const std::scoped_lock lock{history_.mutex_};
            if (next_ < history_.oldest_) throw TrimmedHistory{history_.oldest_};
            std::vector<CommittedFact> facts;
            most = std::min(most, together_max);
            for (; next_ <= history_.end_ && facts.size() < most; ++next_) {
                facts.push_back(history_.facts_[next_ - 1]);
            }
            return FactRun{FactBlock{std::move(facts)}};
        }

    private:
        static constexpr std::size_t together_max = 7;

        MemoryHistory& history_;
        Lsn next_;
    };

    Histories histories_ = [] {
        Histories one;
        one.begin(memory_history, 1);
        return one;
    }();
    mutable std::mutex mutex_;  // protects the members below
    KeptFacts facts_;
    Lsn end_ = 0;
    Lsn oldest_ = 1;
};

/// A journal in memory whose facts are visible at once.
class MemoryJournal final : public Journal {
public:
    using Journal::append;
    Lsn append(std::span<const Fact> unit, UnixMicros now) override {
        if (left == 0) throw StorageFull{std::make_error_code(std::errc::no_space_on_device)};
        --left;
        ++units;
        last_ += unit.size();
        history.add(unit, now);
        history.show(last_);
        return last_;
    }
    [[nodiscard]] Lsn last() const noexcept override { return last_; }
    [[nodiscard]] Lsn durable() const noexcept override { return last_; }
    void on_durable(std::function<void(Lsn)> /*call*/) override {}

    MemoryHistory history;
    std::size_t units = 0;        ///< the number of appended units
    std::size_t left = SIZE_MAX;  ///< how many more there is space for

private:
    Lsn last_ = 0;
};

}  // namespace allot::testing
