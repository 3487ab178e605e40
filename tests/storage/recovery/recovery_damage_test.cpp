// Damage that no crash causes: it is distinguished from a torn tail, and the error names file and
// offset.

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <thread>

#include "engine/state_hash.hpp"
#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/recovery/inspect.hpp"
#include "storage/recovery/recovery.hpp"
#include "tests/dst/disk/stepped_store.hpp"
#include "tests/storage/one_thread.hpp"
#include "tests/storage/recovery/moved_line.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_a_journal_with_a_flipped_bit)

BOOST_FIXTURE_TEST_CASE(when_the_journal_was_closed_then_it_is_refused_or_the_state_is_the_same,
                        Moved, *one_thread) {
    const Bytes whole = journal();
    std::size_t refused = 0;
    std::size_t same = 0;
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < used_bytes(whole); ++at) {
        Bytes bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
        set_journal(bytes);
        try {
            const Recovered recovered = recover(posix_file_system(), path, {});
            ++(state_hash(*recovered.repository) == hash ? same : wrong);
        } catch (const CorruptStore&) {
            ++refused;
        }
    }
    BOOST_TEST(wrong == 0U);
    BOOST_TEST(refused > 500U);
    // A flipped bit in the marks at the end, of an idle or a closed journal, loses nothing.
    BOOST_TEST(same <= 2 * (512 + 2 * sizeof(journal::FrameHeader)));
    BOOST_TEST(journal() != whole);
}

BOOST_FIXTURE_TEST_CASE(
    when_the_store_is_refused_then_file_offset_and_lsn_are_named_and_nothing_has_changed, Moved) {
    Bytes bytes = journal();
    bytes[before_shrink - 20] ^= 1;
    set_journal(bytes);
    try {
        (void)Store::open(path, small_options());
        BOOST_ERROR("the store was opened");
    } catch (const CorruptStore& error) {
        BOOST_TEST(error.file() == first_segment);
        BOOST_TEST(error.lsn() == 4U);
        BOOST_TEST(error.offset() > sizeof(journal::SegmentHeader));
    }
    BOOST_TEST((journal() == bytes));
    BOOST_TEST(!check_store(path).ok);
}

BOOST_FIXTURE_TEST_CASE(when_the_format_is_newer_then_it_is_refused_by_its_version, Moved) {
    Bytes bytes = journal();
    journal::SegmentHeader header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    header.version = journal::format_version + 1;
    header.checksum = journal::checksum_of(std::as_bytes(std::span{&header, 1}));
    std::memcpy(bytes.data(), &header, sizeof header);
    set_journal(bytes);
    BOOST_CHECK_EXCEPTION((void)Store::open(path, small_options()), CorruptStore,
                          [](const CorruptStore& error) {
                              const std::string said =
                                  "format version " + std::to_string(journal::format_version + 1);
                              return std::string{error.what()}.find(said) != std::string::npos;
                          });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_was_not_synced)

// In modes in which replies do not wait for a sync, damage may look like a power cut; check reports
// it.
BOOST_FIXTURE_TEST_CASE(when_whole_groups_follow_an_incomplete_one_then_check_reports_it, Scratch) {
    Bytes bytes;
    std::size_t first_group = 0;
    {
        auto store = Store::open(path, small_options(Durability::Mode::os));
        store.add_batch({"b1", "sku", 100}).value();
        for (int i = 0; i < 5; ++i) {
            const std::uint64_t groups = store.status().journal_groups;
            store.allocate(line("o" + std::to_string(i), "sku", 1)).value();
            // Each line in a group of its own, or together with the batch.
            while (store.status().journal_groups == groups) std::this_thread::yield();
            if (i == 0) first_group = used_bytes(read_file(path / first_segment));
        }
        bytes = read_file(path / first_segment);  // as after a kill
    }
    bytes[first_group + 20] ^= 1;
    write_file(path / first_segment, bytes);
    const CheckReport report = check_store(path);
    BOOST_TEST(!report.ok);
    BOOST_TEST(report.last < 6U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_of_several_segments)

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_missing_then_it_is_refused, Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 1'000'000}).value();
        for (int i = 0; i < 5'000; ++i) {
            const auto answer = store.allocate_async(line("order-" + std::to_string(i), "sku", 1));
            if (i % 250 == 0) store.wait(answer.lsn);  // since a group must fit into a segment
        }
    }
    BOOST_TEST(check_store(path).ok);
    const auto second = path / journal::segment_name(2);
    const Bytes bytes = read_file(second);
    BOOST_REQUIRE(!bytes.empty());
    std::filesystem::remove(second);
    BOOST_CHECK_THROW((void)recover(posix_file_system(), path, {}), CorruptStore);
    write_file(second, bytes);
    std::filesystem::rename(path / first_segment, path / journal::segment_name(77));
    BOOST_CHECK_THROW((void)recover(posix_file_system(), path, {}), CorruptStore);
}

BOOST_FIXTURE_TEST_CASE(when_a_unit_is_larger_than_a_segment_then_it_has_one_of_its_own, Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 1'000'000}).value();
        const auto result = store.transact([](UnitOfWork& work) -> Result<void> {
            for (int i = 0; i < 5'000; ++i) {
                (void)handle(Allocate{line("order-" + std::to_string(i), "sku", 1)}, work);
            }
            return {};
        });
        BOOST_TEST(result.has_value());
        store.allocate({"after", "sku", 1}).value();
    }
    BOOST_TEST(std::filesystem::file_size(path / journal::segment_name(2)) > small_segment);
    auto store = Store::open(path, small_options());
    BOOST_TEST(store.available("sku").value() == 994'999);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_snapshot_that_was_taken_while_commands_ran)

BOOST_AUTO_TEST_CASE(when_the_journal_ends_before_its_last_fact_then_it_is_refused) {
    constexpr int skus = 200;  // more than a slice copies
    Random random{1};
    SimulatedDisk disk;
    SteppedStore store{disk, tiny_options(), random};
    for (int i = 0; i < skus; ++i) {
        const std::string number = std::to_string(i);
        store.with_bus([&](MessageBus& bus) {
            return bus.handle(AddBatch{BatchRef::of("b" + number).value(),
                                       Sku::of("sku" + number).value(), Quantity::of(9).value(),
                                       Eta::warehouse()});
        });
    }
    store.settle();
    store.begin_snapshot();
    const auto early = disk.after_kill();
    const Lsn start = store.core().journal.last();
    store.with_bus([](MessageBus& bus) { return bus.handle(Allocate{{"o1", "sku199", 1}}); });
    store.settle();
    BOOST_REQUIRE(store.snapshots() == 1U);

    const auto name = store_directory / snapshot::file_name(start);
    early->put(name, disk.contents(name));
    BOOST_CHECK_EXCEPTION(
        (void)recover(*early, store_directory, {}), CorruptStore, [&](const CorruptStore& damage) {
            return damage.lsn() == start + 1 &&
                   std::string{damage.what()}.find("ends before LSN " +
                                                   std::to_string(start + 1)) != std::string::npos;
        });
}

BOOST_AUTO_TEST_SUITE_END()
