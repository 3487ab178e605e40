// Runs of a store, from seeds, that end in every way; between them its disk is set back to an older
// state, by an image or by a backup. After each run, every cursor that was ever returned is read.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/backup/backup.hpp"
#include "tests/dst/disk/random_commands.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

using Ids = std::vector<HistoryId>;

/// A disk, and the known facts and histories of the store on it.
struct Image {
    std::unique_ptr<SimulatedDisk> disk;
    Ids written_in = {};  ///< each fact, from LSN 1
    std::set<HistoryId> met =
        {};  ///< histories that this disk, or one it was copied from, has seen
};

class Rewinds {
public:
    explicit Rewinds(std::uint64_t seed)
        : random_{seed}, now_{std::make_unique<SimulatedDisk>(random_())} {}

    void live() {
        constexpr Durability::Mode modes[] = {Durability::Mode::always, Durability::Mode::interval,
                                              Durability::Mode::os, Durability::Mode::os};
        {
            SteppedStore store{*now_.disk, tiny_options(modes[random_() % std::size(modes)]),
                               random_};
            begin(store.core());
            judge(store.core());
            const std::uint64_t units = random_() % 30;
            for (std::uint64_t i = 0; i < units; ++i) {
                work(store);
                if (random_() % 12 == 0) keep_image();
            }
            if (random_() % 3 == 0) store.close();
            read(store.core());
        }
        end();
    }
    std::uint64_t parted = 0;   ///< refused cursors
    std::uint64_t unknown = 0;  ///< of these, with an unknown history

private:
    void begin(StoreCore& core) {
        const Lsn last = core.journal.last();
        BOOST_REQUIRE(last <= now_.written_in.size());
        now_.written_in.resize(last);
        id_ = core.recovered.journal.tail.history;
        before_[id_] = now_.written_in;
    }

    void work(SteppedStore& store) {
        const Lsn last = store.with_bus([&](MessageBus& bus) { return commands_.command(bus); });
        now_.written_in.resize(last, id_);
        for (std::uint64_t steps = random_() % 40; steps > 0; --steps) store.step();
        if (random_() % 9 == 0) store.begin_snapshot();
        if (random_() % 3 == 0) read(store.core());
    }

    /// Reads the visible facts, as a reader that keeps all of them.
    void read(StoreCore& core) {
        const FactHistory& history = core.history;
        const Lsn from = std::max(core.history.oldest(), Lsn{1});
        const auto cursor = core.history.read(from);
        for (FactRun run; !(run = cursor->take(100)).empty();) {
            for (const CommittedFact& fact : run) {
                BOOST_REQUIRE(fact.history == now_.written_in.at(fact.lsn - 1));
                BOOST_REQUIRE((history.cursor_at(fact.lsn) == fact.cursor()));
                const auto [first_seen, is_new] =
                    seen_.try_emplace({fact.history, fact.lsn}, FactRun::copy_of(fact));
                BOOST_REQUIRE((first_seen->second.front().fact == fact.fact));
                now_.met.insert(fact.history);
            }
        }
    }

    /// The last LSN up to which this store has the facts that it had when the cursor was returned.
    [[nodiscard]] Lsn agreed_with(const HistoryCursor& cursor) const {
        const Ids& before = before_.at(cursor.history);
        Lsn agreed = 0;
        for (; agreed < std::min(cursor.lsn, now_.written_in.size()); ++agreed) {
            const HistoryId there = agreed < before.size() ? before[agreed] : cursor.history;
            if (there != now_.written_in[agreed]) break;
        }
        return agreed;
    }

    void judge(StoreCore& core) {
        for (const auto& [position, fact] : seen_) {
            const HistoryCursor cursor{position.first, position.second};
            const Lsn agreed = agreed_with(cursor);
            try {
                const Lsn next = core.history.next_after(cursor);
                BOOST_REQUIRE_MESSAGE(
                    agreed == cursor.lsn,
                    "served: " + text_of(cursor) + ", agreed up to " + std::to_string(agreed));
                BOOST_REQUIRE(next == cursor.lsn + 1);
            } catch (const DivergedHistory& diverged) {
                ++parted;
                const bool is_met = now_.met.contains(cursor.history);
                if (!is_met && diverged.agreed().lsn == 0) {
                    ++unknown;
                } else {
                    BOOST_REQUIRE_MESSAGE(diverged.agreed().lsn == agreed,
                                          "parted: " + text_of(cursor) + ", at " +
                                              text_of(diverged.agreed()) + ", agreed up to " +
                                              std::to_string(agreed));
                }
                BOOST_REQUIRE((diverged.agreed() == core.history.cursor_at(agreed)) ||
                              diverged.agreed().lsn == 0);
            }
        }
    }

    void keep_image() {
        images_.push_back({now_.disk->after_kill(), now_.written_in, now_.met});
        if (images_.size() > 6) images_.erase(images_.begin());
    }

    void end() {
        switch (random_() % 8) {
            case 0:
            case 1:
                now_.disk = now_.disk->after_power_cut(random_);
                break;
            case 2:
                now_.disk = now_.disk->after_kill();
                back_up();
                break;
            case 3:
                now_.disk = now_.disk->after_kill();
                restore(random_() % 3 != 0);
                break;
            case 4:
                roll_back();
                break;
            default:
                now_.disk = now_.disk->after_kill();
        }
    }

    void roll_back() {
        if (images_.empty()) return;
        const Image& image = images_[random_() % images_.size()];
        now_ = {image.disk->after_kill(), image.written_in, image.met};
    }

    void back_up() {
        const auto report =
            backup_store(*now_.disk, store_directory, vault_, "backup", {.replace = true});
        backup_ = {nullptr, now_.written_in, now_.met};
        backup_.written_in.resize(report.last);
        is_backed_up_ = true;
    }

    void restore(bool in_place) {
        if (!is_backed_up_) return;
        std::set<HistoryId> met = backup_.met;
        if (in_place) {
            met.insert(now_.met.begin(), now_.met.end());
        } else {
            now_.disk = std::make_unique<SimulatedDisk>(random_());
        }
        (void)restore_store(vault_, "backup", *now_.disk, store_directory, {.replace = true});
        now_.written_in = backup_.written_in;
        now_.met = std::move(met);
    }

    Random random_;
    Image now_;
    std::vector<Image> images_;
    SimulatedDisk vault_;
    Image backup_;
    bool is_backed_up_ = false;
    RandomCommands commands_{random_, 3};
    HistoryId id_ = 0;
    std::map<HistoryId, Ids> before_;  // for each history: the histories of the facts before it
    std::map<std::pair<HistoryId, Lsn>, FactRun> seen_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_stores_that_are_set_back, *one_thread)

BOOST_AUTO_TEST_CASE(when_cursors_of_all_times_are_read_then_none_silently_skips_a_fact) {
    std::uint64_t parted = 0, unknown = 0;
    for (std::uint64_t seed = 1; seed <= 12 / one_in; ++seed) {
        Rewinds store{seed};
        BOOST_TEST_CONTEXT("seed " << seed) {
            for (int lives = 0; lives < 40; ++lives) store.live();
        }
        parted += store.parted;
        unknown += store.unknown;
    }
    BOOST_TEST(unknown > 0U);  // from images older than those histories
    BOOST_TEST(parted > unknown + 1'000U / one_in);
}

BOOST_AUTO_TEST_SUITE_END()
