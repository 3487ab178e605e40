#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/history.hpp"
#include "net/core/fact_view.hpp"
#include "net/text/glob.hpp"

namespace allot {

/// A client that receives messages.
class Subscriber {
public:
    /// The version of the protocol that its messages are written in, 2 or 3.
    [[nodiscard]] virtual int protocol() const noexcept = 0;
    /// Sends a message, in a frame of its own, once `lsn` is durable. Disconnects the client when
    /// too much output is queued.
    virtual void deliver(std::string_view frame, Lsn lsn) = 0;
    /// Like deliver(), with a message of a durable fact and outside of execute(), but defers the
    /// flush. \return true if flush_messages() must follow.
    [[nodiscard]] virtual bool enqueue(std::string_view frame) = 0;
    virtual void flush_messages() = 0;
    /// Disconnects the client, if it is not disconnected yet: facts can no longer be read.
    virtual void disconnect() = 0;

protected:
    ~Subscriber() = default;
};

/// Subscriptions to channels and patterns, and the facts that become messages. One cursor serves
/// all subscribers of facts, and each message is formatted once for each version of the protocol. A
/// name is matched against the channels of facts when it is added. Used by the thread of its
/// sessions.
class PubSub {
public:
    enum class Kind : std::uint8_t { channel, pattern };

    /// \param history source of the facts; may be null.
    explicit PubSub(FactHistory* history) noexcept : history_{history} {}

    /// Subscribes to what happens from now on. \return false when it is subscribed already.
    bool add(Subscriber& subscriber, Kind kind, std::string_view name);
    /// \return false when it was not subscribed.
    bool remove(const Subscriber& subscriber, Kind kind, std::string_view name);

    /// Delivers a message to all subscribers. \return the number of deliveries.
    /// \param lsn no subscriber receives the message before this fact is durable.
    std::size_t publish(std::string_view channel, std::string_view message, Lsn lsn);
    /// True if the pattern has a subscriber, or one more pattern is allowed.
    [[nodiscard]] bool may_add(std::string_view pattern) const noexcept;

    /// The approximate memory of a name, here and with its subscriber. \pre it has a subscriber.
    [[nodiscard]] std::size_t bytes_of(Kind kind, std::string_view name) const;

    /// Calls `take(name, subscribers)` for each name with a subscriber, in their order.
    template <class Take>
    void for_each(Kind kind, Take&& take) const {
        for (const auto& [name, subscribers] : kind == Kind::channel ? channels_ : patterns_) {
            take(std::string_view{name}, subscribers.all.size());
        }
    }
    /// Counts the subscribers of a channel by its name, without those by patterns.
    [[nodiscard]] std::size_t subscribers_of(std::string_view channel) const;

    [[nodiscard]] bool empty() const noexcept { return channels_.empty() && patterns_.empty(); }
    [[nodiscard]] std::size_t channels() const noexcept { return channels_.size(); }
    [[nodiscard]] std::size_t patterns() const noexcept { return patterns_.size(); }
    /// Messages since the process began, one for each subscriber that received it.
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    /// True if some fact has a subscriber. Otherwise facts are not read.
    [[nodiscard]] bool has_fact_subscribers() const noexcept { return cursor_ != nullptr; }
    /// True if there are facts to deliver().
    [[nodiscard]] bool has_facts() const noexcept {
        return cursor_ && cursor_->next() <= history_->end();
    }
    /// Delivers facts that have become durable: `most` at the most, fewer when they have many
    /// subscribers, at least one. After a read error all subscribers of facts are disconnected, so
    /// that none mistakes the gap for silence.
    void deliver(std::size_t most);

private:
    struct Subscribers {
        std::vector<Subscriber*> all;
        std::unique_ptr<const Glob> glob;  ///< of a pattern
    };
    using Names = std::map<std::string, Subscribers, std::less<>>;
    [[nodiscard]] Names& of(Kind kind) noexcept {
        return kind == Kind::channel ? channels_ : patterns_;
    }
    /// A name and its subscribers. Its address is stable while it has any.
    using Entry = Names::value_type;
    struct Match {
        const Entry* entry;
        Kind kind;
    };
    void add_matches(Kind kind, const Entry& entry);
    void remove_matches(const Entry& entry);
    [[nodiscard]] bool has_matches() const noexcept;
    [[nodiscard]] std::size_t deliveries_per_fact_max() const noexcept;
    void deliver(const CommittedFact& fact);
    void disconnect_all();

    FactHistory* history_;
    std::uint64_t delivered_ = 0;
    std::unique_ptr<FactCursor> cursor_;  // null while facts have no subscriber
    Names channels_;
    Names patterns_;
    std::array<std::vector<Match>, fact_events.size()> matches_;  // of each of fact_events
    std::vector<Subscriber*> unflushed_;  // in deliver(): have received something
    std::string text_;                    // of the fact that is delivered
    std::array<std::string, 2> frames_;   // of the message, in each version of the protocol
};

/// True for a channel on which only the store publishes.
[[nodiscard]] bool is_fact_channel(std::string_view channel) noexcept;

}  // namespace allot
