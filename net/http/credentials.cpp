#include "net/http/credentials.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "net/text/ascii_case.hpp"

namespace allot::http {

namespace {

/// \return nothing unless all of the text is padded Base64.
std::optional<std::string> decode_base64(std::string_view text) {
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    };
    const std::size_t digits = std::min(text.find('='), text.size());
    const std::string_view padding = text.substr(digits);
    if (text.empty() || text.size() % 4 != 0 || padding.size() > 2 ||
        !std::ranges::all_of(text.substr(0, digits), is_digit) ||
        !std::ranges::all_of(padding, [](char c) { return c == '='; })) {
        return {};
    }
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return {};
    bytes.resize(static_cast<std::size_t>(size) - padding.size());
    return bytes;
}

}  // namespace

std::optional<std::string> password_in(std::string_view authorization) {
    const std::size_t space = authorization.find(' ');
    if (space == std::string_view::npos) return {};
    const std::string_view scheme = authorization.substr(0, space);
    std::string_view rest = authorization.substr(space);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (equal_ignoring_case(scheme, "Bearer")) return std::string{rest};
    if (!equal_ignoring_case(scheme, "Basic")) return {};
    const auto decoded = decode_base64(rest);
    if (!decoded) return {};
    const std::size_t colon = decoded->find(':');
    if (colon == std::string::npos) return {};
    return decoded->substr(colon + 1);
}

}  // namespace allot::http
