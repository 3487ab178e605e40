#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/engine/naive_model.hpp"

namespace allot::testing {

using Words = std::vector<std::string>;

/// What a server has to reply, byte for byte in version 2 of the protocol, and how many facts it
/// has to journal: the naive model behind the commands of the protocol.
class ReplyModel {
public:
    struct Outcome {
        std::string reply;
        std::uint64_t facts = 0;
        bool looked = true;  ///< at the stock: then the reply waits for all that it could have seen
    };

    /// \pre the words are a command that simulated clients send.
    Outcome execute(const Words& words);

    /// The LSN of the last fact.
    [[nodiscard]] std::uint64_t lsn() const noexcept { return lsn_; }
    [[nodiscard]] const NaiveModel& stock() const noexcept { return model_; }
    [[nodiscard]] NaiveModel& stock() noexcept { return model_; }

private:
    Outcome add_batch(const Words& words);
    Outcome allocate(const Words& words);
    Outcome deallocate(const Words& words);
    Outcome set_quantity(const Words& words);
    Outcome reschedule(const std::string& batch, const std::string& eta);
    Outcome stock_of(const std::string& sku);
    Outcome available(const Words& words);
    Outcome explain(const Words& words);
    [[nodiscard]] std::size_t lines() const;

    NaiveModel model_;
    std::uint64_t lsn_ = 0;
};

}  // namespace allot::testing
