#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/commands.hpp"
#include "net/core/call.hpp"
#include "net/core/rule_text.hpp"

namespace allot {

// Arguments as the domain's types. Each function reads the argument at `at`; where it is none, it
// replies with an error that names the value and the rule, and gives nothing.

template <class Name>
[[nodiscard]] std::optional<Name> name_at(Call& call, std::size_t at);
extern template std::optional<Sku> name_at(Call&, std::size_t);
extern template std::optional<BatchRef> name_at(Call&, std::size_t);
extern template std::optional<OrderId> name_at(Call&, std::size_t);

template <class Units>
[[nodiscard]] std::optional<Units> units_at(Call& call, std::size_t at);
extern template std::optional<Quantity> units_at(Call&, std::size_t);
extern template std::optional<Purchased> units_at(Call&, std::size_t);

/// `YYYY-MM-DD`, or the word `warehouse` as STOCK writes it.
[[nodiscard]] std::optional<Eta> eta_at(Call& call, std::size_t at);

/// `order sku qty [sku qty ...]`, at most order_lines_max lines.
[[nodiscard]] std::optional<AllocateOrder> order_at(Call& call, std::size_t at);

/// Replies with what the business says.
void refuse(Call& call, Refusal refusal, Subject subject);

}  // namespace allot
