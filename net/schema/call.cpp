#include "net/schema/call.hpp"

#include "net/core/rule_text.hpp"

namespace allot {

void refuse(Call& call, Refusal refusal, RefusalContext subject) {
    report_refusal(refusal, subject,
                   [&](ErrorCode code, const auto&... parts) { call.fail(code, parts...); });
}

std::string usage_of(std::string_view name, std::string_view syntax) {
    std::string text{name};
    if (!syntax.empty()) text.append(" ").append(syntax);
    return text;
}

std::string wanted_arguments(std::string_view syntax) {
    return ", expected " + std::string{syntax.empty() ? "none" : syntax};
}

}  // namespace allot
