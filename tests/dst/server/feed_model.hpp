#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/histories.hpp"
#include "tests/dst/server/reply_model.hpp"
#include "tests/dst/server/rng.hpp"

namespace allot::testing {

/// The expected replies to FEED, byte for byte in version 2 of the protocol: the durable facts of
/// the model.
class FeedModel {
public:
    /// \param model it and its copies log each fact here from now on.
    explicit FeedModel(ReplyModel& model) { model.stock().log = &facts_; }
    FeedModel(const FeedModel&) = delete;
    FeedModel& operator=(const FeedModel&) = delete;

    /// A run of the server begins, with a new history after this many facts.
    void begin(HistoryId history, std::uint64_t last) {
        written_in_.resize(last);
        history_ = history;
        before_[history] = written_in_;
        served_before_ = served_.size();
    }
    /// The facts after `before` have happened at this time.
    void happened(std::uint64_t before, std::int64_t micros) {
        times_.resize(before);
        times_.resize(facts_.size(), micros);
        written_in_.resize(before);
        written_in_.resize(facts_.size(), history_);
    }
    /// A cursor from any run, often the last of the run before; an LSN when there is none.
    [[nodiscard]] std::string any_cursor(Rng& rng) const {
        if (served_.empty()) return "0";
        const std::size_t at =
            served_before_ > 0 && rng.one_in(2) ? served_before_ - 1 : rng.below(served_.size());
        return allot::text_of(served_[at]);
    }
    /// The extent of the history: the facts that exist, and those that are visible.
    struct Extent {
        std::uint64_t last;
        std::uint64_t oldest;
        std::uint64_t end;
        HistoryId first;  ///< of the histories
    };
    /// \param asked FEED lsn|$|AFTER cursor [COUNT events]
    [[nodiscard]] std::string reply(const Asked& asked, const Extent& extent) {
        const Words& words = asked.words;
        // With the simulation's small output limit a reply holds one fact.
        constexpr std::uint64_t facts_max = 1;
        std::uint64_t from = 0;
        if (words[1] == "AFTER") {
            const auto cursor = cursor_in(words[2]).value_or(HistoryCursor{});
            const std::uint64_t agreed = agreed_with(cursor, extent.last);
            if (agreed < cursor.lsn) {
                return "-DIVERGED history " + allot::text_of(cursor.history) +
                       " agrees with this store up to LSN " + std::to_string(agreed) +
                       "; carry on after " + allot::text_of(at(agreed, extent)) + "\r\n";
            }
            from = cursor.lsn + 1;
        } else {
            from = words[1] == "$" ? extent.end + 1
                                   : std::max<std::uint64_t>(std::stoull(words[1]), 1);
        }
        if (from > extent.last + 1) {
            return "-AHEAD " + std::to_string(extent.last) +
                   " is the last LSN; there is none before " + std::to_string(from) + "\r\n";
        }
        if (from < extent.oldest) {
            return "-TRIMMED " + std::to_string(extent.oldest) +
                   " is the oldest LSN that is kept\r\n";
        }
        const std::uint64_t count =
            from > extent.end ? 0 : std::min(facts_max, extent.end - from + 1);
        served_.push_back(at(std::min(from + count - 1, extent.end), extent));
        std::string text = "*2\r\n" + value_of(allot::text_of(served_.back()), asked.framed) + "*" +
                           std::to_string(count) + "\r\n";
        for (std::uint64_t lsn = from; lsn < from + count; ++lsn) text += fact(lsn, asked.framed);
        return text;
    }

private:
    [[nodiscard]] HistoryCursor at(std::uint64_t lsn, const Extent& extent) const {
        return {lsn == 0 ? extent.first : written_in_[lsn - 1], lsn};
    }
    /// The last fact, up to that of the cursor, that was written in the same history here.
    [[nodiscard]] std::uint64_t agreed_with(const HistoryCursor& cursor, std::uint64_t last) const {
        if (cursor.lsn == 0) return 0;
        const auto& before = before_.at(cursor.history);
        std::uint64_t agreed = 0;
        for (; agreed < std::min(cursor.lsn, last); ++agreed) {
            const HistoryId there = agreed < before.size() ? before[agreed] : cursor.history;
            if (there != written_in_[agreed]) break;
        }
        return agreed;
    }
    [[nodiscard]] std::string fact(std::uint64_t lsn, bool framed) const {
        const auto& words = facts_[lsn - 1];
        std::string text =
            "*4\r\n:" + std::to_string(lsn) + "\r\n:" + std::to_string(times_[lsn - 1]) + "\r\n" +
            value_of(words[0], framed) + "*" + std::to_string(words.size() - 1) + "\r\n";
        for (std::size_t i = 1; i < words.size(); i += 2) {
            const std::string& value = words[i + 1];
            text += value_of(words[i], framed);
            text += value[0] == '+' ? value_of(value.substr(1), framed) : value + "\r\n";
        }
        return text;
    }

    std::vector<NaiveModel::Fact> facts_;
    std::vector<std::int64_t> times_;
    std::vector<HistoryId> written_in_;  // each fact
    HistoryId history_ = 0;
    std::map<HistoryId, std::vector<HistoryId>> before_;  // each: the histories of earlier facts
    std::vector<HistoryCursor> served_;
    std::size_t served_before_ = 0;  // in earlier lives
};

}  // namespace allot::testing
