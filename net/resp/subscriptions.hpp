#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/core/pub_sub.hpp"

namespace allot {

/// The channels and patterns that one client listens to.
class Subscriptions {
public:
    using Kind = PubSub::Kind;

    /// Both outlive this.
    Subscriptions(PubSub& pub_sub, Subscriber& client) noexcept
        : pub_sub_{pub_sub}, client_{client} {}

    /// \return false if there are subscriptions_max already.
    [[nodiscard]] bool add(Kind kind, std::string_view name);
    void remove(Kind kind, std::string_view name);
    void clear() noexcept;

    [[nodiscard]] std::vector<std::string> names_of(Kind kind) const;
    /// The number of channels and patterns.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// The memory of the names.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    using Names = std::set<std::string, std::less<>>;
    [[nodiscard]] Names& of(Kind kind) noexcept { return names_[static_cast<std::size_t>(kind)]; }

    PubSub& pub_sub_;
    Subscriber& client_;
    std::array<Names, 2> names_;  // by their kind
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace allot
