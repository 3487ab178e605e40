// Frames and segments without a thread: writer, scan and cutting a torn tail, on a disk that loses
// unsynced bytes.

#include "storage/journal/journal_writer.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "storage/journal/journal_scan.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

using Orders = std::vector<std::string>;
using FileBytes = std::vector<std::byte>;

const std::filesystem::path directory = "store";
constexpr int draws = 200;  // of the effect of a power cut

struct JournalOnDisk {
    JournalOnDisk() { disk.create_directories(directory); }

    static JournalWriter begin(SimulatedDisk& disk, std::uint64_t segment_bytes = 4096) {
        JournalTail tail;
        tail.store_id = 42;
        tail.epoch = 1;
        return {disk, directory, tail, segment_bytes, Preallocation::written};
    }
    static JournalScan scan(SimulatedDisk& disk, Orders* orders = nullptr) {
        return scan_journal(disk, directory, std::nullopt,
                            [&](std::span<const JournaledUnit> units) {
                                if (orders == nullptr) return true;
                                for (const JournaledUnit& unit : units) {
                                    for (const Fact& fact : unit.facts) {
                                        const LineView& line = std::get<OutOfStock>(fact).line;
                                        orders->emplace_back(line.order.view());
                                    }
                                }
                                return true;
                            },
                            {});
    }
    static Orders orders(SimulatedDisk& disk) {
        Orders found;
        (void)scan(disk, &found);
        return found;
    }
    static void write(JournalWriter& writer, const std::string& order) {
        const OrderLine wanted = line(order, "sku", 1);
        const Fact fact = OutOfStock{wanted};
        GroupBuffer group;
        group.add({&fact, 1}, 7);
        writer.write(group);
    }
    [[nodiscard]] FileBytes first_segment() const {
        return disk.contents(directory / journal::segment_name(1));
    }

    SimulatedDisk disk;
    Random random{1};
};

