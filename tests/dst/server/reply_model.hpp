#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/engine/naive_model.hpp"

namespace allot::testing {

using Words = std::vector<std::string>;

/// A command, and whether it is sent framed or on a line.
struct Asked {
    Words words;
    bool framed = true;
};

/// A word as a person types it in a line: in quotes when it has a space.
[[nodiscard]] std::string typed(const std::string& word);
/// A word of data in a reply, in the form of its request.
[[nodiscard]] std::string value_of(const std::string& text, bool framed);

/// What a server has to reply, byte for byte in version 2 of the protocol: the naive model behind
/// the commands of the protocol.
class ReplyModel {
public:
    struct Outcome {
        std::string reply;
        bool looked = true;  ///< at the stock: then the reply waits for all that it could have seen
    };

    /// What a client has queued and watches.
    struct Transaction {
        bool open = false;
        bool spoiled = false;  // one of its commands was refused
        std::vector<Words> queue;
        std::map<std::string, std::uint64_t> watched;  // versions

        void end() { *this = {}; }
    };

    /// \pre the words are a command that simulated clients send.
    Outcome execute(const Asked& asked, Transaction& transaction);

    /// The LSN of the last fact.
    [[nodiscard]] std::uint64_t lsn() const noexcept { return model_.facts; }
    [[nodiscard]] const NaiveModel& stock() const noexcept { return model_; }
    [[nodiscard]] NaiveModel& stock() noexcept { return model_; }

private:
    Outcome execute(const Words& words);
    Outcome end(Transaction transaction);
    std::string add_batch(const Words& words);
    std::string allocate(const Words& words);
    std::string deallocate(const Words& words);
    std::string set_quantity(const Words& words);
    std::string reschedule(const std::string& batch, const std::string& eta);
    std::string stock_of(const std::string& sku);
    std::string available(const Words& words);
    [[nodiscard]] std::string allocations(const std::string& order) const;
    [[nodiscard]] std::string batch_of(const std::string& ref);
    [[nodiscard]] std::string shortages(const Words& words) const;
    std::string explain(const Words& words);

    [[nodiscard]] std::string value(const std::string& text) const {
        return value_of(text, framed_);
    }

    NaiveModel model_;
    bool framed_ = true;  // the command being executed
};

}  // namespace allot::testing
