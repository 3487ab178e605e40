#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/history.hpp"

namespace allot {

class Session;

/// Who listens to what, and the facts that become messages: one cursor for all who listen, and each
/// message made once. Of one thread, as its sessions are.
class Channels {
public:
    enum class Kind : std::uint8_t { channel, pattern };

    /// \param history of which facts are messages; may be null.
    explicit Channels(FactHistory* history) noexcept : history_{history} {}

    /// \return false when it listens already. What happens from now on is heard.
    bool add(Session& session, Kind kind, std::string_view name);
    /// \return false when it did not listen.
    bool remove(const Session& session, Kind kind, std::string_view name);

    /// Delivers a message to all who listen. \return how many times.
    std::size_t publish(std::string_view channel, std::string_view message);

    /// Calls `take(name, listeners)` for each name that somebody listens to, in their order.
    template <class Take>
    void for_each(Kind kind, Take&& take) const {
        for (const auto& [name, listeners] : kind == Kind::channel ? channels_ : patterns_) {
            take(std::string_view{name}, listeners.size());
        }
    }
    /// Who listen to a channel by its name.
    [[nodiscard]] std::size_t listeners_of(std::string_view channel) const;

    /// Nobody listens: then no fact is looked at.
    [[nodiscard]] bool empty() const noexcept { return channels_.empty() && patterns_.empty(); }
    [[nodiscard]] std::size_t channels() const noexcept { return channels_.size(); }
    [[nodiscard]] std::size_t patterns() const noexcept { return patterns_.size(); }
    /// Messages, one for each who was told, since the process began.
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    /// There are facts to deliver().
    [[nodiscard]] bool has_facts() const noexcept {
        return cursor_ && cursor_->next() <= history_->end();
    }
    /// Delivers facts that have become durable, `most` at the most. Where they can't be read,
    /// whoever listens is dropped: he must not believe that nothing has happened.
    void deliver(std::size_t most);

private:
    using Listeners = std::map<std::string, std::vector<Session*>, std::less<>>;
    [[nodiscard]] Listeners& of(Kind kind) noexcept {
        return kind == Kind::channel ? channels_ : patterns_;
    }
    void lose_all();
    [[nodiscard]] bool is_heard(std::string_view channel) const;

    FactHistory* history_;
    std::uint64_t delivered_ = 0;
    std::unique_ptr<FactCursor> cursor_;  // null while nobody listens
    Listeners channels_;
    Listeners patterns_;
};

/// A channel on which the store alone tells what has happened: nobody else may.
[[nodiscard]] bool is_fact_channel(std::string_view channel) noexcept;

}  // namespace allot
