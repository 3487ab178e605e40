#include "net/schema/failure.hpp"

#include "net/text/escape.hpp"

namespace allot {

Failure failure_of(Refusal refusal, RefusalContext subject, std::string field) {
    Failure failure{.code = ErrorCode::generic, .text = {}, .field = std::move(field)};
    report_refusal(refusal, subject, [&](ErrorCode code, const auto&... parts) {
        failure.code = code;
        (append_text(failure.text, std::string_view{parts}), ...);
    });
    return failure;
}

Failure failure_of(RefusedLine refused, const AllocateOrder& order) {
    return failure_of(refused.refusal, {.sku = order.lines[refused.line].sku.view()},
                      "lines[" + std::to_string(refused.line) + "].sku");
}

}  // namespace allot
