// A whole session, engine included: whatever a client sends, the stock obeys its rules, and every
// reply is one frame.

#include "engine/invariants.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/net/fakes.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace allot;
    test::Desk<> desk;
    desk.send("ADDBATCH b1 sku 100\r\nADDBATCH b2 sku 100 2031-01-01\r\nALLOCATE o1 sku 10\r\n");
    desk.take();
    desk.send(fuzz::text(data, size));
    const std::string replies = desk.take();
    fuzz::require(replies.empty() || replies.ends_with("\r\n"), "replies end with a line end");
    fuzz::require(violations(desk.engine.repository).empty(), "the stock obeys its rules");
    return 0;
}
