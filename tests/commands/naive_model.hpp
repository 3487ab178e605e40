#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace allot::testing {

/// The rules of allocation in the plainest code, for comparison with the engine: lists, searched
/// from the front. An answer is the batch's reference, a count, or the text of the refusal.
class NaiveModel {
public:
    struct Line {
        std::string order, sku;
        std::int64_t units = 0;
        std::uint64_t fact = 0;  // of its first allocation
        bool operator==(const Line& other) const {
            return order == other.order && sku == other.sku && units == other.units;
        }
    };
    struct Batch {
        std::string ref, sku, eta;  // eta: empty in the warehouse, which sorts first
        std::int64_t purchased = 0;
        std::vector<Line> lines;  // in the order of their first allocation

        [[nodiscard]] std::int64_t available() const {
            std::int64_t units = purchased;
            for (const Line& line : lines) units -= line.units;
            return units;
        }
    };

    struct Shortage {
        Line line;
        std::uint64_t since = 0;  // the fact that recorded it
    };

    std::string add_batch(const std::string& ref, const std::string& sku, std::int64_t units,
                          const std::string& eta) {
        if (const Batch* known = find(ref)) {
            const bool same = known->sku == sku && known->purchased == units && known->eta == eta;
            return same ? "ok" : "batch exists";
        }
        batches.push_back({ref, sku, eta, units, {}});
        changed(sku, {"batch_added", "batch", "+" + ref, "sku", "+" + sku, "quantity", count(units),
                      "eta", day(eta)});
        return "ok";
    }

    /// \param since the fact of the first allocation of a moved line.
    std::string allocate(const Line& line, std::uint64_t since = 0) {
        const auto ranked = ranked_batches(line.sku);
        if (ranked.empty()) return "unknown SKU";
        if (const Batch* holder = holder_of(line)) return holder->ref;
        for (Batch* batch : ranked) {
            if (batch->available() < line.units) continue;
            Fact allocated = with_batch("line_allocated", line, *batch);
            if (since != 0) allocated.insert(allocated.end(), {"since", number(since)});
            Line held = line;
            held.fact = changed(line.sku, allocated);
            if (since != 0) held.fact = since;
            batch->lines.push_back(held);
            std::ranges::sort(batch->lines, {}, &Line::fact);
            std::erase_if(shortages, [&](const Shortage& open) { return open.line == line; });
            return batch->ref;
        }
        find_short(line);
        return "out of stock";
    }

    void find_short(const Line& line) {
        if (std::ranges::find(shortages, line, &Shortage::line) != shortages.end()) return;
        shortages.push_back({line, happened(of_line("out_of_stock", line))});
    }

