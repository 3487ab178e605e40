#pragma once

#include <string>
#include <string_view>

#include "tests/net/fakes.hpp"

namespace allot::test {

inline std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string{text} + "\r\n";
}

/// A message as a subscriber of version 2 gets it.
inline std::string message(std::string_view channel, std::string_view text) {
    return "*3\r\n" + bulk("message") + bulk(channel) + bulk(text);
}

/// The message of a fact: its fields, with LSN, time and cursor. \param fields a JSON object.
inline std::string with_position(std::string_view fields, int lsn) {
    const std::string number = std::to_string(lsn);
    return std::string{fields.substr(0, fields.size() - 1)} + R"(,"lsn":)" + number +
           R"(,"time":1600000000000000,"cursor":"00000000000000a1:)" + number + R"("})";
}
inline std::string message(std::string_view channel, std::string_view fields, int lsn) {
    return message(channel, with_position(fields, lsn));
}

/// A session with subscriptions, beside the fixture's own, which changes stock.
struct ListeningFixture {
    ListeningFixture() {
        fixture.engine.journal.sync_at_once();
        fixture.ask("ADDBATCH b1 SKU 10");
        fixture.ask("ADDBATCH b2 SKU 10 2011-01-02");
    }
    std::string ask(const std::string& line) {
        return output_after(line + "\r\n", session, fixture.context, fixture.engine.journal);
    }
    std::string take() { return released(session.output(), fixture.engine.journal); }
    /// The messages about the present facts.
    std::string delivered() {
        fixture.context.pub_sub.deliver(100);
        return take();
    }
    std::string publish(const std::string& channel, const std::string& text) {
        fixture.send(framed({"PUBLISH", channel, text}));
        return fixture.take();
    }
    RespFixture<HandJournal> fixture;
    RespSession session{fixture.context, "test:listener"};
};

}  // namespace allot::test
