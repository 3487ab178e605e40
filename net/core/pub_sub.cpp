#include "net/core/pub_sub.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "net/core/reply_writer.hpp"
#include "net/limits.hpp"

namespace allot {

namespace {

/// A message as it goes out, in each version of the protocol, made when it is first wanted.
class Message {
public:
    using Frames = std::array<std::string, 2>;

    /// \param frames where it is made: memory that the next message uses, too.
    Message(std::string_view pattern, std::string_view channel, std::string_view text,
            Frames& frames) noexcept
        : pattern_{pattern}, channel_{channel}, text_{text}, frames_{frames} {
        for (std::string& frame : frames_) frame.clear();
    }

    std::string_view of(int version) {
        std::string& frame = frames_[version == 3 ? 1 : 0];
        if (!frame.empty()) return frame;
        ReplyWriter writer{frame};
        writer.set_version(version);
        writer.push(pattern_.empty() ? 3 : 4);
        writer.bulk(pattern_.empty() ? "message" : "pmessage");
        if (!pattern_.empty()) writer.bulk(pattern_);
        writer.bulk(channel_);
        writer.bulk(text_);
        return frame;
    }

private:
    std::string_view pattern_;  // empty: none
    std::string_view channel_;
    std::string_view text_;
    Frames& frames_;
};

std::size_t send(const std::vector<Subscriber*>& to, Message message, Lsn lsn) {
    for (Subscriber* const subscriber : to)
        subscriber->deliver(message.of(subscriber->protocol()), lsn);
    return to.size();
}

}  // namespace

bool PubSub::add(Subscriber& subscriber, Kind kind, std::string_view name) {
    const auto [entry, is_new] = of(kind).try_emplace(std::string{name});
    if (is_new && kind == Kind::pattern) entry->second.glob = std::make_unique<Glob>(name);
    if (is_new) add_matches(kind, *entry);
    auto& subscribers = entry->second.all;
    if (std::ranges::find(subscribers, &subscriber) != subscribers.end()) return false;
    subscribers.push_back(&subscriber);
    if (!cursor_ && history_ != nullptr && has_matches()) {
        cursor_ = history_->read(history_->end() + 1);
    }
    return true;
}

bool PubSub::remove(const Subscriber& subscriber, Kind kind, std::string_view name) {
    const auto found = of(kind).find(name);
    if (found == of(kind).end()) return false;
    if (std::erase(found->second.all, &subscriber) == 0) return false;
    if (!found->second.all.empty()) return true;
    remove_matches(*found);
    of(kind).erase(found);
    if (!has_matches()) cursor_.reset();
    return true;
}

/// Tries a new name against the channels of facts: once, and not with each fact.
void PubSub::add_matches(Kind kind, const Entry& entry) {
    for (std::size_t i = 0; i < fact_events.size(); ++i) {
        const bool matches = kind == Kind::channel ? entry.first == fact_events[i]
                                                   : entry.second.glob->matches(fact_events[i]);
        if (matches) matches_[i].push_back({&entry, kind});
    }
}

void PubSub::remove_matches(const Entry& entry) {
    for (auto& of_event : matches_) {
        std::erase_if(of_event, [&](const Match& each) { return each.entry == &entry; });
    }
}

bool PubSub::has_matches() const noexcept {
    return std::ranges::any_of(matches_, [](const auto& each) { return !each.empty(); });
}

bool PubSub::may_add(std::string_view pattern) const noexcept {
    return patterns_.size() < patterns_max || patterns_.contains(pattern);
}

std::size_t PubSub::publish(std::string_view channel, std::string_view message, Lsn lsn) {
    std::size_t receivers = 0;
    if (const auto found = channels_.find(channel); found != channels_.end()) {
        receivers += send(found->second.all, {{}, channel, message, frames_}, lsn);
    }
    for (const auto& [pattern, subscribers] : patterns_) {
        if (!subscribers.glob->matches(channel)) continue;
        receivers += send(subscribers.all, {pattern, channel, message, frames_}, lsn);
    }
    delivered_ += receivers;
    return receivers;
}

std::size_t PubSub::subscribers_of(std::string_view channel) const {
    const auto found = channels_.find(channel);
    return found == channels_.end() ? 0 : found->second.all.size();
}

std::size_t PubSub::bytes_of(Kind kind, std::string_view name) const {
    constexpr std::size_t nodes = 256;  // here and with the session
    const auto& glob = (kind == Kind::channel ? channels_ : patterns_).find(name)->second.glob;
    return nodes + name.size() + (glob ? sizeof(Glob) + glob->bytes() : 0);
}

/// Returns the largest number of deliveries of one fact.
std::size_t PubSub::deliveries_per_fact_max() const noexcept {
    std::size_t most = 1;
    for (const auto& matches : matches_) {
        std::size_t count = 0;
        for (const Match& each : matches) count += each.entry->second.all.size();
        most = std::max(most, count);
    }
    return most;
}

void PubSub::deliver(std::size_t most) {
    most = std::min(most, std::max(std::size_t{1}, deliveries_max / deliveries_per_fact_max()));
    try {
        while (most > 0 && has_facts()) {
            const FactRun facts = cursor_->take(most);
            most -= facts.size();
            for (const CommittedFact& fact : facts) deliver(fact);
        }
    } catch (const std::exception&) {
        disconnect_all();
    }
    for (Subscriber* const subscriber : unflushed_) subscriber->flush_messages();
    unflushed_.clear();
}

void PubSub::deliver(const CommittedFact& fact) {
    const FactView parts = view_of(fact.fact);
    const auto* const kind = std::ranges::find(fact_events, parts.event);
    const auto& matches = matches_[static_cast<std::size_t>(kind - fact_events.begin())];
    if (matches.empty()) return;
    text_.clear();
    const std::string cursor = text_of(fact.cursor());
    append_event_json(
        text_, parts, {},
        {{"lsn", static_cast<std::int64_t>(fact.lsn)}, {"time", fact.time}, {"cursor", cursor}});
    for (const auto& [entry, how] : matches) {
        const auto pattern = how == Kind::pattern ? std::string_view{entry->first} : "";
        Message message{pattern, parts.event, text_, frames_};
        for (Subscriber* const subscriber : entry->second.all) {
            if (subscriber->enqueue(message.of(subscriber->protocol())))
                unflushed_.push_back(subscriber);
        }
        delivered_ += entry->second.all.size();
    }
}

void PubSub::disconnect_all() {
    cursor_.reset();
    for (const auto& matches : matches_) {
        for (const Match& each : matches) {
            for (Subscriber* const subscriber : each.entry->second.all) {
                subscriber->disconnect();
            }
        }
    }
}

bool is_fact_channel(std::string_view channel) noexcept {
    return std::ranges::find(fact_events, channel) != fact_events.end();
}

}  // namespace allot
