#include "net/notify/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace allot::notify {

namespace {
constexpr std::chrono::seconds::rep after_max = 86'400;  // a day
}

std::chrono::seconds retry_after(const std::string& value, std::time_t now) {
    const bool is_number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    std::chrono::seconds::rep seconds = after_max;
    if (is_number) {
        // On overflow the value stays after_max.
        (void)std::from_chars(value.data(), value.data() + value.size(), seconds);
    } else {
        const std::time_t date = curl_getdate(value.c_str(), nullptr);
        seconds = date < 0 ? 0 : date - now;
    }
    return std::chrono::seconds{std::clamp<std::chrono::seconds::rep>(seconds, 0, after_max)};
}

}  // namespace allot::notify
