#include "net/resp/feed.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "net/core/fact_view.hpp"
#include "net/limits.hpp"
#include "net/schema/rows.hpp"

namespace allot {

namespace {

/// The next facts, `most` at the most; fewer only if there are no more.
std::vector<FactRun> take_all(FactCursor& cursor, std::size_t most) {
    std::vector<FactRun> runs;
    try {
        for (FactRun run; most > 0; most -= run.size()) {
            run = cursor.take(most);
            if (run.empty()) break;
            runs.push_back(run);
        }
    } catch (const std::exception&) {
        if (runs.empty()) throw;  // else when the next are asked for
    }
    return runs;
}

void write_fact(ReplyWriter& reply, const CommittedFact& fact) {
    const FactView parts = view_of(fact.fact);
    reply.array(4);
    reply.integer(static_cast<std::int64_t>(fact.lsn));
    reply.integer(fact.time);
    reply.value(parts.event);
    reply.map(parts.fields.size());
    for (const auto& field : parts.fields) {
        reply.value(field.key);
        std::visit([&](const auto& value) { put_value(reply, value); }, field.value);
    }
}

/// Writes the beginning of a reply.
void write_cursor(const Call& call, const HistoryCursor& cursor) {
    call.reply.array(2);
    call.reply.value(text_of(cursor));
}

}  // namespace

void reply_without_facts(const Call& call, const FeedRequest& request) {
    // Not the cursor of the end, which may have passed facts that this reply does not have.
    write_cursor(call, call.server.store.backend.history->cursor_at(request.from - 1));
    call.reply.array(0);
}

bool reply_with_facts(const Call& call, const FeedRequest& request) {
    // No fact takes more bytes in a reply; and a quarter of what may be queued is enough for one.
    constexpr std::size_t fact_bytes_max = 512;
    const std::size_t space = call.server.limits.output_pause_bytes / fact_bytes_max;
    const std::size_t most = std::min(request.most, std::max(space, std::size_t{1}));
    const Lsn last = call.last_lsn();
    FactHistory& history = *call.server.store.backend.history;
    if (request.from > last + 1) {
        call.fail(ErrorCode::ahead, ahead_text(last, request.from));
        return true;
    }
    try {
        const auto cursor = history.read(request.from);
        if (request.from > history.end()) return false;
        const auto runs = take_all(*cursor, most);
        std::size_t facts = 0;
        for (const FactRun& run : runs) facts += run.size();
        write_cursor(call, runs.back().cursor());
        call.reply.array(facts);
        for (const FactRun& run : runs) {
            for (const CommittedFact& fact : run) write_fact(call.reply, fact);
        }
    } catch (const TrimmedHistory& error) {
        call.fail(ErrorCode::trimmed, trimmed_text(error.oldest()));
    }
    return true;
}

}  // namespace allot
