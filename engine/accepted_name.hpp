#pragma once

#include <string_view>

#include "engine/name.hpp"
#include "engine/repository.hpp"

namespace allot {

// True when the store holds something of this name: a product, a batch, or a line of the order that
// is allocated or short.
[[nodiscard]] bool is_held(const Sku& sku, Repository& repository);
[[nodiscard]] bool is_held(const BatchRef& batch, Repository& repository);
[[nodiscard]] bool is_held(const OrderId& order, Repository& repository);

/// A name as a command takes it: one for which is_name() holds, or one that the store holds since
/// before that rule. So such a name can be looked up, changed and given up, and nothing new gets
/// it. \return Refusal::bad_name for any other text.
template <class Name>
[[nodiscard]] Result<Name> accepted_name(std::string_view text, Repository& repository) {
    auto name = Name::of(text);
    if (name) return name;
    auto stored = Name::stored(text);
    if (stored && is_held(*stored, repository)) return stored;
    return Refusal::bad_name;
}

}  // namespace allot
