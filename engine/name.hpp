#pragma once

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

#include "engine/containers/copy_name.hpp"
#include "engine/invisible_points.hpp"
#include "engine/result.hpp"

// Clang warns of a view whose text ends with the expression.
#ifdef __clang__
#define ALLOT_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define ALLOT_LIFETIMEBOUND
#endif

namespace allot {

/// True for 1..64 bytes of UTF-8 without a code point of detail::invisible_points, with spaces
/// (U+0020) only inside and never two in a row. Private-use and unassigned code points are allowed:
/// a font, or a later version of Unicode, may make them visible.
[[nodiscard]] constexpr bool is_name(std::string_view text) noexcept;

/// True for a text that a store may hold as a name: is_name() without the refusal of invisible code
/// points other than control characters (Cc) and white space. Early versions accepted names by this
/// rule.
[[nodiscard]] constexpr bool is_stored_name(std::string_view text) noexcept;

template <class Tag>
class NameView;

/// The name of a SKU, batch or order: a text for which is_name() holds, or a name that a store
/// holds from before that rule. Compared byte by byte, without normalization. The tag makes each
/// kind of name a type of its own. Never allocates.
template <class Tag>
class Name {
public:
    static constexpr std::size_t bytes_max = 64;

    /// \return the name, or Refusal::bad_name.
    [[nodiscard]] static constexpr Result<Name> of(std::string_view text) noexcept {
        if (!is_name(text)) return Refusal::bad_name;
        return Name{text, Checked{}};
    }

    /// Returns a name that looks up an object of a store; a new object must not get it.
    /// \return the name, or Refusal::bad_name when is_stored_name() does not hold.
    [[nodiscard]] static constexpr Result<Name> stored(std::string_view text) noexcept {
        if (!is_stored_name(text)) return Refusal::bad_name;
        return Name{text, Checked{}};
    }

    /// Returns a name that was checked before, such as one in the store. \pre is_stored_name(text)
    [[nodiscard]] static constexpr Name unchecked(std::string_view text) noexcept {
        BOOST_ASSERT(is_stored_name(text));
        return Name{text, Checked{}};
    }

    /// A literal is checked by the compiler.
    template <std::size_t size>
    consteval Name(const char (&literal)[size])  // NOLINT(google-explicit-constructor)
        : Name{std::string_view{literal, size - 1}, Checked{}} {
        if (!is_name(view())) throw "not a name";  // never compiles: see is_name()
    }

    explicit constexpr Name(const NameView<Tag>& view) noexcept : Name{view.view(), Checked{}} {}

    /// Copies only the bytes in use, in the same moves as they were written: a copy of the whole
    /// object soon after its construction would stall on the processor's store buffer.
    constexpr Name(const Name& other) noexcept : Name{other.view(), Checked{}} {}
    constexpr Name& operator=(const Name& other) noexcept {
        if (this != &other) std::construct_at(this, other);
        return *this;
    }
    constexpr ~Name() = default;

    [[nodiscard]] constexpr std::string_view view() const noexcept {
        return {bytes_.data(), size_};
    }

    friend constexpr bool operator==(const Name& a, const Name& b) noexcept {
        return a.view() == b.view();
    }
    friend constexpr auto operator<=>(const Name& a, const Name& b) noexcept {
        return a.view() <=> b.view();
    }

private:
    struct Checked {};
    constexpr Name(std::string_view text, Checked /*by the caller*/) noexcept
        : size_{static_cast<std::uint8_t>(text.size())} {
        if (std::is_constant_evaluated()) {
            for (std::size_t i = 0; i < bytes_max; ++i)
                bytes_[i] = i < text.size() ? text[i] : '\0';
        } else {
            copy_name(bytes_.data(), text.data(), text.size());
        }
    }

    std::array<char, bytes_max> bytes_;  // not initialized beyond the size
    std::uint8_t size_;
};

/// A name whose text is held elsewhere, in 16 bytes; valid as long as that text is. A view of a
/// text that the store holds does not outlive the lock of the store's mutex under which it was
/// made, even where the store would keep the text. Name is the type of a name that does.
template <class Tag>
class NameView {
public:
    constexpr NameView(
        const Name<Tag>& name ALLOT_LIFETIMEBOUND) noexcept  // NOLINT(google-explicit-constructor)
        : text_{name.view()} {}
    /// A literal is checked by the compiler.
    template <std::size_t size>
    consteval NameView(const char (&literal)[size])  // NOLINT(google-explicit-constructor)
        : text_{literal, size - 1} {
        if (!is_name(text_)) throw "not a name";  // never compiles: see is_name()
    }
    /// \return the name, or Refusal::bad_name; see Name::of().
    [[nodiscard]] static constexpr Result<NameView> of(std::string_view text) noexcept {
        if (!is_name(text)) return Refusal::bad_name;
        return NameView{text};
    }
    /// \pre is_stored_name(text)
    [[nodiscard]] static constexpr NameView unchecked(std::string_view text) noexcept {
        BOOST_ASSERT(is_stored_name(text));
        return NameView{text};
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }
    [[nodiscard]] constexpr Name<Tag> owned() const noexcept { return Name<Tag>{*this}; }
    friend constexpr bool operator==(const NameView&, const NameView&) = default;

private:
    explicit constexpr NameView(std::string_view text) noexcept : text_{text} {}

