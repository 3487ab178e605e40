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

/// A client that hears of messages.
class Subscriber {
public:
    /// The version of the protocol that its messages are written in, 2 or 3.
    [[nodiscard]] virtual int protocol() const noexcept = 0;
    /// Sends a message, in a frame of its own, once `lsn` is durable. It is dropped when too much
    /// output is queued.
    virtual void deliver(std::string_view frame, Lsn lsn) = 0;
    /// As deliver(), with a message of a durable fact and outside of a turn, but for what
    /// flush_messages() does once for many. \return true when that has to follow.
    [[nodiscard]] virtual bool hear(std::string_view frame) = 0;
    virtual void flush_messages() = 0;
    /// It can be told of facts no more: it is dropped, if it is not yet.
    virtual void lose() = 0;

protected:
    ~Subscriber() = default;
};

/// Who listens to what, and the facts that become messages: one cursor for all who hear of facts,
/// and each message made once. Who hears of which facts is known before there are any. Of one
/// thread, as its sessions are.
class Channels {
public:
    enum class Kind : std::uint8_t { channel, pattern };

    /// \param history of which facts are messages; may be null.
    explicit Channels(FactHistory* history) noexcept : history_{history} {}

    /// \return false when it listens already. What happens from now on is heard.
    bool add(Subscriber& session, Kind kind, std::string_view name);
    /// \return false when it did not listen.
    bool remove(const Subscriber& session, Kind kind, std::string_view name);

    /// Delivers a message to all who listen. \return how many times.
    /// \param lsn nobody sees the message before this fact is durable.
    std::size_t publish(std::string_view channel, std::string_view message, Lsn lsn);
    /// Somebody listens to this pattern, or there may be one more.
    [[nodiscard]] bool has_room_for(std::string_view pattern) const noexcept;

    /// Memory that a name takes here and with its listener, roughly. \pre somebody listens to it.
    [[nodiscard]] std::size_t bytes_of(Kind kind, std::string_view name) const;

    /// Calls `take(name, listeners)` for each name that somebody listens to, in their order.
    template <class Take>
    void for_each(Kind kind, Take&& take) const {
        for (const auto& [name, listeners] : kind == Kind::channel ? channels_ : patterns_) {
            take(std::string_view{name}, listeners.sessions.size());
        }
    }
    /// Who listen to a channel by its name.
    [[nodiscard]] std::size_t listeners_of(std::string_view channel) const;

    /// Nobody listens.
    [[nodiscard]] bool empty() const noexcept { return channels_.empty() && patterns_.empty(); }
    [[nodiscard]] std::size_t channels() const noexcept { return channels_.size(); }
    [[nodiscard]] std::size_t patterns() const noexcept { return patterns_.size(); }
    /// Messages, one for each who was told, since the process began.
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    /// Somebody hears of some fact: else none is looked at.
    [[nodiscard]] bool hears_facts() const noexcept { return cursor_ != nullptr; }
    /// There are facts to deliver().
    [[nodiscard]] bool has_facts() const noexcept {
        return cursor_ && cursor_->next() <= history_->end();
    }
    /// Delivers facts that have become durable, `most` at the most, and fewer where many hear of
    /// them: at least one. Where they can't be read,
    /// whoever hears of facts is dropped: he must not believe that nothing has happened.
    void deliver(std::size_t most);

private:
    struct Listeners {
        std::vector<Subscriber*> sessions;
        std::unique_ptr<const Glob> glob;  ///< of a pattern
    };
    using Names = std::map<std::string, Listeners, std::less<>>;
    [[nodiscard]] Names& of(Kind kind) noexcept {
        return kind == Kind::channel ? channels_ : patterns_;
    }
    /// A name, and who listens to it. It stays where it is while somebody does.
    using Entry = Names::value_type;
    struct Hearing {
        const Entry* entry;
        Kind kind;
    };
    void note(Kind kind, const Entry& entry);
    void forget(const Entry& entry);
    [[nodiscard]] bool is_any_heard() const noexcept;
    [[nodiscard]] std::size_t hearers_max() const noexcept;
    void deliver(const CommittedFact& fact);
    void lose_all();

    FactHistory* history_;
    std::uint64_t delivered_ = 0;
    std::unique_ptr<FactCursor> cursor_;  // null while nobody hears of facts
    Names channels_;
    Names patterns_;
    std::array<std::vector<Hearing>, fact_events.size()> hearings_;  // of each of fact_events
    std::vector<Subscriber*> hearers_;   // in deliver(): who was told something
    std::string text_;                   // of the fact that is told
    std::array<std::string, 2> frames_;  // of the message, in each version of the protocol
};

/// A channel on which the store alone tells what has happened: nobody else may.
[[nodiscard]] bool is_fact_channel(std::string_view channel) noexcept;

}  // namespace allot
