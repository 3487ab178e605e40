#include "storage/snapshot/snapshot_file.hpp"

#include <boost/test/unit_test.hpp>

#include "engine/state_hash.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scratch.hpp"
#include "tests/storage/seed.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

std::vector<std::filesystem::path> snapshots_in(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> paths;
    for (const Lsn start : list_snapshots(posix_file_system(), directory)) {
        paths.push_back(directory / snapshot::file_name(start));
    }
    return paths;
}

/// Two snapshots, with facts after each.
struct TwoSnapshots : Scratch {
    TwoSnapshots() {
        auto options = small_options(Durability::Mode::os);
        options.segment_bytes = 1U << 20U;  // one segment holds everything, so nothing is pruned
        auto store = Store::open(path, options);
        run_commands(store, 0, 200);
        store.snapshot();
        run_commands(store, 200, 1'200);
        store.snapshot();
        run_commands(store, 1'200, 1'400);
        hash = store.state_hash();
        BOOST_TEST(store.status().shortages > 0U);
    }
    std::uint64_t hash = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_snapshots)

BOOST_FIXTURE_TEST_CASE(when_the_store_is_restarted_then_snapshot_and_journal_give_the_same_state,
                        TwoSnapshots) {
    const auto starts = list_snapshots(posix_file_system(), path);
    BOOST_REQUIRE(starts.size() == 2U);
    for (const Lsn start : {starts[0], starts[1], Lsn{0}}) {
        const Recovered recovered = recover_from(posix_file_system(), path, start, {});
        BOOST_TEST(state_hash(*recovered.repository) == hash);
    }
    BOOST_TEST(check_store(path).ok);
}

BOOST_AUTO_TEST_CASE(when_a_snapshot_is_taken_at_any_moment_then_the_state_does_not_change) {
    for (int k = 1; k < 60; k += 7) {
        const Scratch scratch;
        std::uint64_t hash = 0;
        {
            auto store = Store::open(scratch.path, small_options(Durability::Mode::os));
            run_commands(store, 0, k);
            store.snapshot();
            run_commands(store, k, 60);
            hash = store.state_hash();
        }
        auto store = Store::open(scratch.path, small_options(Durability::Mode::os));
        BOOST_TEST(store.state_hash() == hash);
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_newest_is_damaged_then_the_older_serves_with_a_warning,
                        TwoSnapshots, *one_thread) {
    const auto newest = snapshots_in(path).back();
    const Bytes whole = read_file(newest);
    for (std::size_t at = 0; at < whole.size(); at += 37 * one_in) {
        Bytes bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
        write_file(newest, bytes);
        std::size_t warnings = 0;
        StoreOptions options;
        options.warning = [&](std::string_view) { ++warnings; };
        const Recovered recovered = recover(posix_file_system(), path, options);
        BOOST_TEST(state_hash(*recovered.repository) == hash);
        BOOST_TEST(warnings == 1U);
        BOOST_TEST(recovered.snapshots.size() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_newest_is_of_another_format_then_it_is_refused, TwoSnapshots) {
    const auto newest = snapshots_in(path).back();
    Bytes bytes = read_file(newest);
    snapshot::Header header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    header.version = snapshot::format_version + 1;
    header.checksum = journal::checksum_of(std::as_bytes(std::span{&header, 1}));
    std::memcpy(bytes.data(), &header, sizeof header);
    write_file(newest, bytes);
    BOOST_CHECK_THROW((void)recover(posix_file_system(), path, {}), UnknownFormat);
}

BOOST_FIXTURE_TEST_CASE(when_a_snapshot_is_of_another_store_then_it_is_refused, TwoSnapshots) {
    const TwoSnapshots other;
    const auto newest = snapshots_in(path).back();
    const auto foreign = snapshots_in(other.path).back();
    BOOST_REQUIRE(foreign.filename() == newest.filename());
    write_file(newest, read_file(foreign));
    BOOST_CHECK_THROW((void)recover(posix_file_system(), path, {}), CorruptStore);
}

BOOST_FIXTURE_TEST_CASE(when_the_newest_is_cut_short_then_the_older_serves, TwoSnapshots,
                        *one_thread) {
    const auto newest = snapshots_in(path).back();
    const Bytes whole = read_file(newest);
    for (std::size_t size = 0; size < whole.size(); size += 101 * one_in) {
        write_file(newest, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        const Recovered recovered = recover(posix_file_system(), path, {});
        BOOST_TEST(state_hash(*recovered.repository) == hash);
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_ends_before_it_then_it_is_refused, TwoSnapshots) {
    // As if the disk had lost synced bytes: the snapshot holds more than the journal.
    const auto segment = path / journal::segment_name(1);
    Bytes bytes = read_file(segment);
    std::fill(bytes.begin() + 1'000, bytes.end(), '\0');
    write_file(segment, bytes);
    BOOST_CHECK_THROW((void)recover(posix_file_system(), path, {}), CorruptStore);
}

BOOST_FIXTURE_TEST_CASE(when_more_snapshots_are_taken_then_two_stay_and_the_journal_since_the_older,
                        Scratch) {
    auto options = small_options(Durability::Mode::os);
    std::uint64_t hash = 0;
    {
        auto store = Store::open(path, options);
        for (int i = 0; i < 5; ++i) {
            run_commands(store, i * 500, (i + 1) * 500);
            store.snapshot();
        }
        run_commands(store, 2'500, 2'600);
        hash = store.state_hash();
    }
    BOOST_TEST(snapshots_in(path).size() == 2U);
    BOOST_TEST(!std::filesystem::exists(path / journal::segment_name(1)));
    const CheckReport report = check_store(path);
    BOOST_TEST(report.ok);
    BOOST_TEST(report.state_hash == hash);
    Lsn first = 0;
    read_journal(path, 0, [&](const CommittedFact& fact) {
        if (first == 0) first = fact.lsn;
    });
    BOOST_TEST(first > 1U);
    BOOST_TEST(first <= list_snapshots(posix_file_system(), path).front() + 1);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_has_grown_then_one_is_taken_by_itself, Scratch) {
    auto options = small_options(Durability::Mode::os);
    options.snapshot_every_bytes = 20'000;
    auto store = Store::open(path, options);
    for (int i = 0; store.status().snapshots_taken == 0 && i < 1'000; ++i) {
        run_commands(store, i * 100, (i + 1) * 100);
    }
    BOOST_TEST(store.status().snapshots_taken > 0U);
}

BOOST_FIXTURE_TEST_CASE(when_its_journal_is_missing_then_that_is_reported, Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 1}).value();
        BOOST_TEST(store.snapshot() == 1U);
    }
    std::filesystem::remove(path / journal::segment_name(1));
    BOOST_CHECK_EXCEPTION(
        (void)Store::open(path, small_options()), CorruptStore, [](const CorruptStore& error) {
            return error.file() == snapshot::file_name(1) &&
                   std::string{error.what()}.find("no journal") != std::string::npos;
        });
}

BOOST_FIXTURE_TEST_CASE(when_lines_are_added_all_the_while_then_it_still_ends, Scratch) {
    constexpr std::size_t skus = 1'000, a_round = 10, held = skus * a_round, most = 64 * held;
    auto store = Store::open(path, {.durability = {.mode = Durability::Mode::os}});
    for (std::size_t i = 0; i < skus; ++i) {
        const auto name = std::to_string(i);
        store.add_batch({BatchRef::of("b" + name).value(), Sku::of("s" + name).value(), 1'000'000})
            .value();
    }
    std::size_t next = 0;
    const auto allocate_some = [&] {
        std::vector<OrderLine> lines;
        for (std::size_t i = 0; i < 1'000; ++i, ++next) {
            lines.push_back(line("o" + std::to_string(next), "s" + std::to_string(next % skus), 1));
        }
        std::vector<Result<BatchRef>> results(lines.size(), Refusal::bad_name);
        store.allocate(lines, results);
    };
    while (next < held) allocate_some();
    BOOST_REQUIRE(store.start_snapshot());
    do {
        allocate_some();
    } while (store.status().snapshot_running && next < most);
    BOOST_TEST(next < most);
}

BOOST_FIXTURE_TEST_CASE(when_no_fact_came_since_the_last_then_none_is_written, Scratch) {
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.snapshot() == 0U);
    store.add_batch({"b1", "sku", 1}).value();
    BOOST_TEST(store.snapshot() == 1U);
    BOOST_TEST(store.snapshot() == 1U);
    BOOST_TEST(store.status().snapshots_taken == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
