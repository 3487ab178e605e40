#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace allot::testing {

/// How often each command came, and each refusal.
struct Tally : std::map<std::string, std::uint64_t, std::less<>> {
    void count(std::string_view what) { ++(*this)[std::string{what}]; }
    void add(const Tally& other) {
        for (const auto& [what, times] : other) (*this)[what] += times;
    }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& [what, times] : *this) all += what + " " + std::to_string(times) + ", ";
        return all.substr(0, all.size() - 2);
    }
};

}  // namespace allot::testing
