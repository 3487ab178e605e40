// R14 in files: short lines exist after a restart, from the journal or from a snapshot.
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "engine/state_hash.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/snapshot/snapshot_file.hpp"
#include "tests/storage/recovery/old_files.hpp"
#include "tests/storage/sample_commands.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

namespace {

Strings rows_of(const std::vector<ShortLine>& shortages) {
    Strings rows;
    for (const auto& [line, since] : shortages) {
        rows.push_back(std::string{line.order.view()} + " " + std::string{line.sku.view()} + " " +
                       std::to_string(line.quantity.units()) + " " + std::to_string(since));
    }
    return rows;
}

Strings rows_of(const Recovered& recovered) {
    return rows_of(shortages({}, *recovered.repository).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_short_lines)

BOOST_FIXTURE_TEST_CASE(R14_when_the_store_is_restarted_then_lines_are_short_since_the_same_fact,
                        Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "A", 8}).value();
        (void)store.allocate(line("o1", "A", 9));
        (void)store.allocate(line("o1", "A", 9));
        (void)store.allocate(line("o2", "A", 20));
        (void)store.allocate(line("o3", "A", 10));
        store.snapshot();
        BOOST_TEST(store.deallocate({"o3"}).value() == 0U);
        store.allocate(line("o5", "A", 5)).value();
        store.add_batch({"b2", "B", 5}).value();
        store.allocate(line("o4", "B", 5)).value();
        BOOST_TEST(store.change_batch_quantity({"b2", Purchased::of(3).value()}).value() == 1U);
        // LSN 9 is the release, 10 the shrunk batch, 11 the shortage.
        BOOST_TEST(store.status().shortages == 3U);
        BOOST_TEST(rows_of(store.shortages(Sku{"A"}).value()) ==
                   (Strings{"o1 A 9 2", "o2 A 20 3"}));
        BOOST_TEST((store.shortages(Sku{"C"}).error() == Refusal::unknown_sku));
        BOOST_TEST(rows_of(store.shortages().value()) ==
                   (Strings{"o1 A 9 2", "o2 A 20 3", "o4 B 5 11"}));
    }
    for (const Lsn start : {Lsn{0}, Lsn{4}}) {
        const Recovered again = recover_from(posix_file_system(), path, start, {});
        BOOST_TEST(rows_of(again) == (Strings{"o1 A 9 2", "o2 A 20 3", "o4 B 5 11"}));
        BOOST_TEST(again.shortages_known);
    }
    auto store = Store::open(path, small_options());
    store.change_batch_quantity({"b2", Purchased::of(5).value()}).value();
    store.allocate(line("o4", "B", 5)).value();
    BOOST_TEST(store.shortages(Sku{"B"}).value().empty());
}

