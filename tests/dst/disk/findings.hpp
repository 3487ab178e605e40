#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace allot::testing {

/// The broken promises, a sentence each. Only the first few are kept, because they repeat.
class Findings {
public:
    static constexpr std::size_t kept_max = 10;

    void add(std::string finding) {
        ++count_;
        if (kept_.size() < kept_max) kept_.push_back(std::move(finding));
    }
    void add_all(const Findings& others, const std::string& where) {
        for (const std::string& finding : others.kept_) add(where + finding);
        count_ += others.count_ - others.kept_.size();
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const std::vector<std::string>& kept() const noexcept { return kept_; }

private:
    std::size_t count_ = 0;
    std::vector<std::string> kept_;
};

}  // namespace allot::testing
