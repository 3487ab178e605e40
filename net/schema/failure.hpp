#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "engine/commands.hpp"
#include "net/core/rule_text.hpp"

namespace allot {

/// Why a command was not done, as every protocol reports it.
struct Failure {
    ErrorCode code;
    std::string text;        ///< printable, in one line
    std::string field = {};  ///< the name of the value that it is about; empty: none
    unsigned status = 0;     ///< of HTTP; 0: that of the code
    bool is_counted = true;  ///< among the errors of INFO and /metrics
};

/// What the business says.
[[nodiscard]] Failure failure_of(Refusal refusal, RefusalContext subject, std::string field = {});
/// Of a line of an order. The field is that of its SKU.
[[nodiscard]] Failure failure_of(RefusedLine refused, const AllocateOrder& order);

/// What came of a command: a reply to be written, or why there is none.
template <class Reply>
struct Outcome {
    boost::system::result<Reply, Failure> result;
    Lsn lsn;  ///< of the last fact that it wrote or could have seen
};

/// The reply of a command that says only that it was done.
struct Done {};

/// As an Outcome what came of a command. \param explain gives the Failure of what it was refused
/// for.
template <class T, class Error, class Explain>
[[nodiscard]] auto outcome_of(boost::system::result<T, Error> result, Lsn lsn, Explain explain) {
    using Reply = std::conditional_t<std::is_void_v<T>, Done, T>;
    if (!result) return Outcome<Reply>{explain(result.error()), lsn};
    if constexpr (std::is_void_v<T>) {
        return Outcome<Reply>{Done{}, lsn};
    } else {
        return Outcome<Reply>{*std::move(result), lsn};
    }
}

}  // namespace allot
