#include "net/resp/request_parser.hpp"

#include <algorithm>
#include <bit>
#include <boost/assert.hpp>
#include <cstring>
#include <utility>

#include "net/resp/inline_words.hpp"
#include "net/text/escape.hpp"

namespace allot {

namespace {
// `*`, a sign, the ten digits that the largest sensible length has, and its line end.
constexpr std::size_t header_bytes_max = 14;
constexpr std::size_t line_end_bytes = 2;
// The first byte of every TLS connection. What follows need not hold a line's end for long.
constexpr char tls_handshake = 0x16;
// Memory for the arguments of a usual order is kept; that of a huge one is freed.
constexpr std::size_t arguments_kept_max = 64;

bool is_line_end(const char* at) noexcept { return at[0] == '\r' && at[1] == '\n'; }

/// Reads a header whose length has one or two digits, as nearly all are.
/// \return the position after it; null if it is another one, or incomplete.
const char* after_short_header(const char* at, const char* end, char marker,
                               std::size_t& length) noexcept {
    constexpr std::ptrdiff_t bytes_max = 5;
    const auto digit = [&] { return static_cast<std::size_t>(*at) - '0'; };
    if (end - at < bytes_max || *at++ != marker) return nullptr;
    length = digit();
    if (length > 9) return nullptr;
    ++at;
    if (length != 0 && digit() <= 9) {
        length = length * 10 + digit();
        ++at;
    }
    return is_line_end(at) ? at + line_end_bytes : nullptr;
}
}  // namespace

std::span<char> RequestParser::prepare() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        const std::size_t wanted =
            std::clamp(std::bit_ceil(traffic_ + 1), buffer_bytes_min, buffer_bytes_busy);
        if (capacity_ < wanted || capacity_ > 4 * wanted || capacity_ > buffer_bytes_busy) {
            resize(wanted);
        }
        if (arguments_.capacity() > arguments_kept_max) std::vector<Argument>{}.swap(arguments_);
    } else if (capacity_ - end_ < buffer_bytes_min / 2) {
        // If each read ends within a request, the buffer is never empty and never replaced above.
        const bool is_filled = end_ == capacity_ && capacity_ < buffer_bytes_busy;
        // At most once for each request: an incomplete request is not moved again before it was
        // taken.
        std::memmove(&buffer_[0], &buffer_[begin_], end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        if (is_filled || capacity_ - end_ < buffer_bytes_min / 2) resize(capacity_ * 2);
    }
    return {&buffer_[end_], std::min(capacity_ - end_, read_bytes_max)};
}

void RequestParser::clear() noexcept {
    begin_ = end_ = capacity_ = 0;
    buffer_.reset();
    std::vector<Argument>{}.swap(arguments_);
}

void RequestParser::commit(std::size_t bytes) noexcept {
    BOOST_ASSERT(bytes <= capacity_ - end_);
    end_ += bytes;
    traffic_ = std::max(bytes, traffic_ - traffic_ / 8);
}

void RequestParser::resize(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ != 0) std::memcpy(&larger[0], &buffer_[0], end_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
}

RequestParser::Outcome RequestParser::next(Request& request) {
    if (!error_.empty()) return Outcome::error;
    while (begin_ != end_) {
        if (arguments_left_ == 0 && whole_array(request)) return Outcome::ready;
        const Step step = arguments_left_ != 0     ? array(request)
                          : buffer_[begin_] == '*' ? array_header()
                                                   : line(request);
        if (step == Step::ready) return Outcome::ready;
        if (step == Step::failed) return Outcome::error;
        if (step == Step::need_more) break;
    }
    return Outcome::need_more;
}

RequestParser::Step RequestParser::line(Request& request) {
    const char* const first = &buffer_[begin_];
    const std::size_t held = end_ - begin_;
    if (*first == tls_handshake) return fail("this port does not speak TLS");
    const auto* const newline =
        static_cast<const char*>(std::memchr(first + parsed_, '\n', held - parsed_));
    const std::size_t size = newline != nullptr ? static_cast<std::size_t>(newline - first) : held;
    if (size >= limits_.line_bytes_max) return fail_at_limit("too big inline request");
    parsed_ = held;
    if (newline == nullptr) return Step::need_more;

    const std::span<char> text{&buffer_[begin_], size};
    begin_ += size + 1;
    parsed_ = 0;
    request.args.clear();
    request.framed = false;
    const InlineOutcome outcome = split_inline(text, limits_.arguments_max, request.args);
    if (outcome == InlineOutcome::unbalanced) return fail("unbalanced quotes in request");
    if (outcome == InlineOutcome::too_many) {
        return fail_at_limit("too many arguments in inline request");
    }
    return request.args.empty() ? Step::again : Step::ready;
}

