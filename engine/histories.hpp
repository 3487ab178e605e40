#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// Returns 16 lower-case hexadecimal digits.
[[nodiscard]] std::string text_of(HistoryId history);
/// `<history>:<LSN>`, as `05922658499e07cb:2248`.
[[nodiscard]] std::string text_of(const HistoryCursor& cursor);
/// Parses the result of text_of(), with digits of either case. \return none for any other text, and
/// for an LSN beyond `lsn_max`.
[[nodiscard]] std::optional<HistoryCursor> cursor_in(std::string_view text,
                                                     Lsn lsn_max = ~Lsn{0} - 2);

/// The histories in which a store's facts were written, in order, and the histories that the store
/// has lost, for example by a restore. Each opening of a store for writing begins a history, which
/// distinguishes stores that diverged from the same state. A value.
class Histories {
public:
    /// A history in this store. Its facts end where the next history begins; it may have none.
    struct Begun {
        HistoryId id;
        Lsn first;
        friend bool operator==(const Begun&, const Begun&) = default;
    };
    /// A history of which no fact is in this store any more.
    struct LostHistory {
        HistoryId id;
        Lsn last_common;  ///< the last LSN that it and this store have in common
        friend bool operator==(const LostHistory&, const LostHistory&) = default;
    };
    using LostHistories = std::vector<LostHistory>;
    /// The newest of each are kept, up to this number; older ones become unknown.
    static constexpr std::size_t kept_max = 65'536;

    /// \return none when a history occurs twice, `begun` is not in the order of the first facts, or
    /// there are more than `kept_max`.
    [[nodiscard]] static std::optional<Histories> of(std::vector<Begun> begun, LostHistories lost);

    /// Begins a history, unless it is known already.
    /// \pre `first` is not before that of the last one.
    void begin(HistoryId id, Lsn first);
    /// Begins a history that recorded() omits until its first fact.
    void begin_with_first_fact(HistoryId id, Lsn first);
    /// Notes that the last history is recorded.
    void record() noexcept { is_recorded_ = true; }
    /// Adds the histories that are not known yet.
    void add_lost(std::span<const LostHistory> histories);

    /// The histories in the order in which they began.
    [[nodiscard]] std::span<const Begun> begun() const noexcept { return begun_; }
    [[nodiscard]] std::span<const LostHistory> lost() const noexcept { return lost_; }
    [[nodiscard]] bool knows(HistoryId id) const noexcept;

    /// The history in which the fact was written; the oldest known one for a fact before it.
    [[nodiscard]] HistoryId at(Lsn lsn) const noexcept;
    /// \param end the LSN of the last fact.
    [[nodiscard]] HistoryId current(Lsn end) const noexcept;
    /// The histories that are recorded when the facts up to `end` are.
    [[nodiscard]] Histories recorded(Lsn end) const;
    /// \return none when the facts up to the cursor are in this store, or may still be written in
    /// the last history; otherwise the last LSN that both have in common. 0: the history is
    /// unknown.
    [[nodiscard]] std::optional<Lsn> divergence_of(const HistoryCursor& cursor) const noexcept;

    /// Returns the histories of `before` that are unknown here as lost histories, when the files of
    /// a store were replaced by others of the same store. \param last the last LSN here. \return
    /// none when the two have no history in common.
    [[nodiscard]] LostHistories lost_since(const Histories& before, Lsn last) const;

    friend bool operator==(const Histories&, const Histories&) = default;

private:
    [[nodiscard]] std::optional<std::size_t> index_of(HistoryId id) const noexcept;
    /// The last LSN of a history that is not the last one.
    [[nodiscard]] Lsn end_of(std::size_t index) const noexcept {
        return begun_[index + 1].first - 1;
    }
    [[nodiscard]] bool lacks_last(Lsn end) const noexcept {
        return !is_recorded_ && !begun_.empty() && end < begun_.back().first;
    }

    std::vector<Begun> begun_;
    LostHistories lost_;
    bool is_recorded_ = true;  // the last history is recorded even without a fact
};

}  // namespace allot
