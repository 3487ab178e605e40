#include "net/core/store_access.hpp"

#include "net/core/rule_text.hpp"

namespace allot {

std::optional<Unavailable> StoreAccess::while_loading_or_failed(StoreUse use) const {
    if (loading != nullptr && !use.while_loading) {
        return Unavailable{ErrorCode::loading, std::string{loading_text} + loading->step().text()};
    }
    if (use.stock && failed && (use.changes || !may_show())) {
        return Unavailable{ErrorCode::read_only, std::string{storage_failed_text}};
    }
    return std::nullopt;
}

}  // namespace allot
