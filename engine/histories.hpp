#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// 16 lower-case hexadecimal digits.
[[nodiscard]] std::string text_of(HistoryId history);
/// `<history>:<LSN>`, as `05922658499e07cb:2248`.
[[nodiscard]] std::string text_of(const HistoryCursor& cursor);
/// Reads what text_of() writes, with digits of either case. \return none for any other text, and
/// for an LSN beyond `lsn_max`.
[[nodiscard]] std::optional<HistoryCursor> cursor_in(std::string_view text,
                                                     Lsn lsn_max = ~Lsn{0} - 2);

/// The histories that a store's facts were written in, one after the other, and those that have
/// left them: of facts that are lost, as by a restore. Each opening of a store for writing is a
/// history of its own, so that two which went different ways from one state are told apart. A
/// value.
class Histories {
public:
    /// Its facts end before the first one of the history after it; it may have none.
    struct Begun {
        HistoryId id;
        Lsn first;
        friend bool operator==(const Begun&, const Begun&) = default;
    };
    /// None of its facts is here any more.
    struct Left {
        HistoryId id;
        Lsn agreed;  ///< the last LSN up to which what it carried on from is here, too
        friend bool operator==(const Left&, const Left&) = default;
    };
    /// So many of each are kept, the newest; those before them are unknown histories then.
    static constexpr std::size_t kept_max = 65'536;

    /// \return none where a history comes twice, the order of `begun` is not that of their first
    /// facts, or there are more than are kept.
    [[nodiscard]] static std::optional<Histories> of(std::vector<Begun> begun,
                                                     std::vector<Left> left);

    /// A history that is known already does not begin again.
    /// \pre `first` is not before that of the last one.
    void begin(HistoryId id, Lsn first);
    /// As begin(), of one that is recorded with its first fact only.
    void begin_with_first_fact(HistoryId id, Lsn first);
    /// The last one is recorded now.
    void record() noexcept { is_recorded_ = true; }
    /// A history that is known already stays what it is.
    void leave(HistoryId id, Lsn agreed);

    /// In the order in which they began.
    [[nodiscard]] std::span<const Begun> begun() const noexcept { return begun_; }
    [[nodiscard]] std::span<const Left> left() const noexcept { return left_; }
    [[nodiscard]] bool knows(HistoryId id) const noexcept;

    /// The history that the fact was written in; of what comes before all that is known, the first.
    [[nodiscard]] HistoryId at(Lsn lsn) const noexcept;
    /// \param end the LSN of the last fact.
    [[nodiscard]] HistoryId current(Lsn end) const noexcept;
    /// What is recorded once facts up to `end` are.
    [[nodiscard]] Histories recorded(Lsn end) const;
    /// \return none where all that the cursor stands for has happened here, too, or may still
    /// happen in the last history; else up to which LSN it has. 0: its history is not known.
    [[nodiscard]] std::optional<Lsn> agreed_before(const HistoryCursor& cursor) const noexcept;

    /// The histories of `before` that are not known here, as those that have left: where a store's
    /// files were replaced by others of the same store.
    /// \param last the last LSN here. \return none where the two have nothing in common.
    [[nodiscard]] std::vector<Left> left_since(const Histories& before, Lsn last) const;

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
    std::vector<Left> left_;
    bool is_recorded_ = true;  // the last one is, whether it has a fact or not
};

}  // namespace allot
