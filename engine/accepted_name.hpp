#pragma once

#include <string_view>

#include "engine/name.hpp"
#include "engine/repository.hpp"

namespace allot {

// True when the store holds a product or batch of this name, or an allocated or short line of this
// order.
[[nodiscard]] bool is_held(const Sku& sku, Repository& repository);
[[nodiscard]] bool is_held(const BatchRef& batch, Repository& repository);
[[nodiscard]] bool is_held(const OrderId& order, Repository& repository);

/// A name in a command: is_name() holds for it, or the store already holds an object of this name
/// from before that rule. So such an object can be queried, changed and released, but no new object
/// can get such a name. \return Refusal::bad_name for any other text.
template <class Name>
[[nodiscard]] Result<Name> accepted_name(std::string_view text, Repository& repository) {
    auto name = Name::of(text);
    if (name) return name;
    auto stored = Name::stored(text);
    if (stored && is_held(*stored, repository)) return stored;
    return Refusal::bad_name;
}

}  // namespace allot
