#include "net/cli/remote/reply_reader.hpp"

#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot::program {
namespace {

constexpr std::size_t line_bytes_max = 64U << 10U;

[[noreturn]] void refuse(std::string_view bytes) {
    throw NoReply{"'" + escaped_short(bytes.substr(0, 64)) + "'"};
}

bool is_marker(char c) { return std::string_view{"+-:_$=*~%"}.find(c) != std::string_view::npos; }

/// Takes what it reads from the front of `rest`. Each function returns false if that is incomplete.
struct ReplyParser {
    std::string_view whole;
    std::string_view rest = whole;

    bool take_line(std::string_view& line) {
        const std::size_t end = rest.substr(0, line_bytes_max).find("\r\n");
        if (end == std::string_view::npos) {
            if (rest.size() >= line_bytes_max) refuse(whole);
            return false;
        }
        line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        return true;
    }

    std::int64_t number_in(std::string_view digits) const {
        const auto number = integer_in<std::int64_t>(digits);
        if (!number) refuse(whole);
        return *number;
    }

    /// -1: nothing.
    std::int64_t size_in(std::string_view digits) const {
        const std::int64_t size = number_in(digits);
        if (size < -1 || size > static_cast<std::int64_t>(reply_bytes_max)) refuse(whole);
        return size;
    }

    bool take_bulk(std::string_view digits, std::size_t mark, Reply& reply) {
        const std::int64_t size = size_in(digits);
        if (size == -1) return true;
        const auto bytes = static_cast<std::size_t>(size);
        if (rest.size() < bytes + 2) return false;
        if (rest.substr(bytes, 2) != "\r\n" || bytes < mark) refuse(whole);
        reply.kind = Reply::Kind::text;
        reply.text = rest.substr(mark, bytes - mark);
        rest.remove_prefix(bytes + 2);
        return true;
    }

    bool take_list(std::int64_t size, std::size_t depth, Reply& reply) {
        if (depth == reply_depth_max) refuse(whole);
        if (size == -1) return true;
        reply.kind = Reply::Kind::list;
        for (std::int64_t i = 0; i < size; ++i) {
            if (rest.empty() || !take(reply.items.emplace_back(), depth + 1)) return false;
        }
        return true;
    }

    bool take(Reply& reply, std::size_t depth) {
        // An invalid reply is recognized by its first byte, however long its first line is.
        if (!rest.empty() && !is_marker(rest.front())) refuse(whole);
        std::string_view line;
        if (!take_line(line)) return false;
        const std::string_view value = line.substr(1);
        switch (line.front()) {
            case '+':
                reply.kind = Reply::Kind::text;
                reply.text = value;
                return true;
            case '-':
                reply.kind = Reply::Kind::error;
                reply.text = value;
                return true;
            case ':':
                reply.kind = Reply::Kind::integer;
                reply.number = number_in(value);
                return true;
            case '_':
                return true;
            case '$':
                return take_bulk(value, 0, reply);
            case '=':
                return take_bulk(value, std::string_view{"txt:"}.size(), reply);
            case '*':
            case '~':
                return take_list(size_in(value), depth, reply);
            case '%':
                return take_list(2 * size_in(value), depth, reply);
            default:  // is_marker() knows no other
                refuse(whole);
        }
    }
};

}  // namespace

std::string_view Reply::code() const noexcept {
    if (!is_error()) return {};
    const std::string_view words = text;
    return words.substr(0, words.find(' '));
}

std::size_t take_reply(std::string_view bytes, Reply& reply) {
    reply = {};
    ReplyParser parser{bytes};
    if (!bytes.empty() && parser.take(reply, 0)) return bytes.size() - parser.rest.size();
    if (bytes.size() > reply_bytes_max) refuse(bytes);
    return 0;
}

}  // namespace allot::program
