// What a client listens to, and what it is told.
#include <utility>

#include "net/resp/resp_session.hpp"

namespace allot {

bool RespSession::subscribe(PubSub::Kind kind, std::string_view name) {
    auto& names = subscribed_[static_cast<std::size_t>(kind)];
    if (names.contains(name)) return true;
    if (subscriptions() >= subscriptions_max) return false;
    names.emplace(name);
    context_.pub_sub.add(*this, kind, name);
    subscription_bytes_ += context_.pub_sub.bytes_of(kind, name);
    listening_ = true;
    return true;
}

void RespSession::unsubscribe(PubSub::Kind kind, std::string_view name) {
    auto& names = subscribed_[static_cast<std::size_t>(kind)];
    const auto found = names.find(name);
    if (found == names.end()) return;
    subscription_bytes_ -= context_.pub_sub.bytes_of(kind, name);
    context_.pub_sub.remove(*this, kind, name);
    names.erase(found);
    listening_ = subscriptions() != 0;
}

void RespSession::unsubscribe_all() noexcept {
    for (const auto kind : {PubSub::Kind::channel, PubSub::Kind::pattern}) {
        auto& names = subscribed_[static_cast<std::size_t>(kind)];
        for (const std::string& name : names) context_.pub_sub.remove(*this, kind, name);
        names.clear();
    }
    subscription_bytes_ = 0;
    listening_ = false;
}

std::vector<std::string> RespSession::names_of(PubSub::Kind kind) const {
    const auto& names = subscribed_[static_cast<std::size_t>(kind)];
    return {names.begin(), names.end()};
}

void RespSession::deliver(std::string_view frame, Lsn lsn) {
    if (ended()) return;
    output_.tail().append(frame);
    // Within execute(), what stands before it may have to wait: it is sealed with that at the
    // slice's end, and with what its own command saw.
    if (executing_) message_bytes_ += frame.size();
    if (!executing_) output_.seal(lsn, context_.clock.now);
    if (output_.bytes() > context_.limits.output_bytes_max)
        disconnect(DisconnectReason::output_limit);
    account();
    has_output_();
}

bool RespSession::enqueue(std::string_view frame) {
    if (ended()) return false;
    output_.tail().append(frame);
    if (output_.bytes() > context_.limits.output_bytes_max)
        disconnect(DisconnectReason::output_limit);
    return !std::exchange(needs_flush_, true);
}

void RespSession::flush_messages() {
    needs_flush_ = false;
    output_.seal(no_lsn, context_.clock.now);
    account();
    has_output_();
}

void RespSession::disconnect() {
    if (is_disconnected()) return;
    disconnect(DisconnectReason::storage_failed);
    has_output_();
}

}  // namespace allot
