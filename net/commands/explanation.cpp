#include "net/commands/explanation.hpp"

namespace allot {

std::string_view words_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::chosen:
            return "chosen";
        case Verdict::holds_the_line:
            return "holds the line already";
        case Verdict::too_small:
            return "too small";
        case Verdict::not_needed:
            return "not needed";
    }
    return "";
}

std::size_t candidates_of(const AllocateOrder& order, Repository& repository) {
    std::size_t candidates = 0;
    for (const LineItem& item : order.lines) {
        if (const Product* const product = repository.find(item.sku)) {
            candidates += product->batches().size();
        }
    }
    return candidates;
}

}  // namespace allot
