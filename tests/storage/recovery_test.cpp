#include "storage/recovery.hpp"

#include <boost/test/unit_test.hpp>
#include <exception>
#include <map>
#include <set>
#include <thread>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "storage/inspect.hpp"
#include "tests/simulation/stepped_store.hpp"
#include "tests/storage/scratch.hpp"

using namespace allot;
using namespace allot::testing;

namespace {

const char* const first_segment = "journal-0000000000000001.log";

/// The bytes of a file up to the zeros at its end.
std::size_t used(const Bytes& bytes) {
    std::size_t size = bytes.size();
    while (size > 0 && bytes[size - 1] == 0) --size;
    return size;
}

/// A store in which a batch has shrunk and its line moved (R8), and the bytes of its journal.
struct Moved : Scratch {
    Moved() {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 50}).value();
        store.add_batch({"b2", "sku", 50, "2011-01-01"}).value();
        store.allocate({"o1", "sku", 20}).value();
        store.allocate({"o2", "sku", 20}).value();
        before_shrink = used(read_file(path / first_segment));
        BOOST_TEST(store.change_batch_quantity({"b1", 25}).value() == 1U);
        after_shrink = used(read_file(path / first_segment));
        hash = store.state_hash();
    }
    [[nodiscard]] Bytes journal() const { return read_file(path / first_segment); }
    void set_journal(const Bytes& bytes) const { write_file(path / first_segment, bytes); }

    std::size_t before_shrink = 0;
    std::size_t after_shrink = 0;
    std::uint64_t hash = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_journal_that_a_crash_cut_short)

BOOST_FIXTURE_TEST_CASE(G8_when_cut_at_any_byte_of_a_shrink_then_no_line_is_lost, Moved) {
    const Bytes whole = journal();
    std::set<std::string> places;
    for (std::size_t cut = before_shrink; cut <= after_shrink; ++cut) {
        Bytes bytes = whole;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), '\0');
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        BOOST_TEST(violations(*recovered.repository).empty());
        const auto lines = allocations("o2", *recovered.repository);
        BOOST_REQUIRE(lines.size() == 1U);
        places.insert(std::string{lines[0].batch.view()});
    }
    BOOST_TEST((places == std::set<std::string>{"b1", "b2"}));
}

BOOST_FIXTURE_TEST_CASE(when_cut_anywhere_then_a_prefix_of_its_units_is_there, Moved) {
    const Bytes whole = journal();
    Lsn last = 0;
    for (std::size_t size = sizeof(journal::SegmentHeader); size <= used(whole); ++size) {
        Bytes bytes = whole;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(size), bytes.end(), '\0');
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        const Lsn now = recovered.journal.tail.last;
        BOOST_TEST(now >= last);
        BOOST_TEST((now <= 4 || now == 7));  // the shrink is three facts, all or none
        last = now;
    }
    BOOST_TEST(last == 7U);
}

// A crash leaves every segment as long as it was made.
BOOST_FIXTURE_TEST_CASE(when_the_file_itself_is_shorter_then_it_is_refused, Moved) {
    const Bytes whole = journal();
    for (std::size_t size = 0; size < whole.size(); size += size < 100 ? 1 : 997) {
        set_journal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        BOOST_CHECK_EXCEPTION((void)recover(posix_file_system(), path, {}), CorruptStore,
                              [](const auto& error) { return error.file() == first_segment; });
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_torn_tail_is_cut_then_a_copy_is_kept_and_it_is_told, Moved) {
    Bytes bytes = journal();
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(after_shrink) - 10, bytes.end(), '\0');
    set_journal(bytes);
    std::vector<std::string> warnings;
    StoreOptions options = small_options();
    options.warning = [&](std::string_view text) { warnings.emplace_back(text); };
    {
        auto store = Store::open(path, options);
        BOOST_TEST(store.allocations("o2").at(0).batch.view() == "b1");
        BOOST_REQUIRE(warnings.size() == 1U);
        BOOST_TEST(warnings[0].find("torn tail") != std::string::npos);
        store.allocate({"o3", "sku", 1}).value();
    }
    std::size_t copies = 0;
    for (const auto& entry : std::filesystem::directory_iterator{path}) {
        copies += entry.path().filename().string().starts_with("torn-");
    }
    BOOST_TEST(copies == 1U);
    const CheckReport report = check_store(path);
    BOOST_TEST(report.ok);
    BOOST_TEST(report.last == 5U);
}

BOOST_FIXTURE_TEST_CASE(when_two_tails_are_cut_at_one_place_then_both_copies_are_kept, Moved) {
    for (const char junk : {'1', '2'}) {
        Bytes bytes = journal();
        bytes.resize(small_segment);
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(before_shrink), bytes.end(), '\0');
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(before_shrink) + 8, 16, junk);
        set_journal(bytes);
        const Recovered recovered = recover(posix_file_system(), path, {});
        BOOST_REQUIRE(recovered.journal.torn.has_value());
        cut_torn_tail(posix_file_system(), path, *recovered.journal.torn);
    }
    std::string copies;
    for (const std::string& name : posix_file_system().list(path)) {
        if (name.starts_with("torn-")) copies += read_file(path / name).back();
    }
    BOOST_TEST(copies == "12");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_being_opened)

