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
    for (Subscriber* const session : to) session->deliver(message.of(session->protocol()), lsn);
    return to.size();
}

}  // namespace

bool Channels::add(Subscriber& session, Kind kind, std::string_view name) {
    const auto [entry, is_new] = of(kind).try_emplace(std::string{name});
    if (is_new && kind == Kind::pattern) entry->second.glob = std::make_unique<Glob>(name);
    if (is_new) note(kind, *entry);
    auto& listeners = entry->second.sessions;
    if (std::ranges::find(listeners, &session) != listeners.end()) return false;
    listeners.push_back(&session);
    if (!cursor_ && history_ != nullptr && is_any_heard()) {
        cursor_ = history_->read(history_->end() + 1);
    }
    return true;
}

bool Channels::remove(const Subscriber& session, Kind kind, std::string_view name) {
    const auto found = of(kind).find(name);
    if (found == of(kind).end()) return false;
    if (std::erase(found->second.sessions, &session) == 0) return false;
    if (!found->second.sessions.empty()) return true;
    forget(*found);
    of(kind).erase(found);
    if (!is_any_heard()) cursor_.reset();
    return true;
}

/// The name is new: it is tried against the channels of facts once, and not with each fact.
void Channels::note(Kind kind, const Entry& entry) {
    for (std::size_t i = 0; i < fact_events.size(); ++i) {
        const bool hears = kind == Kind::channel ? entry.first == fact_events[i]
                                                 : entry.second.glob->matches(fact_events[i]);
        if (hears) hearings_[i].push_back({&entry, kind});
    }
}

void Channels::forget(const Entry& entry) {
    for (auto& hearings : hearings_) {
        std::erase_if(hearings, [&](const Hearing& each) { return each.entry == &entry; });
    }
}

bool Channels::is_any_heard() const noexcept {
    return std::ranges::any_of(hearings_, [](const auto& each) { return !each.empty(); });
}

bool Channels::has_room_for(std::string_view pattern) const noexcept {
    return patterns_.size() < patterns_max || patterns_.contains(pattern);
}

std::size_t Channels::publish(std::string_view channel, std::string_view message, Lsn lsn) {
    std::size_t heard = 0;
    if (const auto found = channels_.find(channel); found != channels_.end()) {
        heard += send(found->second.sessions, {{}, channel, message, frames_}, lsn);
    }
    for (const auto& [pattern, listeners] : patterns_) {
        if (!listeners.glob->matches(channel)) continue;
        heard += send(listeners.sessions, {pattern, channel, message, frames_}, lsn);
    }
    delivered_ += heard;
    return heard;
}

std::size_t Channels::listeners_of(std::string_view channel) const {
    const auto found = channels_.find(channel);
    return found == channels_.end() ? 0 : found->second.sessions.size();
}

std::size_t Channels::bytes_of(Kind kind, std::string_view name) const {
    constexpr std::size_t nodes = 256;  // here and with the session
    const auto& glob = (kind == Kind::channel ? channels_ : patterns_).find(name)->second.glob;
    return nodes + name.size() + (glob ? sizeof(Glob) + glob->bytes() : 0);
}

/// Of one fact.
std::size_t Channels::hearers_max() const noexcept {
    std::size_t most = 1;
    for (const auto& hearings : hearings_) {
        std::size_t count = 0;
        for (const Hearing& each : hearings) count += each.entry->second.sessions.size();
        most = std::max(most, count);
    }
    return most;
}

void Channels::deliver(std::size_t most) {
    most = std::min(most, std::max(std::size_t{1}, told_facts_max / hearers_max()));
    try {
        while (most > 0 && has_facts()) {
            const FactRun facts = cursor_->take(most);
            most -= facts.size();
            for (const CommittedFact& fact : facts) deliver(fact);
        }
    } catch (const std::exception&) {
        lose_all();
    }
    for (Subscriber* const session : hearers_) session->flush_messages();
    hearers_.clear();
}

void Channels::deliver(const CommittedFact& fact) {
    const FactParts parts = parts_of(fact.fact);
    const auto* const kind = std::ranges::find(fact_events, parts.event);
    const auto& hearings = hearings_[static_cast<std::size_t>(kind - fact_events.begin())];
    if (hearings.empty()) return;
    text_.clear();
    const std::string cursor = text_of(fact.cursor());
    append_book_json(
        text_, parts,
        {{"lsn", static_cast<std::int64_t>(fact.lsn)}, {"time", fact.time}, {"cursor", cursor}});
    for (const auto& [entry, how] : hearings) {
        const auto pattern = how == Kind::pattern ? std::string_view{entry->first} : "";
        Message message{pattern, parts.event, text_, frames_};
        for (Subscriber* const session : entry->second.sessions) {
            if (session->hear(message.of(session->protocol()))) hearers_.push_back(session);
        }
        delivered_ += entry->second.sessions.size();
    }
}

void Channels::lose_all() {
    cursor_.reset();
    for (const auto& hearings : hearings_) {
        for (const Hearing& each : hearings) {
            for (Subscriber* const session : each.entry->second.sessions) {
                session->lose();
            }
        }
    }
}

bool is_fact_channel(std::string_view channel) noexcept {
    return std::ranges::find(fact_events, channel) != fact_events.end();
}

}  // namespace allot
