#pragma once

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>

namespace allot::notify {

/// Thrown when a server refuses and names a delay.
class RetryAfterError : public std::runtime_error {
public:
    RetryAfterError(const std::string& why, std::chrono::seconds after)
        : std::runtime_error{why}, after_{after} {}
    [[nodiscard]] std::chrono::seconds after() const noexcept { return after_; }

private:
    std::chrono::seconds after_;
};

/// The delay in a response's header field Retry-After (RFC 9110, 10.2.3).
/// \param value seconds in digits, or a date.
/// \param now seconds since 1970.
/// \return up to 24 h; 0 if the value is neither, or the date has passed.
[[nodiscard]] std::chrono::seconds retry_after(const std::string& value, std::time_t now);

}  // namespace allot::notify
