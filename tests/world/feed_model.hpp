#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/world/reply_model.hpp"

namespace allot::testing {

/// What a server has to reply to FEED, byte for byte in version 2 of the protocol: of the facts
/// that the model knows, those that are durable.
class FeedModel {
public:
    /// \param model tells it of each fact from now on, and so do its copies.
    explicit FeedModel(ReplyModel& model) { model.stock().log = &facts_; }
    FeedModel(const FeedModel&) = delete;
    FeedModel& operator=(const FeedModel&) = delete;

    /// The facts after `before` have happened at this time.
    void happened(std::uint64_t before, std::int64_t micros) {
        times_.resize(before);
        times_.resize(facts_.size(), micros);
    }
    /// Where the history is: what has happened, and what is shown of it.
    struct Extent {
        std::uint64_t last;
        std::uint64_t oldest;
        std::uint64_t end;
    };
    /// \param asked FEED lsn|$ [COUNT facts]
    [[nodiscard]] std::string reply(const Asked& asked, const Extent& extent) const {
        const Words& words = asked.words;
        // Of so little output as a session may queue there, a reply has one.
        constexpr std::uint64_t facts_max = 1;
        const std::uint64_t from =
            words[1] == "$" ? extent.end + 1 : std::max<std::uint64_t>(std::stoull(words[1]), 1);
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
        std::string text = "*" + std::to_string(count) + "\r\n";
        for (std::uint64_t lsn = from; lsn < from + count; ++lsn) text += fact(lsn, asked.framed);
        return text;
    }

private:
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
};

}  // namespace allot::testing
