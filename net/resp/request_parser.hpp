#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/core/request.hpp"
#include "net/limits.hpp"

namespace allot {

/// Takes requests out of a stream of bytes, however it is cut: arrays of bulk strings, and inline
/// commands (net/resp/PROTOCOL.md). Knows no socket. Each byte is looked at and moved a bounded
/// number of times.
class RequestParser {
public:
    enum class Outcome : std::uint8_t {
        ready,      ///< the request is filled in
        need_more,  ///< no complete request is left
        error,      ///< see error(); the stream cannot be read any further
    };

    explicit RequestParser(const RequestLimits& limits) noexcept : limits_{limits} {}

    /// Returns the buffer for the next bytes, which is not empty. Invalidates all requests.
    [[nodiscard]] std::span<char> prepare();
    /// Takes `bytes` that were put there. \pre at most the size of the last prepare().
    void commit(std::size_t bytes) noexcept;
    /// Fills in the next complete request. Empty ones are skipped.
    [[nodiscard]] Outcome next(Request& request);

    /// The error, without the words `Protocol error: `; empty: none.
    [[nodiscard]] std::string_view error() const noexcept { return error_; }
    /// True if the error is an exceeded limit.
    [[nodiscard]] bool is_beyond_limits() const noexcept { return is_beyond_limits_; }
    /// The number of bytes after the last complete request.
    [[nodiscard]] std::size_t pending() const noexcept { return end_ - begin_; }
    /// Frees the memory. Parses nothing from now on.
    void clear() noexcept;
    /// Memory that it holds.
    [[nodiscard]] std::size_t capacity() const noexcept {
        return capacity_ + arguments_.capacity() * sizeof(Argument);
    }
    /// Sets the limits from the next request on.
    void set_limits(const RequestLimits& limits) noexcept { limits_ = limits; }

    /// The buffer's size with little and with much traffic. A larger request makes it grow, for as
    /// long as it is there.
    static constexpr std::size_t buffer_bytes_min = 2 * kibibyte;
    static constexpr std::size_t buffer_bytes_busy = 16 * kibibyte;
    /// The limit of one read, however large the buffer: many may be ready at a time.
    static constexpr std::size_t read_bytes_max = 64 * kibibyte;

private:
    enum class Step : std::uint8_t { ready, again, need_more, failed };
    struct Argument {
        std::uint32_t offset;  // from begin_
        std::uint32_t size;
    };
    static constexpr std::int64_t no_length = -1;

    bool whole_array(Request& request);
    Step line(Request& request);
    Step array_header();
    Step array(Request& request);
    Step argument_header();
    Step length_at(std::size_t from, std::int64_t& length, std::size_t& after) const noexcept;
    Step fail(std::string message);
    Step fail_at_limit(std::string message);
    void resize(std::size_t capacity);

    RequestLimits limits_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;           // first byte of the request being read
    std::size_t parsed_ = 0;          // bytes of it understood so far, or searched for a line's end
    std::size_t end_ = 0;             // after the last byte received
    std::size_t traffic_ = 0;         // bytes a read lately, at most
    std::size_t arguments_left_ = 0;  // of the array being read
    std::int64_t argument_bytes_ = no_length;  // of the argument being read
    std::vector<Argument> arguments_;
    std::string error_;
    bool is_beyond_limits_ = false;
};

}  // namespace allot