BOOST_FIXTURE_TEST_CASE(R14_when_there_are_many_shortages_then_every_snapshot_holds_them, Scratch) {
    auto options = small_options(Durability::Mode::os);
    options.segment_bytes = 1U << 20U;  // one segment holds everything, so nothing is pruned
    std::uint64_t hash = 0, held = 0;
    {
        auto store = Store::open(path, options);
        run_commands(store, 0, 300);
        for (int i = 0; i < 2'000; ++i) {
            (void)store.allocate(line("an-order-of-more-than-23-bytes-" + std::to_string(i % 50),
                                      "sku-" + std::to_string(i % 7), 1'000 + i / 2));
        }
        store.snapshot();
        run_commands(store, 300, 600);
        store.snapshot();
        run_commands(store, 600, 700);
        hash = store.state_hash();
        held = store.status().shortages;
    }
    BOOST_TEST(held > 1'000U);
    for (const Lsn start : list_snapshots(posix_file_system(), path)) {
        const Recovered again = recover_from(posix_file_system(), path, start, {});
        BOOST_TEST(state_hash(*again.repository) == hash);
    }
    const CheckReport report = check_store(path);
    BOOST_TEST(report.ok);
    BOOST_TEST(report.shortages == held);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_of_format_1)

BOOST_FIXTURE_TEST_CASE(when_the_journal_alone_is_read_then_its_shortages_are_known, OldFiles) {
    const Recovered all = recovered(0);
    BOOST_TEST(all.shortages_known);
    BOOST_TEST(rows_of(all) == (Strings{"o2 A 5 3", "o4 B 5 7"}));
    BOOST_TEST(check_store(path).ok);
}

BOOST_FIXTURE_TEST_CASE(when_the_snapshot_is_read_then_only_those_after_it_are_known, OldFiles) {
    const Recovered rest = recovered(3);
    BOOST_TEST(!rest.shortages_known);
    BOOST_TEST(rows_of(rest) == Strings{"o4 B 5 7"});
    BOOST_TEST(stock_hash(*rest.repository) == stock_hash(*recovered(0).repository));
}

BOOST_FIXTURE_TEST_CASE(when_the_store_is_used_further_then_new_facts_follow_the_old_ones,
                        OldFiles) {
    {
        auto store = Store::open(path, small_options());
        BOOST_TEST(store.deallocate({"o4"}).value() == 0U);
        (void)store.allocate(line("o5", "A", 50));
    }
    BOOST_TEST(rows_of(recovered(3)) == Strings{"o5 A 50 11"});
    BOOST_TEST(rows_of(recovered(0)) == (Strings{"o2 A 5 3", "o5 A 50 11"}));
    BOOST_TEST(check_store(path).ok);
}

BOOST_FIXTURE_TEST_CASE(when_its_history_is_read_then_the_new_facts_follow_the_old_ones, OldFiles) {
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.deallocate({"o4"}).value() == 0U);
    const auto facts = store.facts(1)->take(20);
    BOOST_REQUIRE(facts.size() == 10U);
    BOOST_TEST((std::get<BatchAdded>(facts.front().fact).batch == BatchRef{"b1"}));
    BOOST_TEST((std::get<ShortageWithdrawn>(facts.back().fact).line.order == OrderId{"o4"}));
}

BOOST_FIXTURE_TEST_CASE(when_a_shortage_that_the_snapshot_lacks_was_withdrawn_then_it_is_still_read,
                        OldFiles) {
    const Bytes snapshot = read_file(snapshot_path());
    std::filesystem::remove(snapshot_path());
    {
        auto store = Store::open(path, small_options());
        BOOST_TEST(store.deallocate({"o2"}).value() == 0U);
    }
    write_file(snapshot_path(), snapshot);
    BOOST_TEST(rows_of(recovered(3)) == Strings{"o4 B 5 7"});
    BOOST_TEST(check_store(path).ok);
}

BOOST_FIXTURE_TEST_CASE(when_the_snapshot_claims_to_hold_shortages_then_it_is_refused, OldFiles) {
    Bytes bytes = read_file(snapshot_path());
    snapshot::Header header{};
    snapshot::ChunkHeader chunk{};
    std::memcpy(&header, bytes.data(), sizeof header);
    std::memcpy(&chunk, bytes.data() + sizeof header, sizeof chunk);
    chunk.shortages = 1;
    const auto chunk_bytes = std::span{bytes}.subspan(sizeof header);
    std::memcpy(chunk_bytes.data(), &chunk, sizeof chunk);
    chunk.checksum = journal::checksum_of(std::as_bytes(chunk_bytes));
    std::memcpy(chunk_bytes.data(), &chunk, sizeof chunk);
    header.chain = chunk.checksum;
    header.checksum = journal::checksum_of(std::as_bytes(std::span{&header, 1}));
    std::memcpy(bytes.data(), &header, sizeof header);
    write_file(snapshot_path(), bytes);
    BOOST_CHECK_EXCEPTION((void)recovered(3), CorruptStore, [](const CorruptStore& error) {
        return std::string{error.what()}.find("format version does not have") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_of_format_2)

BOOST_FIXTURE_TEST_CASE(R14_when_a_line_was_refused_again_then_it_is_short_once, Version2Files) {
    std::set<std::uint64_t> hashes;
    for (const Lsn start : {Lsn{0}, Lsn{4}, Lsn{11}}) {
        const Recovered all = recovered(start);
        BOOST_TEST(all.shortages_known);
        BOOST_TEST(rows_of(all) == Strings{"o2 A 5 3"});
        hashes.insert(state_hash(*all.repository));
    }
    BOOST_TEST(hashes.size() == 1U);
    BOOST_TEST(check_store(path).ok);
}

BOOST_FIXTURE_TEST_CASE(R14_when_a_line_is_refused_once_more_then_that_is_no_fact, Version2Files) {
    auto store = Store::open(path, small_options());
    (void)store.change_batch_quantity({"b2", Purchased::of(18).value()}).value();
    const Lsn last = store.status().last;
    BOOST_TEST((store.allocate(line("o2", "A", 5)).error() == Refusal::out_of_stock));
    BOOST_TEST(store.status().last == last);
}

BOOST_AUTO_TEST_SUITE_END()
