/// Allot inside another program: a shop that keeps its stock in a directory, without a server.
/// In CMake: find_package(allot), then target_link_libraries(shop PRIVATE allot::storage).
/// It prints what happens, and fails if that differs from the comments.

#include <allot/store.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <variant>

namespace {

/// Checks the promise of a comment, in every build type.
void check(bool promise, const char* what) {
    if (promise) return;
    std::cerr << "broken promise: " << what << '\n';
    std::exit(EXIT_FAILURE);
}

/// Converts a result to text: a refusal is an enumerator, and the program chooses the words for
/// people.
std::string spoken(const allot::Result<allot::BatchRef>& outcome) {
    if (outcome) return "ships from " + std::string{outcome->view()};
    return "refused: " + std::string{to_string(outcome.error())};
}

void show_stock(allot::Store& store, const allot::Sku& sku) {
    std::cout << "\n  batch      eta         purchased  available\n";
    for (const allot::BatchStock& batch : store.stock(sku).value()) {
        const std::string eta = batch.eta.in_warehouse() ? "warehouse" : batch.eta.to_string();
        std::cout << "  " << std::left << std::setw(11) << batch.batch.view() << std::setw(12)
                  << eta << std::right << std::setw(9) << batch.purchased << std::setw(11)
                  << batch.available << '\n';
    }
    std::cout << '\n';
}

void receive_stock(allot::Store& store) {
    // The compiler checks literals: {"batch-001 ", "RED-CHAIR", 0} does not compile.
    store.add_batch({"batch-001", "RED-CHAIR", 100}).value();
    store.add_batch({"batch-002", "RED-CHAIR", 50, "2030-01-15"}).value();
    store.add_batch({"batch-003", "BLUE-LAMP", 5}).value();
    std::cout << "received stock\n";
    show_stock(store, "RED-CHAIR");
}

void take_orders(allot::Store& store) {
    // Durable on return: a power cut after this line does not undo it.
    const auto first = store.allocate(allot::OrderLine{"order-1", "RED-CHAIR", 90});
    std::cout << "order-1, 90 chairs: " << spoken(first) << '\n';
    check(first.value() == allot::BatchRef{"batch-001"}, "the warehouse ships first");

    // The same line again gives the same result, so a caller in doubt can simply retry.
    const auto again = store.allocate(allot::OrderLine{"order-1", "RED-CHAIR", 90});
    std::cout << "order-1, once more: " << spoken(again) << '\n';
    check(again == first, "a line is allocated once");

    // A line is never split: ten are left in the warehouse, fifty arrive.
    const auto second = store.allocate(allot::OrderLine{"order-2", "RED-CHAIR", 20});
    std::cout << "order-2, 20 chairs: " << spoken(second) << '\n';
    check(second.value() == allot::BatchRef{"batch-002"}, "the shipment takes what is too large");

    // Text is checked at run time, and a refusal is a value.
    const auto quantity = allot::Quantity::parse("0");
    check(quantity.error() == allot::Refusal::bad_quantity, "no order of nothing");
    const auto unknown = store.allocate(allot::OrderLine{"order-3", "GREEN-SOFA", 1});
    std::cout << "order-3, a sofa: " << spoken(unknown) << '\n';
    check(unknown.error() == allot::Refusal::unknown_sku, "what was never stocked is unknown");
}

/// An order of several lines ships whole or not at all.
void take_an_order_of_several_lines(allot::Store& store) {
    const allot::AllocateOrder order{"order-4", {{"RED-CHAIR", 4}, {"BLUE-LAMP", 6}}};
    const auto refused = store.allocate(order);
    check(refused.has_error() && refused.error().line == 1, "six lamps of five cannot be had");
    check(store.allocations("order-4").empty(), "then no chair is allocated either");
    std::cout << "order-4, 4 chairs and 6 lamps: line " << refused.error().line + 1 << ' '
              << to_string(refused.error().refusal) << ", nothing allocated\n";

    const auto waiting = store.shortages().value();
    check(waiting.size() == 1 && waiting.front().line.sku == allot::Sku{"BLUE-LAMP"},
          "and a planner sees what was wanted");
    store.deallocate({"order-4"}).value();  // five will do: the line of six is withdrawn

    const allot::AllocateOrder smaller{"order-4", {{"RED-CHAIR", 4}, {"BLUE-LAMP", 5}}};
    check(store.allocate(smaller).has_value(), "five can");
    std::cout << "order-4, 4 chairs and 5 lamps:";
    for (const allot::Allocation& line : store.allocations("order-4")) {
        std::cout << ' ' << line.quantity.units() << " from " << line.batch.view();
    }
    std::cout << '\n';
}

/// Explains an allocation in advance: nothing changes.
void ask_why(allot::Store& store) {
    const auto before = store.state_hash();
    const auto plan = store.explain({"order-5", {{"RED-CHAIR", 7}}});
    std::cout << "order-5, 7 chairs, would be decided so:\n";
    for (const allot::Candidate& candidate : plan.front().candidates) {
        const bool chosen = candidate.verdict == allot::Verdict::chosen;
        std::cout << "  " << candidate.batch.view() << " has " << candidate.available << ": "
                  << (chosen ? "chosen" : "passed over") << '\n';
    }
    check(store.state_hash() == before, "an explanation changes nothing");
    check(store.allocate(allot::OrderLine{"order-5", "RED-CHAIR", 7}) == plan.front().outcome,
          "what was announced is what happens");
}

/// Several changes as one unit of work: durable together or not at all, and only if the stock has
/// not changed since it was read.
void give_chairs_to_another(allot::Store& store) {
    const allot::Version seen = store.version("RED-CHAIR").value();
    const auto swap = [&](allot::UnitOfWork& work) -> allot::Result<allot::BatchRef> {
        const auto expected = work.expect("RED-CHAIR", seen);
        if (!expected) return expected.error();
        handle(allot::Deallocate{"order-2"}, work).value();
        // A part that is refused alone: its shortage is recorded, and the unit continues.
        const auto lamps = work.attempt([](allot::UnitOfWork& part) {
            return handle(allot::Allocate{{"order-6", "BLUE-LAMP", 100}}, part);
        });
        check(lamps.has_error(), "there are no hundred lamps");
        return handle(allot::Allocate{{"order-6", "RED-CHAIR", 20}}, work);
    };
    const auto swapped = store.transact(swap);
    check(swapped.has_value() && store.allocations("order-2").empty(), "both, or neither");
    check(store.shortages(allot::Sku{"BLUE-LAMP"}).value().size() == 1,
          "and the lamps are waited for");
    std::cout << "order-6 has the chairs of order-2: " << spoken(swapped) << '\n';

    const auto late = store.transact(swap);  // `seen` is the old version
    check(late.error() == allot::Refusal::version_conflict, "the stock has moved on");
}

/// The journal is the outbox: a reader that keeps the cursor of the last fact misses nothing, even
/// after crashes. If a restore has lost that fact, DivergedHistory says where to continue.
void see_what_has_happened(allot::Store& store) {
    std::map<std::string, int> allocated;
    allot::HistoryCursor seen;
    const auto cursor = store.facts(1);
    for (auto facts = cursor->take(100); !facts.empty(); facts = cursor->take(100)) {
        for (const allot::CommittedFact& fact : facts) {
            if (const auto* const line = std::get_if<allot::LineAllocated>(&fact.fact)) {
                ++allocated[std::string{line->batch.view()}];
            }
            seen = fact.cursor();
        }
    }
    check(seen == store.cursor(), "that was the last one");
    std::cout << "lines allocated, from the first fact on:";
    for (const auto& [batch, lines] : allocated) std::cout << ' ' << lines << " to " << batch;
    std::cout << '\n';
    check(allocated["batch-001"] == 2 && allocated["batch-002"] == 2, "each of them once");

    // Or subscribe: the store calls back with each fact, on another thread.
    std::promise<std::string> sku;
    const auto subscription =
        store.subscribe(seen, [&, done = false](const allot::CommittedFact& fact) mutable {
            if (!std::exchange(done, true)) {
                sku.set_value(std::string{allot::sku_of(fact.fact).view()});
            }
        });
    store.add_batch({"batch-004", "BLUE-LAMP", 20, "2030-02-01"}).value();
    check(sku.get_future().get() == "BLUE-LAMP", "a subscriber receives it");
    std::cout << "a subscriber has received the new lamps\n";
}

}  // namespace

int main() {
    std::string name = std::filesystem::temp_directory_path() / "allot-embed-XXXXXX";
    check(::mkdtemp(name.data()) != nullptr, "there is space for a store");
    const std::filesystem::path directory{name};
    std::uint64_t state = 0;
    {
        auto store = allot::Store::open(directory);
        receive_stock(store);
        take_orders(store);
        take_an_order_of_several_lines(store);
        ask_why(store);
        see_what_has_happened(store);
        give_chairs_to_another(store);
        state = store.state_hash();
    }  // closed; after a kill of the process the next line would find the same
    {
        auto store = allot::Store::open(directory);
        check(store.state_hash() == state, "all of it is there again");
        check(store.available("RED-CHAIR").value() == 100 + 50 - 90 - 20 - 4 - 7, "to the unit");
        std::cout << "\nopened again, all of it is there\n";
        show_stock(store, "RED-CHAIR");
    }
    std::filesystem::remove_all(directory);
}
