#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace allot::testing {

/// The rules of allocation in the plainest words, to hold the engine against: lists, searched from
/// the front. What it answers is the batch's reference, a count, or the refusal's words.
class NaiveModel {
public:
    struct Line {
        std::string order, sku;
        std::int64_t units = 0;
        bool operator==(const Line&) const = default;
    };
    struct Batch {
        std::string ref, sku, eta;  // eta: empty in the warehouse, which sorts first
        std::int64_t purchased = 0;
        std::vector<Line> lines;  // in the order of allocation

        [[nodiscard]] std::int64_t available() const {
            std::int64_t units = purchased;
            for (const Line& line : lines) units -= line.units;
            return units;
        }
    };

    std::string add_batch(const std::string& ref, const std::string& sku, std::int64_t units,
                          const std::string& eta) {
        if (const Batch* known = find(ref)) {
            const bool same = known->sku == sku && known->purchased == units && known->eta == eta;
            return same ? "ok" : "batch exists";
        }
        batches.push_back({ref, sku, eta, units, {}});
        return "ok";
    }

    std::string allocate(const Line& line) {
        const auto ranked = ranked_batches(line.sku);
        if (ranked.empty()) return "unknown SKU";
        for (const Batch* batch : ranked) {
            if (std::ranges::find(batch->lines, line) != batch->lines.end()) return batch->ref;
        }
        for (Batch* batch : ranked) {
            if (batch->available() < line.units) continue;
            batch->lines.push_back(line);
            return batch->ref;
        }
        return "out of stock";
    }

    /// All lines or none; `batch batch …`, or the refusal's words and the line's place.
    std::string allocate_order(const std::vector<Line>& lines) {
        const std::vector<Batch> before = batches;
        std::string answer;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string given = allocate(lines[i]);
            if (find(given) == nullptr) {
                batches = before;
                return given + " " + std::to_string(i);
            }
            answer += given + " ";
        }
        return answer;
    }

    std::string deallocate(const Line& line) {
        std::size_t released = 0;
        for (Batch& batch : batches) released += std::erase(batch.lines, line);
        return std::to_string(released);
    }

    std::string set_quantity(const std::string& ref, std::int64_t units) {
        Batch* const batch = find(ref);
        if (batch == nullptr) return "unknown batch";
        batch->purchased = units;
        std::vector<Line> released;
        while (batch->available() < 0) {
            released.insert(released.begin(), batch->lines.back());
            batch->lines.pop_back();
        }
        for (const Line& line : released) allocate(line);
        return std::to_string(released.size());
    }

    std::string reschedule(const std::string& ref, const std::string& eta) {
        Batch* const batch = find(ref);
        if (batch == nullptr) return "unknown batch";
        batch->eta = eta;
        return "ok";
    }

    Batch* find(const std::string& ref) {
        const auto at = std::ranges::find(batches, ref, &Batch::ref);
        return at == batches.end() ? nullptr : &*at;
    }

    std::vector<Batch*> ranked_batches(const std::string& sku) {
        std::vector<Batch*> ranked;
        for (Batch& batch : batches) {
            if (batch.sku == sku) ranked.push_back(&batch);
        }
        std::ranges::stable_sort(ranked, {}, &Batch::eta);
        return ranked;
    }

    std::vector<Batch> batches;  // in the order in which they were added
};

}  // namespace allot::testing
