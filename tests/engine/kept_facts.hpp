#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/history.hpp"

namespace allot::testing {

/// Facts that a test keeps, with their names, for as long as it likes.
class KeptFacts {
public:
    void push_back(const CommittedFact& fact) {
        owners_.push_back(FactRun::copy_of(fact));
        facts_.push_back(owners_.back().front());
    }
    void append(const auto& facts) {
        for (const CommittedFact& fact : facts) push_back(fact);
    }
    [[nodiscard]] auto begin() const noexcept { return facts_.begin(); }
    [[nodiscard]] auto end() const noexcept { return facts_.end(); }
    [[nodiscard]] std::size_t size() const noexcept { return facts_.size(); }
    [[nodiscard]] bool empty() const noexcept { return facts_.empty(); }
    [[nodiscard]] const CommittedFact& front() const { return facts_.front(); }
    [[nodiscard]] const CommittedFact& back() const { return facts_.back(); }
    [[nodiscard]] const CommittedFact& operator[](std::size_t at) const { return facts_.at(at); }
    friend bool operator==(const KeptFacts& a, const KeptFacts& b) { return a.facts_ == b.facts_; }

private:
    std::vector<FactRun> owners_;
    std::vector<CommittedFact> facts_;  // views of theirs
};

}  // namespace allot::testing
