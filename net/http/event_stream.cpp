#include "net/http/event_stream.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace allot::http {

namespace {

void append_number(std::string& out, auto number) {
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.end(), number).ptr);
}

void append_place(std::string& out, Lsn lsn) {
    out.append("id: ");
    append_number(out, lsn);
    out.push_back('\n');
}

/// JSON has no line ends, so it is one line of data.
void append_event(std::string& out, const CommittedFact& fact, const FactParts& parts) {
    append_place(out, fact.lsn);
    out.append("event: ").append(parts.event).append("\ndata: ");
    append_event_json(out, parts, {}, {{"time", fact.time}});
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

void EventStream::append_begin(std::string& out) const {
    std::string text{"retry: 1000\n"};
    append_place(text, told_);
    append_piece(out, text.append("\n"));
}

std::size_t EventStream::append_facts(std::string& out, std::size_t most) {
    if (next() > history_.end()) return 0;
    const FactRun facts = history_.read(next())->take(most);
    std::string text;
    for (const CommittedFact& fact : facts) {
        const FactParts parts = parts_of(fact.fact);
        if (!query_.kinds.test(kind_of(parts.event))) continue;
        append_event(text, fact, parts);
        told_ = fact.lsn;
    }
    query_.from += facts.size();
    if (!text.empty()) append_piece(out, text);
    return facts.size();
}

void EventStream::append_heartbeat(std::string& out) {
    std::string text{":\n"};
    if (told_ != next() - 1) append_place(text, told_ = next() - 1);
    append_piece(out, text.append("\n"));
}

void EventStream::append_trimmed(std::string& out, Lsn oldest) const {
    std::string text{"event: trimmed\ndata: {\"oldest\":"};
    append_number(text, oldest);
    append_piece(out, text.append("}\n\n"));
}

void EventStream::append_end(std::string& out) const {
    if (is_chunked_) out.append("0\r\n\r\n");
}

}  // namespace allot::http
