#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/histories.hpp"

namespace allot {

/// The store does not keep the requested facts any more. The history begins at oldest().
class TrimmedHistory : public std::runtime_error {
public:
    explicit TrimmedHistory(Lsn oldest)
        : std::runtime_error{"the history begins at LSN " + std::to_string(oldest)},
          oldest_{oldest} {}
    [[nodiscard]] Lsn oldest() const noexcept { return oldest_; }

private:
    Lsn oldest_;
};

/// The requested position is beyond the store's next fact: the caller has read another history.
class AheadOfHistory : public std::runtime_error {
public:
    explicit AheadOfHistory(Lsn last)
        : std::runtime_error{"the history ends at LSN " + std::to_string(last)}, last_{last} {}
    [[nodiscard]] Lsn last() const noexcept { return last_; }

private:
    Lsn last_;
};

/// The cursor names a fact that this store has lost, for example by a restore, a repair or a power
/// cut in mode `os`. The cursor stays invalid, even when the store has passed its LSN.
class DivergedHistory : public std::runtime_error {
public:
    DivergedHistory(HistoryId history, const HistoryCursor& agreed)
        : std::runtime_error{"history " + text_of(history) + " agrees with this store up to LSN " +
                             std::to_string(agreed.lsn)},
          history_{history},
          agreed_{agreed} {}
    /// The history that the cursor named.
    [[nodiscard]] HistoryId history() const noexcept { return history_; }
    /// The cursor, in this store, of the last fact that both histories have. The reader has to
    /// discard the facts that it read after that, and continue from here. LSN 0 when they have no
    /// fact in common, or this store does not know the history.
    [[nodiscard]] const HistoryCursor& agreed() const noexcept { return agreed_; }

private:
    HistoryId history_;
    HistoryCursor agreed_;
};

/// Facts that own the text of their names.
class FactBlock {
public:
    FactBlock() = default;
    /// Copies the text of the names: what the given facts view may then be freed.
    explicit FactBlock(std::vector<CommittedFact> facts) : facts_{std::move(facts)} {
        std::size_t bytes = 0;
        for (const CommittedFact& fact : facts_) bytes += name_bytes(fact.fact);
        names_ = std::make_unique_for_overwrite<char[]>(bytes);
        char* to = names_.get();
        for (CommittedFact& fact : facts_) to = move_names(fact.fact, to);
    }
    /// Valid as long as the block, or the one it is moved to.
    [[nodiscard]] std::span<const CommittedFact> facts() const noexcept { return facts_; }

private:
    std::vector<CommittedFact> facts_;
    std::unique_ptr<char[]> names_;
};

/// Consecutive facts, decoded once and shared by all readers at the same position. Immutable; they
/// and their names live as long as a run of them.
class FactRun {
public:
    FactRun() = default;
    explicit FactRun(FactBlock block)
        : block_{std::make_shared<const FactBlock>(std::move(block))}, facts_{block_->facts()} {}
    /// A copy of one fact, for a program that keeps it after the call of a subscriber.
    [[nodiscard]] static FactRun copy_of(const CommittedFact& fact) {
        return FactRun{FactBlock{{fact}}};
    }

    [[nodiscard]] std::size_t size() const noexcept { return facts_.size(); }
    [[nodiscard]] bool empty() const noexcept { return facts_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return facts_.begin(); }
    [[nodiscard]] auto end() const noexcept { return facts_.end(); }
    /// \pre i < size()
    [[nodiscard]] const CommittedFact& operator[](std::size_t i) const noexcept {
        return facts_[i];
    }
    /// \pre !empty()
    [[nodiscard]] const CommittedFact& front() const noexcept { return facts_.front(); }
    [[nodiscard]] const CommittedFact& back() const noexcept { return facts_.back(); }
    /// The LSN of the last fact. \pre !empty()
    [[nodiscard]] HistoryCursor cursor() const noexcept { return back().cursor(); }
    /// The run without its first `count` facts; empty when it has no more.
    [[nodiscard]] FactRun after(std::size_t count) const noexcept {
        return {block_, facts_.subspan(std::min(count, size()))};
    }
    /// The first `count` facts, or the whole run when it has fewer.
    [[nodiscard]] FactRun first(std::size_t count) const noexcept {
        return {block_, facts_.first(std::min(count, size()))};
    }

private:
    FactRun(std::shared_ptr<const FactBlock> block, std::span<const CommittedFact> facts) noexcept
        : block_{std::move(block)}, facts_{facts} {}

    std::shared_ptr<const FactBlock> block_;
    std::span<const CommittedFact> facts_;
};

/// A position in a history that advances as facts are taken. One thread at a time may use it.
class FactCursor {
public:
    virtual ~FactCursor() = default;
    /// The LSN of the next fact that take() returns.
    [[nodiscard]] virtual Lsn next() const noexcept = 0;
    /// Returns the next facts: at most `most`, as many as are stored together, and at least one if
    /// there are any. Empty when there are none; never waits for more.
    /// \throws TrimmedHistory when they are not kept any more; std::exception when they cannot be
    /// read. The cursor has not moved then.
    [[nodiscard]] virtual FactRun take(std::size_t most) = 0;
};

/// The facts that a store keeps, for any reader. A fact becomes visible only when no crash that the
/// durability mode covers can undo it. Thread-safe.
class FactHistory {
public:
    virtual ~FactHistory() = default;
    /// The first LSN that is kept; end() + 1 when none is. Never goes back.
    [[nodiscard]] virtual Lsn oldest() const noexcept = 0;
    /// The last visible LSN. Never goes back. A fact becomes visible before Journal::on_durable()
    /// reports it.
    [[nodiscard]] virtual Lsn end() const noexcept = 0;
    /// The histories in which the facts were written. The reference stays valid.
    [[nodiscard]] virtual const Histories& histories() const noexcept = 0;
    /// \param from the first LSN to read, which may be that of the next fact.
    /// \return a cursor; the history outlives it. \throws TrimmedHistory
    [[nodiscard]] virtual std::unique_ptr<FactCursor> read(Lsn from) = 0;

    /// The history of the last visible fact, or a history without a fact that has begun since, as
    /// after a restore.
    [[nodiscard]] HistoryId current() const noexcept { return histories().current(end()); }
    /// The cursor of a fact, or of LSN 0, which precedes the first. For a fact that is not visible
    /// yet it is the cursor of the last visible fact: a crash may lose the later ones and their
    /// history.
    [[nodiscard]] HistoryCursor cursor_at(Lsn lsn) const noexcept {
        lsn = std::min(lsn, end());
        return {histories().at(lsn), lsn};
    }
    /// \return the first LSN after the cursor. \throws DivergedHistory
    [[nodiscard]] Lsn next_after(const HistoryCursor& cursor) const {
        if (const auto agreed = histories().divergence_of(cursor)) {
            throw DivergedHistory{cursor.history, cursor_at(*agreed)};
        }
        return cursor.lsn + 1;
    }
};

}  // namespace allot
