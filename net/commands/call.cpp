#include "net/commands/call.hpp"

#include "net/core/rule_text.hpp"

namespace allot {

void refuse(Call& call, Refusal refusal, RefusalContext subject) {
    tell_refusal(refusal, subject,
                 [&](ErrorCode code, const auto&... parts) { call.fail(code, parts...); });
}

}  // namespace allot
