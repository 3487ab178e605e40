// Promises of durability, on a disk that forgets: at every operation of a running store, what a
// power cut would leave behind is recovered and compared with what was acknowledged.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/recovery.hpp"
#include "storage/store.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

const std::filesystem::path directory = "store";
constexpr std::uint64_t tiny_segment = 8U << 10U;

StoreOptions tiny_options() {
    StoreOptions options = small_options();
    options.segment_bytes = tiny_segment;
    return options;
}

/// What a run has done, for whoever looks at the disk meanwhile, from any thread.
class History {
public:
    void happened(Lsn last, std::uint64_t hash) {
        const std::scoped_lock lock{mutex_};
        hashes_[last] = hash;
    }
    /// \return what is wrong with a state that was recovered, or nothing.
    [[nodiscard]] std::string judge(Lsn last, std::uint64_t hash, Lsn acknowledged) const {
        const std::scoped_lock lock{mutex_};
        if (last < acknowledged) {
            return "recovered to LSN " + std::to_string(last) + ", acknowledged was " +
                   std::to_string(acknowledged);
        }
        const auto unit = hashes_.find(last);
        if (unit == hashes_.end()) return "half a unit: LSN " + std::to_string(last);
        if (unit->second != hash) return "another state at LSN " + std::to_string(last);
        return {};
    }

private:
    mutable std::mutex mutex_;
    std::map<Lsn, std::uint64_t> hashes_{{0, state_hash_of_nothing()}};

    static std::uint64_t state_hash_of_nothing() {
        MemoryRepository nothing{1};
        return state_hash(nothing);
    }
};

std::string numbered(const char* what, std::uint64_t number) {
    return what + std::to_string(number);
}

/// Random commands for a store, of a kind that meets every rule soon.
class Shopper {
public:
    Shopper(Store& store, History& history, Random& random)
        : store_{store}, history_{history}, random_{random} {}

    /// \return the LSN to wait for. \throws std::system_error when the storage has failed.
    Lsn command() {
        switch (random_() % 10) {
            case 0:
            case 1:
                return run(AddBatch{batch(), sku(), Quantity::of(1 + pick(50)).value(), eta()});
            case 2:
                return run(ChangeBatchQuantity{batch(), Purchased::of(pick(40)).value()});
            case 3:
                return run(Reschedule{batch(), eta()});
            case 4:
                return run(Deallocate{order()});
            case 5:
                return run(AllocateOrder{order(), {{sku(), quantity()}, {sku(), quantity()}}});
            default:
                return run(Allocate{{order(), sku(), quantity()}});
        }
    }

private:
    template <class Command>
    Lsn run(const Command& command) {
        // The hash is noted within the turn: nothing of the unit is written before.
        const std::scoped_lock turn{store_.turn()};
        const Lsn last = store_.bus().handle(command).lsn;
        history_.happened(last, state_hash(store_.bus().repository()));
        return last;
    }
    std::int64_t pick(std::int64_t below) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
    }
    Quantity quantity() { return Quantity::of(1 + pick(20)).value(); }
    Sku sku() { return Sku::of(numbered("sku-", random_() % 5)).value(); }
    OrderId order() { return OrderId::of(numbered("order-", random_() % 30)).value(); }
    BatchRef batch() { return BatchRef::of(numbered("batch-", random_() % 12)).value(); }
    Eta eta() {
        const auto day = static_cast<std::int32_t>(15'000 + random_() % 5);
        return random_() % 2 == 0 ? Eta::warehouse() : Eta::of_days(day).value();
    }

    Store& store_;
    History& history_;
    Random& random_;
};

/// Cuts the power at operations of a disk, and judges what is recovered.
class PowerCuts {
public:
    PowerCuts(const History& history, std::uint64_t seed, int draws)
        : history_{history}, random_{seed}, draws_{draws} {}

    /// \param acknowledged before the cut.
    void cut(const SimulatedDisk& disk, Lsn acknowledged) {
        const std::scoped_lock lock{mutex_};
        for (int draw = 0; draw < draws_; ++draw) {
            ++cuts_;
            judge(*disk.after_power_cut(random_), acknowledged);
        }
    }
    /// As cut(); and the power fails again at every operation of the recovery.
    void cut_and_recover(const SimulatedDisk& disk, Lsn acknowledged) {
        const std::scoped_lock lock{mutex_};
        ++cuts_;
        const auto found = disk.after_power_cut(random_);
        found->before = [&](DiskOperation) {
            ++nested_;
            judge(*found->after_power_cut(random_), acknowledged);
        };
        open(*found);
        found->before = nullptr;
        judge(*found, acknowledged);
    }

    [[nodiscard]] int cuts() const { return cuts_; }
    [[nodiscard]] int nested() const { return nested_; }
    [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }

private:
    void judge(SimulatedDisk& disk, Lsn acknowledged) {
        try {
            const Recovered found = recover(disk, directory, {});
            const std::string wrong = history_.judge(found.journal.tail.last,
                                                     state_hash(*found.repository), acknowledged);
            if (!wrong.empty()) findings_.push_back(wrong);
            for (const std::string& violation : violations(*found.repository)) {
                findings_.push_back(violation);
            }
        } catch (const std::exception& error) {
            findings_.push_back(std::string{"refused: "} + error.what());
        }
    }
    /// All that an opening does to a disk, on this thread.
    void open(SimulatedDisk& disk) {
        try {
            const Recovered found = recover(disk, directory, {});
            if (found.journal.torn) cut_torn_tail(disk, directory, *found.journal.torn);
            JournalTail tail = found.journal.tail;
            if (tail.segment == 0) tail.store_id = 1;
            ++tail.epoch;
            JournalWriter writer{disk, directory, tail, tiny_segment, Zeros::written};
            writer.mark(journal::FrameKind::idle);
            writer.sync();
        } catch (const std::exception& error) {
            findings_.push_back(std::string{"cannot be opened: "} + error.what());
        }
    }

