// The table of code points that names may not contain, against ICU's tables.

#include <unicode/uchar.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>

#include "engine/name.hpp"

using namespace allot;

namespace {

constexpr UChar32 points = 0x110000;

bool is_of(UChar32 point, std::uint32_t categories) {
    return (U_GET_GC_MASK(point) & categories) != 0;
}

bool is_invisible_by_icu(UChar32 point) {
    if (point == ' ') return false;
    return is_of(point, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK) ||
           u_hasBinaryProperty(point, UCHAR_NONCHARACTER_CODE_POINT) != 0 ||
           u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
           u_hasBinaryProperty(point, UCHAR_WHITE_SPACE) != 0;
}

bool is_control_or_space_by_icu(UChar32 point) {
    return is_of(point, U_GC_CC_MASK) || u_hasBinaryProperty(point, UCHAR_WHITE_SPACE) != 0;
}

/// True for a code point assigned in a later version of Unicode than the table's.
bool is_newer(UChar32 point) {
    UVersionInfo age;
    u_charAge(point, age);
    const auto [major, minor] = detail::invisible_points_unicode;
    return age[0] > major || (age[0] == major && age[1] > minor);
}

std::string utf8(UChar32 point) {
    const auto byte = [&](unsigned lead, unsigned shift) {
        return static_cast<char>(lead | ((static_cast<unsigned>(point) >> shift) & 0x3FU));
    };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {byte(0xC0, 6), byte(0x80, 0)};
    if (point < 0x10000) return {byte(0xE0, 12), byte(0x80, 6), byte(0x80, 0)};
    return {byte(0xF0, 18), byte(0x80, 12), byte(0x80, 6), byte(0x80, 0)};
}

/// Names the first code point that the two classify differently.
template <class Ours, class Theirs>
void compare(const char* what, Ours ours, Theirs theirs) {
    int compared = 0;
    for (UChar32 point = 0; point < points; ++point) {
        if (is_newer(point)) continue;
        ++compared;
        if (ours(point) == theirs(point)) continue;
        BOOST_ERROR(what << ": of code point " << std::hex << point << " Allot says "
                         << ours(point));
        return;
    }
    BOOST_TEST(compared > 1'100'000);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_every_code_point)

BOOST_AUTO_TEST_CASE(when_icu_classifies_it_then_the_table_agrees) {
    compare(
        "invisible", [](UChar32 point) { return detail::is_invisible_point(point); },
        is_invisible_by_icu);
    compare(
        "control or space", [](UChar32 point) { return detail::is_control_or_space(point); },
        is_control_or_space_by_icu);
}

BOOST_AUTO_TEST_CASE(
    when_a_code_point_is_anywhere_in_a_name_then_it_is_refused_only_if_it_is_invisible) {
    const auto is_letter = [](UChar32 point) {
        return point != ' ' && !is_of(point, U_GC_CS_MASK) && !is_invisible_by_icu(point);
    };
    constexpr std::array<std::array<const char*, 2>, 4> names{
        {{"", ""}, {"", "b-2"}, {"eight888", ""}, {"Red chair ", "\u00E9"}}};
    const auto around = [&](UChar32 point) {
        const auto& [before, after] = names[static_cast<std::size_t>(point) % names.size()];
        return before + utf8(point) + after;
    };
    compare(
        "a name", [&](UChar32 point) { return point != ' ' && is_name(around(point)); }, is_letter);
    compare(
        "a stored name",
        [&](UChar32 point) { return point != ' ' && is_stored_name(around(point)); },
        [](UChar32 point) {
            return !is_of(point, U_GC_CS_MASK) && !is_control_or_space_by_icu(point);
        });
}

BOOST_AUTO_TEST_SUITE_END()