    /// Allocates all lines or none. \return `batch batch …`, or the text of the refusal and the
    /// line's
    /// index.
    std::string allocate_order(const std::vector<Line>& lines) {
        const NaiveModel before = *this;
        std::string answer;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string given = allocate(lines[i]);
            if (find(given) == nullptr) {
                *this = before;
                if (given == "out of stock") find_short(lines[i]);
                return given + " " + std::to_string(i);
            }
            answer += given + " ";
        }
        return answer;
    }

    /// Executes commands as one unit: each returns its answer, and the line for which it was
    /// refused for lack of stock, if any. When a command is refused, all are undone, and that line
    /// is recorded as short, unless it is allocated after all.
    struct Part {
        std::string answer;
        bool refused = false;
        std::optional<Line> short_line = {};
    };
    template <class Commands>
    std::vector<std::string> all_or_none(const Commands& commands) {
        const NaiveModel before = *this;
        std::vector<std::string> answers;
        for (const auto& command : commands) {
            const Part part = command(*this);
            answers.push_back(part.answer);
            if (!part.refused) continue;
            *this = before;
            if (part.short_line && holder_of(*part.short_line) == nullptr &&
                !ranked_batches(part.short_line->sku).empty()) {
                find_short(*part.short_line);
            }
            break;
        }
        return answers;
    }

    /// What allocate_order() would do with a line, and why each batch is or is not given it.
    struct Explained {
        std::string answer;
        std::vector<std::string> candidates;
    };
    [[nodiscard]] std::vector<Explained> explain(const std::vector<Line>& lines) const {
        NaiveModel plan = *this;  // a line sees those before it
        plan.log = nullptr;
        std::vector<Explained> rows;
        for (const Line& line : lines) {
            std::vector<std::string> candidates;
            const Batch* const holder = plan.holder_of(line);
            bool chosen = false;
            for (const Batch* batch : plan.ranked_batches(line.sku)) {
                const bool fits = batch->available() >= line.units;
                if (holder != nullptr && holder != batch) continue;
                candidates.push_back(batch->ref + ", " + day(batch->eta).substr(1) + ", " +
                                     std::to_string(batch->available()) + " available: " +
                                     (holder != nullptr ? "holds the line already"
                                      : chosen          ? "not needed"
                                      : fits            ? "chosen"
                                                        : "too small"));
                chosen = chosen || fits;
            }
            rows.push_back({plan.allocate(line), candidates});
        }
        return rows;
    }

    /// Releases all lines of an order, those of one SKU, or the line of so many units.
    std::string deallocate(const Line& line) {
        const auto is_meant = [&](const Line& other) {
            return other.order == line.order && (line.sku.empty() || other.sku == line.sku) &&
                   (line.units == 0 || other.units == line.units);
        };
        std::map<std::uint64_t, Fact> released;  // by the fact of their first allocation
        for (Batch& batch : batches) {
            std::erase_if(batch.lines, [&](const Line& held) {
                if (is_meant(held)) released[held.fact] = of_release(held, batch);
                return is_meant(held);
            });
        }
        for (const auto& [ignored, fact] : released) changed(fact[4].substr(1), fact);
        std::erase_if(shortages, [&](const Shortage& open) {
            if (is_meant(open.line)) happened(of_line("shortage_withdrawn", open.line));
            return is_meant(open.line);
        });
        return std::to_string(released.size());
    }

    std::string set_quantity(const std::string& ref, std::int64_t units) {
        Batch* const batch = find(ref);
        if (batch == nullptr) return "unknown batch";
        if (batch->purchased == units) return "0";
        const std::int64_t before = batch->purchased;
        batch->purchased = units;
        std::vector<Line> released;
        while (batch->available() < 0) {
            released.insert(released.begin(), batch->lines.back());
            batch->lines.pop_back();
            changed(batch->sku, of_release(released.front(), *batch));
        }
        changed(batch->sku, {"batch_quantity_changed", "batch", "+" + ref, "sku", "+" + batch->sku,
                             "from", count(before), "to", count(units)});
        for (const Line& line : released) allocate(line, line.fact);
        return std::to_string(released.size());
    }

    std::string reschedule(const std::string& ref, const std::string& eta) {
        Batch* const batch = find(ref);
        if (batch == nullptr) return "unknown batch";
        if (batch->eta != eta) {
            changed(batch->sku, {"batch_rescheduled", "batch", "+" + ref, "sku", "+" + batch->sku,
                                 "from", day(batch->eta), "to", day(eta)});
        }
        batch->eta = eta;
        return "ok";
    }

    /// `order sku quantity since`, oldest first.
    [[nodiscard]] std::vector<std::string> shortage_rows() const {
        std::vector<std::string> rows;
        for (const auto& [line, since] : shortages) {
            rows.push_back(line.order + " " + line.sku + " " + std::to_string(line.units) + " " +
                           std::to_string(since));
        }
        return rows;
    }

    Batch* find(const std::string& ref) {
        const auto at = std::ranges::find(batches, ref, &Batch::ref);
        return at == batches.end() ? nullptr : &*at;
    }

    Batch* holder_of(const Line& line) {
        const auto at = std::ranges::find_if(batches, [&](const Batch& batch) {
            return std::ranges::find(batch.lines, line) != batch.lines.end();
        });
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

    /// How many facts have changed the stock of a SKU.
    [[nodiscard]] std::uint64_t version(const std::string& sku) const {
        const auto known = versions.find(sku);
        return known == versions.end() ? 0 : known->second;
    }

    std::vector<Batch> batches;                     // in the order in which they were added
    std::vector<Shortage> shortages;                // oldest first
    std::uint64_t facts = 0;                        // the number of facts
    std::map<std::string, std::uint64_t> versions;  // of each SKU, the facts that changed its stock

    /// A fact as the feed shows it: its kind, then field and value in turn; `+` before a text, `:`
    /// before a number.
    using Fact = std::vector<std::string>;
    std::vector<Fact>* log = nullptr;  // of all facts of the model and its copies

private:
    std::uint64_t changed(const std::string& sku, const Fact& fact) {
        ++versions[sku];
        return happened(fact);
    }
    std::uint64_t happened(const Fact& fact) {
        if (log != nullptr) {
            log->resize(facts);
            log->push_back(fact);
        }
        return ++facts;
    }
    static std::string count(std::int64_t units) { return ":" + std::to_string(units); }
    static std::string number(std::uint64_t fact) { return ":" + std::to_string(fact); }
    static std::string day(const std::string& eta) {
        return eta.empty() ? "+warehouse" : "+" + eta;
    }
    static Fact of_line(const std::string& kind, const Line& line) {
        return {kind,           "order",    "+" + line.order, "sku",
                "+" + line.sku, "quantity", count(line.units)};
    }
    static Fact with_batch(const std::string& kind, const Line& line, const Batch& batch) {
        Fact fact = of_line(kind, line);
        fact.insert(fact.end(), {"batch", "+" + batch.ref});
        return fact;
    }
    static Fact of_release(const Line& line, const Batch& batch) {
        Fact fact = with_batch("line_deallocated", line, batch);
        fact.insert(fact.end(), {"allocated_at", number(line.fact)});
        return fact;
    }
};

}  // namespace allot::testing
