#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/invariants.hpp"
#include "engine/message_bus.hpp"
#include "engine/repository.hpp"
#include "engine/state_hash.hpp"
#include "tests/engine/memory_history.hpp"

namespace allot::testing {

class FixedClock final : public Clock {
public:
    [[nodiscard]] UnixMicros now() noexcept override { return 1'300'000'000'000'000; }
};

// Days in a test's own calendar.
inline constexpr std::string_view today = "2011-01-01";
inline constexpr std::string_view tomorrow = "2011-01-02";
inline constexpr std::string_view later = "2011-01-11";

/// An engine in memory with commands and answers in plain text: an answer is the batch's reference
/// or the text of the refusal.
class EngineFixture {
public:
    static Quantity quantity(std::int64_t units) { return Quantity::of(units).value(); }
    static OrderLine line(std::string_view order, std::string_view sku, std::int64_t units) {
        return {OrderId::of(order).value(), Sku::of(sku).value(), quantity(units)};
    }

    template <class Command>
    auto run(const Command& command) {
        auto answer = bus.handle(command);
        read_facts();
        return answer.result;
    }
    /// Reads the facts since the last call.
    void read_facts() {
        while (cursor->next() <= journal.history.end()) {
            runs.push_back(cursor->take(100));
            for (const CommittedFact& fact : runs.back()) facts.push_back(fact.fact);
        }
    }

    std::string add_batch(std::string_view ref, std::string_view sku, std::int64_t units,
                          std::string_view eta = {}) {
        const Eta day = eta.empty() ? Eta::warehouse() : Eta::parse(eta).value();
        return text_of(
            run(AddBatch{BatchRef::of(ref).value(), Sku::of(sku).value(), quantity(units), day}));
    }
    std::string allocate(std::string_view order, std::string_view sku, std::int64_t units) {
        const auto answer = run(Allocate{line(order, sku, units)});
        return answer ? std::string{answer->view()} : text_of(answer);
    }
    std::string set_quantity(std::string_view batch, std::int64_t units) {
        const auto answer =
            run(ChangeBatchQuantity{BatchRef::of(batch).value(), Purchased::of(units).value()});
        return answer ? std::to_string(*answer) : text_of(answer);
    }
    std::string reschedule(std::string_view batch, std::string_view eta) {
        const Eta day = eta.empty() ? Eta::warehouse() : Eta::parse(eta).value();
        return text_of(run(Reschedule{BatchRef::of(batch).value(), day}));
    }
    std::size_t deallocate(std::string_view order, std::string_view sku, std::int64_t units) {
        return run(Deallocate{OrderId::of(order).value(), Sku::of(sku).value(), quantity(units)})
            .value();
    }

    [[nodiscard]] std::int64_t available(std::string_view batch) const {
        return repository.ledger().batch(repository.ledger().find_batch(batch)).available();
    }
    Version version(std::string_view sku) {
        return repository.find(Sku::of(sku).value())->version();
    }
    /// `sku quantity batch`, in the order of allocation.
    std::vector<std::string> allocations(std::string_view order) {
        std::vector<std::string> rows;
        for (const Allocation& row : allot::allocations(OrderId::of(order).value(), repository)) {
            rows.push_back(std::string{row.sku.view()} + " " +
                           std::to_string(row.quantity.units()) + " " +
                           std::string{row.batch.view()});
        }
        return rows;
    }

    /// `order sku quantity since`, oldest first.
    std::vector<std::string> shortages(std::optional<Sku> sku = {}) {
        std::vector<std::string> rows;
        for (const auto& [line, since] : allot::shortages({.sku = sku}, repository).value()) {
            rows.push_back(std::string{line.order.view()} + " " + std::string{line.sku.view()} +
                           " " + std::to_string(line.quantity.units()) + " " +
                           std::to_string(since));
        }
        return rows;
    }

    Repository repository{1};
    MemoryJournal journal;
    FixedClock clock;
    MessageBus bus{repository, journal, clock};
    std::unique_ptr<FactCursor> cursor = journal.history.read(1);
    std::vector<FactRun> runs;  // own the names of `facts`
    std::vector<Fact> facts;    // what a reader of the history has received

private:
    template <class T>
    static std::string text_of(const Result<T>& answer) {
        return std::string{answer ? "ok" : to_string(answer.error())};
    }
};

}  // namespace allot::testing