/// Takes, in one pass, an array that is there to its end and whose lengths are short: the usual
/// request. \return false, without change, for any other request.
bool RequestParser::whole_array(Request& request) {
    const char* const first = &buffer_[begin_];
    const char* const end = first + (end_ - begin_);
    std::size_t count = 0;
    const char* at = after_short_header(first, end, '*', count);
    if (at == nullptr || count == 0 || count > limits_.arguments_max) return false;
    if (request.args.size() != count) request.args.resize(count);
    for (std::string_view& arg : request.args) {
        std::size_t size = 0;
        at = after_short_header(at, end, '$', size);
        if (at == nullptr || size > limits_.argument_bytes_max) return false;
        if (static_cast<std::size_t>(end - at) < size + line_end_bytes) return false;
        arg = {at, size};
        at += size;
        if (!is_line_end(at)) return false;
        at += line_end_bytes;
    }
    const auto bytes = static_cast<std::size_t>(at - first);
    if (bytes > limits_.request_bytes_max) return false;
    begin_ += bytes;
    request.framed = true;
    return true;
}

/// Reads a decimal number and its CRLF at `from`: a sign, no zeros in front, as clients write it.
RequestParser::Step RequestParser::length_at(std::size_t from, std::int64_t& length,
                                             std::size_t& after) const noexcept {
    const std::size_t end = std::min(end_, from + header_bytes_max);
    const Step cut_off = end == end_ ? Step::need_more : Step::failed;
    std::size_t at = from;
    const bool negative = at != end && buffer_[at] == '-';
    if (negative) ++at;
    const std::size_t first_digit = at;
    std::int64_t value = 0;
    for (; at != end && buffer_[at] >= '0' && buffer_[at] <= '9'; ++at) {
        if (at != first_digit && value == 0) return Step::failed;
        value = value * 10 + (buffer_[at] - '0');
    }
    if (at == end) return cut_off;
    if (at == first_digit || buffer_[at] != '\r') return Step::failed;
    if (negative && value == 0) return Step::failed;
    if (++at == end) return cut_off;
    if (buffer_[at] != '\n') return Step::failed;
    length = negative ? -value : value;
    after = at + 1;
    return Step::ready;
}

RequestParser::Step RequestParser::array_header() {
    std::int64_t length = 0;
    std::size_t after = 0;
    const Step step = length_at(begin_ + 1, length, after);
    if (step == Step::need_more) return step;
    if (step == Step::failed) return fail("invalid multibulk length");
    if (length > static_cast<std::int64_t>(limits_.arguments_max)) {
        return fail_at_limit(limits_.authenticated ? "invalid multibulk length"
                                                   : "unauthenticated multibulk length");
    }
    if (length <= 0) {
        begin_ = after;
        return Step::again;
    }
    arguments_left_ = static_cast<std::size_t>(length);
    argument_bytes_ = no_length;
    arguments_.clear();
    parsed_ = after - begin_;
    return Step::again;
}

RequestParser::Step RequestParser::argument_header() {
    const std::size_t at = begin_ + parsed_;
    if (at == end_) return Step::need_more;
    if (buffer_[at] != '$') {
        std::string message = "expected '$', got ";
        append_quoted(message, {{&buffer_[at], 1}});
        return fail(std::move(message));
    }
    std::int64_t length = 0;
    std::size_t after = 0;
    const Step step = length_at(at + 1, length, after);
    if (step == Step::need_more) return step;
    if (step == Step::failed || length < 0) return fail("invalid bulk length");
    if (length > static_cast<std::int64_t>(limits_.argument_bytes_max)) {
        return fail_at_limit(limits_.authenticated ? "invalid bulk length"
                                                   : "unauthenticated bulk length");
    }
    parsed_ = after - begin_;
    argument_bytes_ = length;
    if (parsed_ + static_cast<std::size_t>(length) + line_end_bytes > limits_.request_bytes_max) {
        return fail_at_limit("too big request");
    }
    return Step::ready;
}

RequestParser::Step RequestParser::array(Request& request) {
    while (arguments_left_ != 0) {
        if (argument_bytes_ == no_length) {
            const Step step = argument_header();
            if (step != Step::ready) return step;
        }
        const auto size = static_cast<std::size_t>(argument_bytes_);
        if (end_ - begin_ - parsed_ < size + line_end_bytes) return Step::need_more;
        const char* const after = &buffer_[begin_ + parsed_ + size];
        if (after[0] != '\r' || after[1] != '\n') return fail("expected CRLF after bulk string");
        arguments_.push_back(
            {static_cast<std::uint32_t>(parsed_), static_cast<std::uint32_t>(size)});
        parsed_ += size + line_end_bytes;
        argument_bytes_ = no_length;
        --arguments_left_;
    }
    request.args.clear();
    request.framed = true;
    for (const Argument& argument : arguments_) {
        request.args.emplace_back(&buffer_[begin_ + argument.offset], argument.size);
    }
    begin_ += parsed_;
    parsed_ = 0;
    return Step::ready;
}

RequestParser::Step RequestParser::fail_at_limit(std::string message) {
    is_beyond_limits_ = true;
    return fail(std::move(message));
}

RequestParser::Step RequestParser::fail(std::string message) {
    error_ = std::move(message);
    return Step::failed;
}

}  // namespace allot
