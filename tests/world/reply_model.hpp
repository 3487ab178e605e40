#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/engine/naive_model.hpp"

namespace allot::testing {

using Words = std::vector<std::string>;

/// What a server has to reply, byte for byte in version 2 of the protocol: the naive model behind
/// the commands of the protocol.
class ReplyModel {
public:
    struct Outcome {
        std::string reply;
        bool looked = true;  ///< at the stock: then the reply waits for all that it could have seen
    };

    /// \pre the words are a command that simulated clients send.
    Outcome execute(const Words& words);

    /// The LSN of the last fact.
    [[nodiscard]] std::uint64_t lsn() const noexcept { return model_.facts; }
    [[nodiscard]] const NaiveModel& stock() const noexcept { return model_; }
    [[nodiscard]] NaiveModel& stock() noexcept { return model_; }

private:
    std::string add_batch(const Words& words);
    std::string allocate(const Words& words);
    std::string deallocate(const Words& words);
    std::string set_quantity(const Words& words);
    std::string reschedule(const std::string& batch, const std::string& eta);
    std::string stock_of(const std::string& sku);
    std::string available(const Words& words);
    [[nodiscard]] std::string allocations(const std::string& order) const;
    [[nodiscard]] std::string shortages(const Words& words) const;
    std::string explain(const Words& words);

    NaiveModel model_;
};

}  // namespace allot::testing
