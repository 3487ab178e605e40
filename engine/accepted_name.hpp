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

/// True for the name of an object that the store holds from before is_name()'s rule.
template <class Name>
[[nodiscard, gnu::noinline]] bool is_old_name(std::string_view text, Repository& repository) {
    return is_stored_name(text) && is_held(Name::unchecked(text), repository);
}

/// True for a name that a command may have: is_name() holds for it, or the store already holds an
/// object of this name from before that rule. So such an object can be queried, changed and
/// released, but no new object can get such a name.
template <class Name>
[[nodiscard]] bool is_accepted_name(std::string_view text, Repository& repository) {
    return is_name(text) || is_old_name<Name>(text, repository);
}

/// \return the name, or Refusal::bad_name when is_accepted_name() does not hold.
template <class Name>
[[nodiscard]] Result<Name> accepted_name(std::string_view text, Repository& repository) {
    if (!is_accepted_name<Name>(text, repository)) return Refusal::bad_name;
    return Name::unchecked(text);
}

}  // namespace allot
