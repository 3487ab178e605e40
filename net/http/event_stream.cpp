#include "net/http/event_stream.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace allot::http {

namespace {

void append_id(std::string& out, const HistoryCursor& cursor) {
    out.append("id: ").append(text_of(cursor)).push_back('\n');
}

/// The JSON has no line ends, so one line of data holds it.
void append_event(std::string& out, const CommittedFact& fact, const FactView& parts) {
    append_id(out, fact.cursor());
    out.append("event: ").append(parts.event).append("\ndata: ");
    append_event_json(out, parts, {},
                      {{"lsn", static_cast<std::int64_t>(fact.lsn)}, {"time", fact.time}});
    out.append("\n\n");
}

std::size_t kind_of(std::string_view event) noexcept {
    return static_cast<std::size_t>(std::ranges::find(fact_events, event) - fact_events.begin());
}

}  // namespace

void EventStream::append_piece(std::string& out, std::string_view text) const {
    if (!is_chunked_) {
        out.append(text);
        return;
    }
    std::array<char, 16> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.end(), text.size(), 16).ptr);
    out.append("\r\n").append(text).append("\r\n");
}

/// A separate event with an empty line of data: many clients ignore the id of an event without
/// data.
void EventStream::append_position(std::string& text) const {
    append_id(text, history().cursor_at(shown_));
    text.append("event: position\ndata:\n\n");
}

void EventStream::begin(std::string& out) {
    heartbeat_due_ = server_.clock.now + event_heartbeat;
    std::string text{"retry: 1000\n"};
    if (!query_.diverged) {
        append_position(text);
    } else {
        const HistoryCursor agreed = history().cursor_at(shown_);
        append_id(text, agreed);
        text.append("event: diverged\n");
        text.append(R"(data: {"history":")").append(text_of(*query_.diverged));
        text.append(R"(","agreed":)");
        text.append(std::to_string(agreed.lsn));
        text.append(R"(,"after":")").append(text_of(agreed)).append(R"("})").append("\n\n");
    }
    append_piece(out, text);
}

EventStream::State EventStream::advance(std::string& out) {
    const std::size_t before = out.size();
    try {
        append_facts(out);
        if (out.size() != before) heartbeat_due_ = server_.clock.now + event_heartbeat;
        if (next() <= history().end()) return State::more;
    } catch (const TrimmedHistory& error) {
        std::string text{"event: trimmed\ndata: {\"oldest\":"};
        text.append(std::to_string(error.oldest()));
        append_piece(out, text.append("}\n\n"));
        return State::ended;
    } catch (const std::exception&) {
        return State::failed;
    }
    if (server_.store.failed) return State::ended;
    if (heartbeat_due_ <= server_.clock.now) append_heartbeat(out);
    return State::waits;
}

void EventStream::append_facts(std::string& out) {
    // A fact takes at most as many bytes. One call fills at most a quarter of the output queue.
    constexpr std::size_t event_bytes_max = kibibyte;
    const std::size_t space = server_.limits.output_pause_bytes / event_bytes_max;
    if (next() > history().end()) return;
    const FactRun facts =
        history().read(next())->take(std::clamp(space, std::size_t{1}, delivered_facts_max));
    std::string text;
    for (const CommittedFact& fact : facts) {
        const FactView parts = view_of(fact.fact);
        if (!query_.kinds.test(kind_of(parts.event))) continue;
        append_event(text, fact, parts);
        shown_ = fact.lsn;
    }
    query_.from += facts.size();
    if (!text.empty()) append_piece(out, text);
}

/// Appends the position, too, if facts were skipped since the last event.
void EventStream::append_heartbeat(std::string& out) {
    std::string text{":\n\n"};
    if (shown_ != next() - 1) {
        shown_ = next() - 1;
        append_position(text);
    }
    append_piece(out, text);
    heartbeat_due_ = server_.clock.now + event_heartbeat;
}

void EventStream::append_end(std::string& out) const {
    if (is_chunked_) out.append("0\r\n\r\n");
}

}  // namespace allot::http
