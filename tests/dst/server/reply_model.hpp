#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/commands/commands.hpp"
#include "tests/commands/naive_model.hpp"
#include "tests/commands/tally.hpp"

namespace allot::testing {

/// A command, and whether it is sent framed or inline.
struct Asked {
    Words words;
    bool framed = true;
};

/// Data in a reply, in the form of its request.
[[nodiscard]] std::string value_of(const std::string& text, bool framed);

/// Counts a command, and each refusal in its reply: by its code, or by its whole text if that is
/// ERR.
void count(Tally& tally, const Words& words, std::string_view reply);

/// The expected replies of a server, byte for byte in version 2 of the protocol: the commands of
/// the protocol on the naive model.
class ReplyModel {
public:
    struct Outcome {
        std::string reply;
        bool looked =
            true;  ///< it read the stock: the reply waits for everything that it could have read
    };

    /// The queued commands and watches of a client.
    struct Transaction {
        bool open = false;
        bool aborted = false;  // one of its commands was refused
        std::vector<Words> queue;
        std::map<std::string, std::uint64_t> watched;  // versions

        void end() { *this = {}; }
    };

    /// \pre it is a command that simulated clients send.
    Outcome execute(const Asked& asked, Transaction& transaction);

    /// The LSN of the last fact.
    [[nodiscard]] std::uint64_t lsn() const noexcept { return model_.facts; }
    [[nodiscard]] const NaiveModel& stock() const noexcept { return model_; }
    [[nodiscard]] NaiveModel& stock() noexcept { return model_; }

private:
    Outcome execute(const Words& words);
    Outcome end(Transaction transaction);
    std::string change(const Words& words);
    std::string stock_of(const std::string& sku);
    std::string available(const Words& words);
    [[nodiscard]] std::string allocations(const std::string& order) const;
    [[nodiscard]] std::string shortages(const Words& words) const;
    [[nodiscard]] std::string explain(const Words& words) const;

    [[nodiscard]] std::string value(const std::string& text) const {
        return value_of(text, framed_);
    }

    NaiveModel model_;
    bool framed_ = true;  // the command being executed
};

}  // namespace allot::testing