BOOST_FIXTURE_TEST_CASE(when_who_is_told_of_progress_throws_then_no_file_has_changed, Moved) {
    struct Enough : std::exception {};
    {
        auto store = Store::open(path, small_options());
        (void)store.snapshot();
        for (int i = 0; i < 150; ++i) {  // each a group of its own
            (void)store.allocate(line("order-" + std::to_string(i), "sku", 1));
        }
    }
    // A torn tail, which opening would cut off.
    std::filesystem::path last;
    for (const std::string& name : posix_file_system().list(path)) {
        if (name.starts_with("journal-") && used(read_file(path / name)) != 0) last = path / name;
    }
    Bytes torn = read_file(last);
    const std::size_t end = used(torn);
    BOOST_REQUIRE(end + 40 < torn.size());
    std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(end), 40, '\1');
    write_file(last, torn);
    const auto contents = [&] {
        std::map<std::string, Bytes> files;
        for (const std::string& name : posix_file_system().list(path)) {
            files[name] = read_file(path / name);
        }
        return files;
    };
    const auto before = contents();
    int calls = 0;
    StoreOptions options = small_options();
    options.progress = [&](const Progress&) { ++calls; };
    const std::uint64_t wanted = [&] {
        const Recovered recovered = recover(posix_file_system(), path, options);
        return state_hash(*recovered.repository);
    }();
    BOOST_TEST(calls > 10);  // within a segment, too
    // The nth call ends it, until there is none.
    for (int nth = 1, is_open = 0; is_open == 0; ++nth) {
        options.progress = [&, left = nth](const Progress&) mutable {
            if (--left == 0) throw Enough{};
        };
        try {
            BOOST_TEST(Store::open(path, options).state_hash() == wanted);
            BOOST_TEST(nth > calls / 2);
            is_open = 1;
        } catch (const Enough&) {
            BOOST_TEST((contents() == before));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_that_was_not_synced)

// Where replies do not wait for a sync, damage cannot be told from a power cut: but it is not well.
BOOST_FIXTURE_TEST_CASE(when_whole_groups_stand_behind_a_broken_one_then_check_is_not_content,
                        Scratch) {
    Bytes bytes;
    std::size_t first_group = 0;
    {
        auto store = Store::open(path, small_options(Durability::Mode::os));
        store.add_batch({"b1", "sku", 100}).value();
        for (int i = 0; i < 5; ++i) {
            store.allocate(line("o" + std::to_string(i), "sku", 1)).value();
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            if (i == 0) first_group = used(read_file(path / first_segment));
        }
        bytes = read_file(path / first_segment);  // as a killed process leaves it
    }
    bytes[first_group + 20] ^= 1;
    write_file(path / first_segment, bytes);
    const CheckReport report = check_store(path);
    BOOST_TEST(!report.ok);
    BOOST_TEST(report.last < 6U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_with_a_flipped_bit)

BOOST_FIXTURE_TEST_CASE(when_it_was_closed_then_it_is_refused_or_the_state_is_the_same, Moved) {
    const Bytes whole = journal();
    std::size_t refused = 0;
    std::size_t same = 0;
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < used(whole); ++at) {
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
    // A flip in the marks at the end, of an idle journal and of a closed one, hides nothing.
    BOOST_TEST(same <= 2 * (512 + 2 * sizeof(journal::FrameHeader)));
    BOOST_TEST(journal() != whole);
}

BOOST_FIXTURE_TEST_CASE(when_refused_then_file_offset_and_lsn_are_named_and_nothing_changed,
                        Moved) {
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
    BOOST_CHECK_EXCEPTION(
        (void)Store::open(path, small_options()), CorruptStore, [](const CorruptStore& error) {
            return std::string{error.what()}.find("format version 3") != std::string::npos;
        });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_journal_of_several_segments)

BOOST_FIXTURE_TEST_CASE(when_a_segment_is_missing_then_it_is_refused, Scratch) {
    {
        auto store = Store::open(path, small_options());
        store.add_batch({"b1", "sku", 1'000'000}).value();
        for (int i = 0; i < 5'000; ++i) {
            const auto answer = store.allocate_async(line("order-" + std::to_string(i), "sku", 1));
            if (i % 250 == 0) store.wait(answer.lsn);  // a group is never split over segments
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

BOOST_AUTO_TEST_CASE(when_the_journal_ends_before_what_it_holds_then_it_is_refused) {
    constexpr int skus = 200;  // more than a slice takes
    Random random{1};
    SimulatedDisk disk;
    SteppedStore store{disk, tiny_options(), random};
    for (int i = 0; i < skus; ++i) {
        const std::string number = std::to_string(i);
        store.turn([&](MessageBus& bus) {
            return bus.handle(AddBatch{BatchRef::of("b" + number).value(),
                                       Sku::of("sku" + number).value(), Quantity::of(9).value(),
                                       Eta::warehouse()});
        });
    }
    store.settle();
    store.begin_snapshot();
    const auto early = disk.after_kill();
    const Lsn start = store.core().journal.last();
    store.turn([](MessageBus& bus) { return bus.handle(Allocate{{"o1", "sku199", 1}}); });
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
