#include <rapidcheck/boost_test.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/format/snapshot_format.hpp"
#include "storage/journal/group_buffer.hpp"

using namespace allot;

namespace {

/// A name of characters of one to four bytes, with spaces; some are names that are only read.
template <class Name>
Name any_name() {
    const auto size = *rc::gen::inRange<std::size_t>(1, 65);
    std::string text;
    while (text.size() + 4 < size) {
        text += *rc::gen::element<std::string>("a", "Z9", "\"", "a b", "é", "椅", "🪑", "\uFEFF",
                                               "\u200B", "\uE000");
    }
    while (text.size() < size) text += *rc::gen::inRange('!', '~');
    return Name::stored(text).value();
}
Purchased any_purchased() { return Purchased::of(*rc::gen::inRange(0, 1'000'000'001)).value(); }
Eta any_eta() {
    if (*rc::gen::arbitrary<bool>()) return Eta::warehouse();
    return Eta::of_days(*rc::gen::inRange(-700'000, 2'900'000)).value();
}
OrderLine any_line() {
    return {any_name<OrderId>(), any_name<Sku>(),
            Quantity::of(*rc::gen::inRange(1, 1'000'000'001)).value()};
}
FactRun kept(const Fact& fact) { return FactRun::copy_of({.lsn = 1, .time = 0, .fact = fact}); }
FactRun any_fact() {
    switch (*rc::gen::inRange(0, 7)) {
        case 0:
            return kept(
                BatchAdded{any_name<Sku>(), any_name<BatchRef>(), any_purchased(), any_eta()});
        case 1:
            return kept(BatchQuantityChanged{any_name<Sku>(), any_name<BatchRef>(), any_purchased(),
                                             any_purchased()});
        case 2:
            return kept(
                BatchRescheduled{any_name<Sku>(), any_name<BatchRef>(), any_eta(), any_eta()});
        case 3:
            return kept(
                LineAllocated{any_line(), any_name<BatchRef>(),
                              *rc::gen::oneOf(rc::gen::just(Lsn{0}), rc::gen::arbitrary<Lsn>())});
        case 4:
            return kept(
                LineDeallocated{any_line(), any_name<BatchRef>(), *rc::gen::arbitrary<Lsn>()});
        case 5:
            return kept(ShortageWithdrawn{any_line()});
        default:
            return kept(OutOfStock{any_line()});
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_any_fact)

RC_BOOST_PROP(when_the_fact_is_encoded_and_decoded_then_it_is_the_same, ()) {
    const FactRun any = any_fact();
    const Fact& fact = any.front().fact;
    std::array<std::byte, journal::fact_bytes_max> buffer{};
    const std::byte* const end = journal::encode(fact, buffer.data());
    std::span<const std::byte> bytes{std::as_const(buffer).data(), end};
    RC_ASSERT(journal::decode(bytes) == std::optional{fact});
    RC_ASSERT(bytes.empty());
}

RC_BOOST_PROP(when_its_bytes_are_cut_short_then_decoding_fails, ()) {
    std::array<std::byte, journal::fact_bytes_max> buffer{};
    const auto size = static_cast<std::size_t>(
        journal::encode(any_fact().front().fact, buffer.data()) - buffer.data());
    const auto cut = *rc::gen::inRange<std::size_t>(0, size);
    std::span<const std::byte> bytes{std::as_const(buffer).data(), cut};
    RC_ASSERT(!journal::decode(bytes));
}

BOOST_AUTO_TEST_CASE(when_a_line_is_allocated_first_then_its_record_has_no_seniority) {
    std::array<std::byte, journal::fact_bytes_max> buffer{};
    const auto size_of = [&](const Fact& fact) {
        return journal::encode(fact, buffer.data()) - buffer.data();
    };
    constexpr std::ptrdiff_t kind = 1, order = 1 + 2, sku = 1 + 3, units = 4, batch = 1 + 2,
                             lsn = 8;
    const OrderLine line{"o1", "sku", 1};
    BOOST_TEST(size_of(LineAllocated{line, "b1"}) == kind + order + sku + units + batch);
    BOOST_TEST(size_of(LineAllocated{line, "b1", 7}) == kind + order + sku + units + batch + lsn);
}

BOOST_AUTO_TEST_CASE(when_a_moved_line_was_never_allocated_then_it_is_none) {
    std::array<std::byte, journal::fact_bytes_max> buffer{};
    std::byte* const end = journal::encode(LineAllocated{{"o1", "sku", 1}, "b1", 7}, buffer.data());
    std::fill_n(end - sizeof(Lsn), sizeof(Lsn), std::byte{0});
    std::span<const std::byte> bytes{std::as_const(buffer).data(), end};
    BOOST_TEST(!journal::decode(bytes));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_bytes_with_zeros_at_their_end)

BOOST_AUTO_TEST_CASE(when_a_byte_is_not_zero_then_the_used_bytes_end_after_it) {
    for (const std::size_t size : {1U, 2U, 100U, 4096U, 4097U, 10'000U}) {
        std::vector<std::byte> bytes(size);
        BOOST_TEST(journal::is_zeros(bytes));
        BOOST_TEST(journal::used_bytes(bytes) == 0U);
        for (std::size_t at = 0; at < size; ++at) {
            bytes[at] = std::byte{1};
            if (journal::is_zeros(bytes) || journal::used_bytes(bytes) != at + 1) {
                BOOST_ERROR("of " << size << " bytes, one at " << at << " is not seen");
            }
            bytes[at] = std::byte{0};
        }
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_no_bytes_then_none_is_used) {
    BOOST_TEST(journal::is_zeros({}));
    BOOST_TEST(journal::used_bytes({}) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_frame)

BOOST_AUTO_TEST_CASE(when_any_byte_behind_its_checksum_changes_then_so_does_the_checksum) {
    const Fact fact = OutOfStock{{"o1", "sku", 1}};
    GroupBuffer group;
    group.add({&fact, 1}, 7);
    const auto sealed = group.seal({});
    std::vector<std::byte> frame{sealed.begin(), sealed.end()};
    const std::uint64_t sum = journal::checksum_of(frame);
    BOOST_TEST(std::memcmp(frame.data(), &sum, sizeof sum) == 0);
    for (std::size_t at = 0; at < frame.size(); ++at) {
        frame[at] ^= std::byte{1};
        BOOST_TEST((journal::checksum_of(frame) == sum) == (at < sizeof sum));
        frame[at] ^= std::byte{1};
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_file_names)

BOOST_AUTO_TEST_CASE(when_a_number_is_written_then_it_is_read_back) {
    for (const std::uint64_t number : {1ULL, 255ULL, 0xFFFF'FFFF'FFFF'FFFFULL}) {
        BOOST_TEST((journal::segment_number(journal::segment_name(number)) == number));
        BOOST_TEST((snapshot::start_of(snapshot::file_name(number)) == number));
    }
    for (const char* const name : {"", "journal-.log", "journal-000000000000001g.log", "LOCK",
                                   "journal-0000000000000001.log~", "snapshot-1.snap"}) {
        BOOST_TEST(!journal::segment_number(name));
        BOOST_TEST(!snapshot::start_of(name));
    }
}

BOOST_AUTO_TEST_SUITE_END()
