#include "net/resp/subscriptions.hpp"

#include "net/limits.hpp"

namespace allot {

bool Subscriptions::add(Kind kind, std::string_view name) {
    if (of(kind).contains(name)) return true;
    if (size_ == subscriptions_max) return false;
    of(kind).emplace(name);
    pub_sub_.add(client_, kind, name);
    ++size_;
    bytes_ += pub_sub_.bytes_of(kind, name);
    return true;
}

void Subscriptions::remove(Kind kind, std::string_view name) {
    const auto found = of(kind).find(name);
    if (found == of(kind).end()) return;
    --size_;
    bytes_ -= pub_sub_.bytes_of(kind, name);
    pub_sub_.remove(client_, kind, name);
    of(kind).erase(found);
}

void Subscriptions::clear() noexcept {
    for (const Kind kind : {Kind::channel, Kind::pattern}) {
        for (const std::string& name : of(kind)) pub_sub_.remove(client_, kind, name);
        of(kind).clear();
    }
    size_ = bytes_ = 0;
}

std::vector<std::string> Subscriptions::names_of(Kind kind) const {
    const Names& names = names_[static_cast<std::size_t>(kind)];
    return {names.begin(), names.end()};
}

}  // namespace allot
