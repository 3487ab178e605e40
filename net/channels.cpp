#include "net/channels.hpp"

#include <algorithm>
#include <array>

#include "net/fact_parts.hpp"
#include "net/glob.hpp"
#include "net/reply_writer.hpp"
#include "net/session.hpp"

namespace allot {

namespace {

/// A message as it goes out, in each version of the protocol, made when it is first wanted.
class Message {
public:
    Message(std::string_view pattern, std::string_view channel, std::string_view text) noexcept
        : pattern_{pattern}, channel_{channel}, text_{text} {}

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
    std::array<std::string, 2> frames_;
};

std::size_t send(const std::vector<Session*>& to, Message message) {
    for (Session* const session : to) session->deliver(message.of(session->protocol()));
    return to.size();
}

}  // namespace

bool Channels::add(Session& session, Kind kind, std::string_view name) {
    auto& listeners = of(kind).try_emplace(std::string{name}).first->second;
    if (std::ranges::find(listeners, &session) != listeners.end()) return false;
    listeners.push_back(&session);
    if (!cursor_ && history_ != nullptr) cursor_ = history_->read(history_->end() + 1);
    return true;
}

bool Channels::remove(const Session& session, Kind kind, std::string_view name) {
    const auto found = of(kind).find(name);
    if (found == of(kind).end()) return false;
    if (std::erase(found->second, &session) == 0) return false;
    if (found->second.empty()) of(kind).erase(found);
    if (empty()) cursor_.reset();
    return true;
}

std::size_t Channels::publish(std::string_view channel, std::string_view message) {
    std::size_t heard = 0;
    if (const auto found = channels_.find(channel); found != channels_.end()) {
        heard += send(found->second, {{}, channel, message});
    }
    for (const auto& [pattern, listeners] : patterns_) {
        if (glob_matches(pattern, channel)) heard += send(listeners, {pattern, channel, message});
    }
    delivered_ += heard;
    return heard;
}

std::size_t Channels::listeners_of(std::string_view channel) const {
    const auto found = channels_.find(channel);
    return found == channels_.end() ? 0 : found->second.size();
}

bool Channels::is_heard(std::string_view channel) const {
    return channels_.contains(channel) || std::ranges::any_of(patterns_, [&](const auto& each) {
               return glob_matches(each.first, channel);
           });
}

void Channels::deliver(std::size_t most) {
    if (!has_facts()) return;
    std::vector<CommittedFact> facts;
    try {
        facts = cursor_->take(most);
    } catch (const std::exception&) {
        return lose_all();
    }
    for (const CommittedFact& fact : facts) {
        const FactParts parts = parts_of(fact.fact);
        if (is_heard(parts.event)) (void)publish(parts.event, event_json(parts));
    }
}

void Channels::lose_all() {
    cursor_.reset();
    for (const Listeners* const each : {&channels_, &patterns_}) {
        for (const auto& [name, listeners] : *each) {
            for (Session* const session : listeners) {
                if (!session->drops()) session->lose();
            }
        }
    }
}

bool is_fact_channel(std::string_view channel) noexcept {
    return std::ranges::find(fact_events, channel) != fact_events.end();
}

}  // namespace allot