/// True when a file of the disk contains these bytes.
bool holds(SimulatedDisk& disk, const FileBytes& bytes) {
    return std::ranges::any_of(disk.list(directory), [&](const std::string& name) {
        const FileBytes all = disk.contents(directory / name);
        return std::search(all.begin(), all.end(), bytes.begin(), bytes.end()) != all.end();
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_journal_on_a_disk_that_forgets)

BOOST_FIXTURE_TEST_CASE(when_a_process_died_before_its_sync_then_the_next_one_makes_it_durable,
                        JournalOnDisk) {
    {
        JournalWriter dying = begin(disk);
        write(dying, "o1");
    }
    JournalTail tail = scan(disk).tail;  // the cache still has the frame
    ++tail.epoch;
    const JournalWriter next{disk, directory, tail, 4096, Preallocation::written};
    BOOST_TEST(next.segment() == 1U);
    for (int draw = 0; draw < draws; ++draw) {
        BOOST_REQUIRE((orders(*disk.after_power_cut(random)) == Orders{"o1"}));
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_sync_failed_then_the_next_process_does_not_trust_the_cache,
                        JournalOnDisk) {
    {
        JournalWriter dying = begin(disk);
        write(dying, "o1");
        disk.inject({disk.operations(), std::errc::io_error, false});
        BOOST_CHECK_THROW(dying.sync(), std::system_error);
    }
    // The cache has the frame, marked as clean: a further sync would not write it.
    JournalTail tail = scan(disk).tail;
    ++tail.epoch;
    const JournalWriter next{disk, directory, tail, 4096, Preallocation::written};
    for (int draw = 0; draw < draws; ++draw) {
        BOOST_REQUIRE((orders(*disk.after_power_cut(random)) == Orders{"o1"}));
    }
}

BOOST_FIXTURE_TEST_CASE(
    when_the_journal_continues_in_another_segment_then_the_previous_one_is_durable, JournalOnDisk) {
    JournalWriter writer = begin(disk, 512);
    Orders written;
    while (writer.segment() == 1) {
        written.push_back("o" + std::to_string(written.size()));
        write(writer, written.back());
    }
    for (int draw = 0; draw < draws; ++draw) {
        Orders found = orders(*disk.after_power_cut(random));
        if (found.size() < written.size()) found.push_back(written.back());
        BOOST_REQUIRE((found == written));
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_torn_tail_is_cut_then_at_every_moment_a_file_holds_it,
                        JournalOnDisk) {
    JournalWriter writer = begin(disk);
    write(writer, "o1");
    writer.sync();
    FileBytes bytes = first_segment();
    const FileBytes junk(40, std::byte{7});
    const std::size_t end = scan(disk).tail.offset;
    std::ranges::copy(junk, bytes.begin() + static_cast<std::ptrdiff_t>(end));
    disk.put(directory / journal::segment_name(1), std::move(bytes));
    const auto torn = scan(disk).torn;
    BOOST_REQUIRE(torn.has_value());
    bool always = true;
    const auto look = [&](DiskOperation = {}) {
        for (int draw = 0; draw < draws / 10; ++draw) {
            always = always && holds(*disk.after_power_cut(random), junk);
        }
    };
    disk.before = look;
    clear_torn_tail(disk, directory, *torn);
    disk.before = nullptr;
    look();
    BOOST_TEST(always);
    BOOST_TEST(!scan(disk).torn.has_value());
}

BOOST_FIXTURE_TEST_CASE(when_a_torn_tail_is_cut_then_later_segments_are_renamed, JournalOnDisk) {
    JournalWriter writer = begin(disk);
    write(writer, "o1");
    writer.sync();
    const std::size_t end = scan(disk).tail.offset;
    FileBytes bytes = first_segment();
    const FileBytes tail(11, std::byte{8});
    std::ranges::copy(tail, bytes.begin() + static_cast<std::ptrdiff_t>(end));
    disk.put(directory / journal::segment_name(1), std::move(bytes));
    const FileBytes junk(4096, std::byte{7});
    const std::string behind = journal::segment_name(2);
    disk.put(directory / behind, junk);
    const auto torn = scan(disk).torn;
    BOOST_REQUIRE(torn.has_value());
    BOOST_TEST((torn->later_files == std::vector<std::string>{behind}));
    clear_torn_tail(disk, directory, *torn);
    const auto names = disk.list(directory);
    BOOST_TEST(std::ranges::count(names, behind) == 0);
    BOOST_TEST((disk.contents(directory / ("torn-" + behind)) == junk));
    BOOST_TEST((disk.contents(directory / ("torn-1-" + std::to_string(end) + ".bin")) == tail));
    BOOST_TEST(!scan(disk).torn.has_value());
    BOOST_TEST((orders(disk) == Orders{"o1"}));
}

BOOST_FIXTURE_TEST_CASE(when_a_record_claims_more_than_its_frame_has_then_it_is_refused,
                        JournalOnDisk) {
    JournalWriter writer = begin(disk);
    write(writer, "o1");
    FileBytes bytes = first_segment();
    // As by a faulty program: the checksum is right.
    const std::span frame = std::span{bytes}.subspan(
        sizeof(journal::SegmentHeader), scan(disk).tail.offset - sizeof(journal::SegmentHeader));
    constexpr std::uint32_t too_many = 1U << 20U;
    std::memcpy(frame.data() + sizeof(journal::FrameHeader), &too_many, sizeof too_many);
    const std::uint64_t checksum = journal::checksum_of(frame);
    std::memcpy(frame.data(), &checksum, sizeof checksum);
    disk.put(directory / journal::segment_name(1), std::move(bytes));
    BOOST_CHECK_EXCEPTION((void)scan(disk), CorruptStore, [](const CorruptStore& damage) {
        return damage.lsn() == 1 &&
               std::string{damage.what()}.find("longer than its frame") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_two_copies_of_one_journal)

BOOST_FIXTURE_TEST_CASE(when_a_frame_of_one_is_in_the_other_then_it_is_not_read, JournalOnDisk) {
    JournalWriter writer = begin(disk);
    write(writer, "o1");
    writer.sync();
    const auto copy = disk.after_kill();
    JournalTail tail = scan(*copy).tail;
    JournalWriter other{*copy, directory, tail, 4096, Preallocation::written};
    write(writer, "a2");
    write(other, "b2");
    const std::size_t offset = scan(disk).tail.offset;
    write(writer, "a3");
    write(other, "b3");
    FileBytes mixed = first_segment();
    const FileBytes others = copy->contents(directory / journal::segment_name(1));
    BOOST_REQUIRE(mixed.size() == others.size());
    std::copy(others.begin() + static_cast<std::ptrdiff_t>(offset), others.end(),
              mixed.begin() + static_cast<std::ptrdiff_t>(offset));
    disk.put(directory / journal::segment_name(1), std::move(mixed));
    BOOST_TEST((orders(disk) == Orders{"o1", "a2"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_opened_again)

BOOST_FIXTURE_TEST_CASE(when_the_store_writes_then_its_frames_are_of_another_epoch, JournalOnDisk) {
    for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
        (void)Store::open(disk, directory, small_options());
        BOOST_TEST(scan(disk).tail.epoch == epoch);
    }
}

BOOST_AUTO_TEST_SUITE_END()
