// The segments that a journal keeps, with right and wrong wall clocks.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "storage/bootstrap.hpp"
#include "storage/journal/segment_info.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/sample_commands.hpp"

using namespace allot;
using namespace allot::testing;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::microseconds;

namespace {

constexpr microseconds right_now{1'300'000'000'000'000};

/// Errors of a clock, each ahead and behind.
std::vector<microseconds> errors(std::initializer_list<microseconds> sizes) {
    std::vector<microseconds> all;
    for (const microseconds size : sizes) all.insert(all.end(), {size, -size});
    return all;
}
std::vector<microseconds> all_errors() {
    return errors({1s, 1min, 1h, 23h, days{1}, days{6}, days{8}, days{30}, days{365}});
}
std::vector<microseconds> some_errors() { return errors({1s, 1h, days{8}, days{365}}); }

/// Segments that are written in simulated time, by several processes in turn.
class AgingJournal {
public:
    /// Writes a unit, an hour after the previous one, with a clock that is wrong by so much.
    void write(microseconds wrong = {}) {
        time_ += 1h;
        if (std::exchange(is_closed_, false)) opened_ = time_;
        const UnixMicros wall = (right_now + time_ + wrong).count();
        units_.emplace_back(segments_.size(), wall);
        note_write(segments_, wall, time_ - opened_);
        for (std::size_t at = 0; at < ended_.size(); ++at) {
            if (age(at) > time_ - ended_[at]) BOOST_ERROR("segment " << at << " is not so old");
        }
    }
    void write_days(int count, microseconds wrong = {}) {
        for (int i = 0; i < count; ++i) {
            for (int hour = 0; hour < 24; ++hour) write(wrong);
            ended_.push_back(time_);
            begin_segment(segments_, segments_.size() + 1, 0);
        }
    }
    /// Another process writes the next unit, with the times in the journal.
    void restart() {
        segments_.clear();
        for (const auto& [segment, wall] : units_) {
            if (segments_.size() < segment) begin_segment(segments_, segment, 0);
            note_write(segments_, wall, 0us);
        }
        if (segments_.size() == ended_.size()) begin_segment(segments_, ended_.size() + 1, 0);
        is_closed_ = true;
    }
    /// As restart(), each day.
    void write_days_apart(int count) {
        for (int i = 0; i < count; ++i) {
            restart();
            write_days(1);
        }
    }
    [[nodiscard]] microseconds age(std::size_t segment) const {
        return age_of(segments_.at(segment), segments_.back());
    }

private:
    microseconds time_{0}, opened_{0};
    bool is_closed_ = true;
    std::vector<SegmentInfo> segments_{{1, 1}};
    std::vector<std::pair<std::size_t, UnixMicros>> units_;  // segment and wall time of each
    std::vector<microseconds> ended_;                        // the end of each segment but the last
};

class SetClock final : public Clock {
public:
    [[nodiscard]] UnixMicros now() noexcept override { return time.count(); }
    microseconds time = right_now;
};

/// A store whose clock is set by hand, opened anew for each piece of work.
struct ClockedStore {
    explicit ClockedStore(std::chrono::seconds age = {}) {
        options.segment_bytes = 2U << 10U;
        options.keep_journal_age = age;
    }
    [[nodiscard]] Store open() { return bootstrap("store", options, {disk, clock}); }
    /// \return the first LSN that is kept afterwards.
    Lsn work(Store& store, int pieces = 3) {
        for (int i = 0; i < pieces; ++i, done += 30) {
            run_commands(store, done, done + 30);
            store.snapshot();
        }
        return store.history().oldest();
    }
    Lsn work(int pieces = 3) {
        auto store = open();
        return work(store, pieces);
    }

    SimulatedDisk disk;
    SetClock clock;
    StoreOptions options = small_options();
    int done = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_wall_clock_that_is_wrong)

BOOST_AUTO_TEST_CASE(
    when_the_clock_was_wrong_at_one_start_then_nothing_is_too_old_and_all_grows_old) {
    for (const microseconds error : all_errors()) {
        for (const int wrong_days : {1, 3}) {
            AgingJournal journal;
            journal.write_days_apart(6);
            journal.restart();
            journal.write_days(wrong_days, error);
            journal.restart();
            journal.write_days(4);
            journal.write_days_apart(6);
            BOOST_TEST(journal.age(0).count() >= microseconds{days{7}}.count());
        }
    }
}

BOOST_AUTO_TEST_CASE(
    when_the_clock_was_wrong_at_the_first_start_then_nothing_is_too_old_and_all_grows_old) {
    for (const microseconds error : all_errors()) {
        AgingJournal journal;
        journal.write_days(1, error);
        journal.write_days_apart(9);
        BOOST_TEST(journal.age(0).count() >= microseconds{days{7}}.count());
    }
}

BOOST_AUTO_TEST_CASE(when_the_clock_was_wrong_while_running_then_ages_are_right) {
    for (const microseconds error : all_errors()) {
        AgingJournal journal;
        journal.write_days(5);
        journal.write(error);
        journal.write_days(1);
        const microseconds age = journal.age(0);
        BOOST_TEST((age == days{5} + 1h));
        journal.restart();
        journal.write_days(8);
        BOOST_TEST(journal.age(0).count() >= microseconds{days{7}}.count());
    }
}

BOOST_AUTO_TEST_CASE(when_the_clock_steps_back_and_forth_then_ages_do_not_add_up) {
    for (const microseconds error : all_errors()) {
        for (const bool restarts : {false, true}) {
            AgingJournal journal;
            for (int i = 0; i < 100; ++i) {
                if (restarts) journal.restart();
                journal.write(i % 2 == 0 ? error : 0us);
                if (i % 20 == 19) journal.write_days(1);
            }
            journal.restart();
            journal.write_days(8);
            BOOST_TEST(journal.age(0).count() >= microseconds{days{7}}.count());
        }
    }
}

BOOST_AUTO_TEST_CASE(when_a_file_has_an_impossible_time_then_nothing_overflows) {
    std::vector<SegmentInfo> segments{{1, 1}};
    for (int i = 0; i < 100; ++i) {
        for (const UnixMicros wall :
             {std::numeric_limits<UnixMicros>::min(), std::numeric_limits<UnixMicros>::max()}) {
            note_write(segments, wall, 0us);
        }
    }
    begin_segment(segments, 2, 1);
    BOOST_TEST(age_of(segments[0], segments[1]).count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_whose_clock_was_wrong)

BOOST_AUTO_TEST_CASE(when_no_age_is_kept_then_its_journal_is_pruned_as_ever) {
    for (const microseconds error : some_errors()) {
        ClockedStore its;
        its.work();
        its.clock.time += error;
        its.work();
        its.clock.time -= error;
        const Lsn before = its.work();
        auto store = its.open();
        BOOST_TEST(its.work(store) > before);
        its.clock.time += error;
        const Lsn wrong = its.work(store);
        its.clock.time -= error;
        BOOST_TEST(its.work(store) > wrong);
    }
}

BOOST_AUTO_TEST_CASE(when_a_week_is_kept_then_one_line_of_a_wrong_time_drops_nothing) {
    for (const microseconds error : some_errors()) {
        for (const bool restarts : {false, true}) {
            ClockedStore its{days{7}};
            {
                auto store = its.open();
                its.work(store);
                its.clock.time += error;
                if (!restarts) BOOST_TEST(its.work(store, 1) == 1U);
            }
            if (restarts) BOOST_TEST(its.work(1) == 1U);
            its.clock.time += 1h - error;
            BOOST_TEST(its.work() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_a_week_is_kept_then_older_segments_are_removed_finally) {
    for (const microseconds error : some_errors()) {
        ClockedStore its{days{7}};
        its.work();
        its.clock.time += error;
        its.work();
        its.clock.time -= error;
        Lsn oldest = 0;
        for (int day = 0; day < 10; ++day) {
            its.clock.time += days{1};
            oldest = its.work(1);
            if (day < 6) BOOST_TEST(oldest == 1U);
        }
        BOOST_TEST(oldest > 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
