#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "engine/commands.hpp"
#include "engine/message_bus.hpp"
#include "net/core/rule_text.hpp"

namespace allot {

/// The error of a command, in any protocol.
struct Failure {
    ErrorCode code;
    std::string text;        ///< printable, in one line
    std::string field = {};  ///< name of the wrong value; empty: none
    unsigned status = 0;     ///< status of HTTP; 0: that of the code
    bool is_counted = true;  ///< among the errors of INFO and /metrics
};

[[nodiscard]] Failure failure_of(Refusal refusal, RefusalContext subject, std::string field = {});
/// The error of a line of an order. The field is that of its SKU.
[[nodiscard]] Failure failure_of(RefusedLine refused, const AllocateOrder& order);

/// The outcome of a command: a reply or an error.
template <class Reply>
struct Outcome {
    boost::system::result<Reply, Failure> result;
    Lsn lsn;  ///< LSN of the last fact that it wrote or could have seen
};

/// The reply of a command that has no result.
struct Done {};

/// The names of these parameters for the text of a refusal.
template <class Parameters>
[[nodiscard]] RefusalContext subject_of(const Parameters& parameters) {
    RefusalContext subject;
    if constexpr (requires { parameters.sku.view(); }) {
        subject.sku = parameters.sku.view();
    } else if constexpr (requires { parameters.sku->view(); }) {
        if (parameters.sku) subject.sku = parameters.sku->view();
    }
    if constexpr (requires { parameters.batch.view(); }) subject.batch = parameters.batch.view();
    return subject;
}

/// The outcome of a command, or of a query. \param field the name of the value that a refusal is
/// about.
template <class T, class Error, class Parameters>
[[nodiscard]] auto outcome_of(boost::system::result<T, Error> result, Lsn lsn,
                              const Parameters& parameters, std::string_view field = {}) {
    using Reply = std::conditional_t<std::is_void_v<T>, Done, T>;
    if (!result) {
        if constexpr (std::is_same_v<Error, RefusedLine>) {
            return Outcome<Reply>{failure_of(result.error(), parameters), lsn};
        } else {
            return Outcome<Reply>{
                failure_of(result.error(), subject_of(parameters), std::string{field}), lsn};
        }
    }
    if constexpr (std::is_void_v<T>) {
        return Outcome<Reply>{Done{}, lsn};
    } else {
        return Outcome<Reply>{*std::move(result), lsn};
    }
}

template <class Result, class Parameters>
[[nodiscard]] auto outcome_of(Answer<Result> answer, const Parameters& parameters,
                              std::string_view field = {}) {
    return outcome_of(std::move(answer.result), answer.lsn, parameters, field);
}

}  // namespace allot
