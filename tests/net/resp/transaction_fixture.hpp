#pragma once

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/state_hash.hpp"
#include "net/resp/resp_session.hpp"
#include "tests/net/fakes.hpp"

namespace allot::test {

inline constexpr std::string_view aborted =
    "-EXECABORT Transaction discarded because of previous errors.\r\n";

/// A fixture with some stock, in which each change is durable at once.
struct TransactionFixture : RespFixture<HandJournal> {
    explicit TransactionFixture(SessionLimits limits = {}) : RespFixture{limits} {
        engine.journal.sync_at_once();
        ask("ADDBATCH b1 LAMP 10");
        ask("ADDBATCH b2 CHAIR 5");
    }
    /// Sends the lines one by one. \return the last reply.
    std::string last_of(std::initializer_list<std::string_view> lines) {
        std::string reply;
        for (const std::string_view line : lines) reply = ask(line);
        return reply;
    }
    std::uint64_t state() { return state_hash(engine.repository); }
};

/// Another client of the same server.
class OtherClient {
public:
    explicit OtherClient(TransactionFixture& fixture) : fixture_{fixture} {}
    std::string ask(std::string_view line) {
        return output_after(std::string{line} + "\r\n", session_, fixture_.context,
                            fixture_.engine.journal);
    }

private:
    TransactionFixture& fixture_;
    RespSession session_{fixture_.context, "test:2"};
};

}  // namespace allot::test