    const History& history_;
    std::mutex mutex_;
    Random random_;
    int draws_;
    int cuts_ = 0;
    int nested_ = 0;
    std::vector<std::string> findings_;
};

std::uint64_t seed_of_run() {
    const char* const given = std::getenv("ALLOT_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

void report(const std::vector<std::string>& findings) {
    for (std::size_t i = 0; i < std::min<std::size_t>(findings.size(), 5); ++i) {
        BOOST_TEST_MESSAGE(findings[i]);
    }
    BOOST_TEST(findings.size() == 0U);
}

/// Runs a store through `commands` commands, told of each operation of its disk.
template <class Look>
void shop(std::uint64_t seed, int commands, History& history, Look&& look) {
    SimulatedDisk disk;
    Random random{seed};
    std::atomic<const Journal*> journal = nullptr;
    disk.before = [&](DiskOperation) {
        const Journal* const running = journal;
        look(disk, running == nullptr ? Lsn{0} : running->durable());
    };
    {
        Store store = Store::open(disk, directory, tiny_options());
        journal = &store.journal();
        Shopper shopper{store, history, random};
        for (int i = 0; i < commands; ++i) {
            const Lsn last = shopper.command();
            if (random() % 3 == 0) store.wait(last);
            if (random() % 40 == 0) (void)store.snapshot();
        }
        store.wait(store.journal().last());
        // The store's own last operations find its journal's durable LSN where it was.
    }
    disk.before = nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_disk_that_forgets)

BOOST_AUTO_TEST_CASE(when_the_power_is_cut_at_any_operation_then_all_acknowledged_is_there) {
    const std::uint64_t seed = seed_of_run();
    BOOST_TEST_MESSAGE("ALLOT_SEED=" << seed);
    History history;
    PowerCuts cuts{history, seed, 4};
    shop(seed, 300, history,
         [&](const SimulatedDisk& disk, Lsn acknowledged) { cuts.cut(disk, acknowledged); });
    BOOST_TEST_MESSAGE(cuts.cuts() << " power cuts");
    BOOST_TEST(cuts.cuts() > 500);
    report(cuts.findings());
}

BOOST_AUTO_TEST_CASE(when_it_is_cut_again_while_recovering_then_nothing_is_lost_either) {
    const std::uint64_t seed = seed_of_run();
    BOOST_TEST_MESSAGE("ALLOT_SEED=" << seed);
    History history;
    PowerCuts cuts{history, seed, 1};
    shop(seed, 60, history, [&](const SimulatedDisk& disk, Lsn acknowledged) {
        cuts.cut_and_recover(disk, acknowledged);
    });
    BOOST_TEST_MESSAGE(cuts.nested() << " nested power cuts");
    BOOST_TEST(cuts.nested() > 200);
    report(cuts.findings());
}

BOOST_AUTO_TEST_CASE(when_any_operation_fails_then_nothing_is_acknowledged_that_is_not_there) {
    using Failure = SimulatedDisk::Failure;
    const std::uint64_t seed = seed_of_run();
    BOOST_TEST_MESSAGE("ALLOT_SEED=" << seed);
    std::vector<std::string> findings;
    int failures = 0;
    for (const auto& [code, short_write] :
         {std::pair{std::errc::io_error, false}, std::pair{std::errc::no_space_on_device, false},
          std::pair{std::errc::file_too_large, false}, std::pair{std::errc::interrupted, false},
          std::pair{std::errc{}, true}}) {
        for (const bool for_ever : {false, true}) {
            for (std::uint64_t at = 0; at < 60; ++at) {
                SimulatedDisk disk;
                disk.plant(Failure{at, code, for_ever, short_write});
                History history;
                Random random{seed};
                Lsn acknowledged = 0;
                bool failed = false;
                try {
                    Store store = Store::open(disk, directory, tiny_options());
                    Shopper shopper{store, history, random};
                    for (int i = 0; i < 25; ++i) {
                        try {
                            const Lsn last = shopper.command();
                            store.wait(last);
                            if (failed) findings.push_back("acknowledged after a failure");
                            acknowledged = last;
                        } catch (const std::system_error&) {
                            failed = true;
                        }
                        if (i % 10 == 9) {
                            try {
                                (void)store.snapshot();
                            } catch (const std::system_error&) {
                                ++failures;  // of the snapshot alone, perhaps
                            }
                        }
                    }
                } catch (const std::system_error&) {
                    failed = true;
                }
                failures += failed ? 1 : 0;
                PowerCuts cuts{history, seed + at, 3};
                cuts.cut(disk, acknowledged);
                for (const std::string& finding : cuts.findings()) {
                    findings.push_back("failure at " + std::to_string(at) + ": " + finding);
                }
            }
        }
    }
    BOOST_TEST_MESSAGE(failures << " failures told");
    BOOST_TEST(failures > 100);
    report(findings);
}

BOOST_AUTO_TEST_SUITE_END()