    std::string_view text_;
};

template <class T>
inline constexpr bool is_name_view = false;
template <class Tag>
inline constexpr bool is_name_view<NameView<Tag>> = true;

template <class Tag>
[[nodiscard]] Result<Name<Tag>> owned(const Result<NameView<Tag>>& name) noexcept {
    if (name) return {boost::system::in_place_value, *name};
    return name.error();
}

using Sku = Name<struct SkuTag>;  // a BatchRef cannot be passed as a Sku
using BatchRef = Name<struct BatchRefTag>;
using OrderId = Name<struct OrderIdTag>;
using SkuView = NameView<SkuTag>;
using BatchRefView = NameView<BatchRefTag>;
using OrderIdView = NameView<OrderIdTag>;

namespace detail {

/// Removes the first code point from `rest`, which is not empty.
/// \return the code point, or -1 when the bytes are not well-formed UTF-8
/// (Unicode 15, table 3-7: no overlong forms, no surrogates, at most U+10FFFF).
constexpr std::int32_t take_code_point(std::string_view& rest) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || rest.size() < length) return -1;
    std::int32_t point = length == 1 ? static_cast<std::int32_t>(lead)
                                     : static_cast<std::int32_t>(lead & (0x7FU >> length));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return -1;
        point = (point << 6) | static_cast<std::int32_t>(byte(i) & 0x3FU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (overlong || surrogate || point > 0x10FFFF) return -1;
    rest.remove_prefix(length);
    return point;
}

constexpr bool is_control_or_space(std::int32_t point) noexcept {
    return point <= 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

/// True when all of 8 bytes are printable ASCII other than space: each from 0x21 to 0x7E.
inline bool is_plain(const char* eight) noexcept {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t highs = ones << 7U;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, eight, sizeof bytes);
    // With no high bit set, neither sum carries into the next byte: the first sets the high bit of
    // bytes above 0x20, the second of bytes above 0x7E.
    return ((bytes | ~(bytes + ones * 0x5F) | (bytes + ones)) & highs) == 0;
}

/// True when all bytes are printable ASCII other than space, as in nearly every name.
constexpr bool is_all_plain(std::string_view text) noexcept {
    if (text.size() >= 8 && !std::is_constant_evaluated()) {
        for (; text.size() > 8; text.remove_prefix(std::min<std::size_t>(8, text.size() - 8))) {
            if (!is_plain(text.data())) return false;
        }
        return is_plain(text.data());
    }
    while (!text.empty() && text.front() > ' ' && text.front() < '\x7F') text.remove_prefix(1);
    return text.empty();
}

constexpr bool is_invisible_point(std::int32_t point) noexcept {
    return is_invisible(static_cast<char32_t>(point));
}

/// True for well-formed UTF-8 with spaces only inside, one at a time, and no other `refused` code
/// point.
template <bool (*refused)(std::int32_t) noexcept>
[[gnu::noinline]] constexpr bool is_visible_throughout(std::string_view text) noexcept {
    std::int32_t before = ' ';
    while (!text.empty()) {
        const std::int32_t point = take_code_point(text);
        if (point < 0 || (point == ' ' ? before == ' ' : refused(point))) return false;
        before = point;
    }
    return before != ' ';
}

template <bool (*refused)(std::int32_t) noexcept>
constexpr bool is_name_without(std::string_view text) noexcept {
    if (text.empty() || text.size() > 64) return false;
    return is_all_plain(text) || is_visible_throughout<refused>(text);
}

}  // namespace detail

constexpr bool is_name(std::string_view text) noexcept {
    return detail::is_name_without<detail::is_invisible_point>(text);
}

constexpr bool is_stored_name(std::string_view text) noexcept {
    return detail::is_name_without<detail::is_control_or_space>(text);
}

}  // namespace allot
