#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "storage/backup/backup.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/engine/kept_facts.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

inline constexpr const char* history_store = "store";

/// A store on a simulated disk, to which facts are added in any number of runs.
struct HistoryFixture {
    std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>(3);
    SimulatedDisk vault;
    StoreOptions options = [] {
        StoreOptions small = small_options();
        small.segment_bytes = 2U << 10U;
        return small;
    }();

    [[nodiscard]] Store open() { return Store::open(*disk, history_store, options); }
    /// Adds batches, one fact each. \return the cursor of the last.
    static HistoryCursor add(Store& store, int count = 1) {
        for (int i = 0; i < count; ++i) {
            const Lsn next = store.journal().last() + 1;
            store.add_batch({BatchRef::of("b" + std::to_string(next)).value(), "SKU", 7}).value();
        }
        return store.cursor();
    }
    /// As above, in a run of its own.
    HistoryCursor add(int count = 1) {
        Store store = open();
        return add(store, count);
    }
    void back_up() { (void)backup_store(*disk, history_store, vault, "backup", {}); }
    void restore() {
        (void)restore_store(vault, "backup", *disk, history_store, {.replace = true});
    }
};

/// \return the last cursor that the store and the cursor's history have in common, according to the
/// error.
inline HistoryCursor agreed_cursor(Store& store, const HistoryCursor& cursor) {
    try {
        (void)store.facts(cursor);
    } catch (const DivergedHistory& diverged) {
        BOOST_TEST(diverged.history() == cursor.history);
        BOOST_CHECK_THROW((void)store.subscribe(cursor, [](const CommittedFact&) {}),
                          DivergedHistory);
        return diverged.agreed();
    }
    return {0, ~Lsn{0}};
}

inline KeptFacts facts_after(Store& store, const HistoryCursor& cursor) {
    KeptFacts facts;
    const auto reading = store.facts(cursor);
    for (FactRun run; !(run = reading->take(3)).empty();) {
        facts.append(run);
        BOOST_TEST((run.cursor() == facts.back().cursor()));
    }
    return facts;
}

}  // namespace allot::testing
