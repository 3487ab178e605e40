#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "net/schema/values.hpp"

namespace allot {

/// A field with its type. The fields of a command have the order of the members of its struct.
template <class T>
struct TypedField : Field {
    using Member = T;
    /// Reports the missing field.
    [[nodiscard]] std::optional<T> absent(Source& source) const {
        source.fail(ErrorCode::syntax, "the field is missing", name);
        return {};
    }
    [[nodiscard]] std::optional<T> present(Source& source, const RawValue& value) const {
        return ValueOf<T>::read(source, *this, value);
    }
};

/// A field that may be missing.
template <class T>
struct OptionalField : Field {
    using Member = std::optional<T>;
    [[nodiscard]] std::optional<Member> absent(Source& /*source*/) const { return Member{}; }
    [[nodiscard]] std::optional<Member> present(Source& source, const RawValue& value) const {
        auto read = ValueOf<T>::read(source, *this, value);
        return read ? std::optional<Member>{std::move(read)} : std::nullopt;
    }
};

/// A field with a default value.
template <class T>
struct DefaultedField : Field {
    using Member = T;
    T otherwise;
    [[nodiscard]] std::optional<T> absent(Source& /*source*/) const { return otherwise; }
    [[nodiscard]] std::optional<T> present(Source& source, const RawValue& value) const {
        return ValueOf<T>::read(source, *this, value);
    }
};

namespace detail {
template <class T>
constexpr Field field_of(std::string_view name, Role role, std::string_view about,
                         bool with_previous = false) {
    return {name, role, ValueOf<T>::noun, ValueOf<T>::schema, about, with_previous};
}
}  // namespace detail

template <class T>
constexpr auto required(std::string_view name, std::string_view about = {}) {
    return TypedField<T>{detail::field_of<T>(name, Role::required, about)};
}
template <class T>
constexpr auto optional(std::string_view name, std::string_view about = {}) {
    return OptionalField<T>{detail::field_of<T>(name, Role::optional, about)};
}
/// Makes a field that requires the one before it.
template <class T>
constexpr auto optional_with_previous(std::string_view name, std::string_view about) {
    return OptionalField<T>{detail::field_of<T>(name, Role::optional, about, true)};
}
template <class T>
constexpr auto optional(std::string_view name, T otherwise, std::string_view about = {}) {
    return DefaultedField<T>{detail::field_of<T>(name, Role::optional, about), otherwise};
}
template <class T>
constexpr auto keyword(std::string_view name, T otherwise, std::string_view about = {}) {
    return DefaultedField<T>{detail::field_of<T>(name, Role::keyword, about), otherwise};
}
constexpr auto lines_of_order() {
    using Lines = std::vector<LineItem>;
    return TypedField<Lines>{detail::field_of<Lines>("lines", Role::lines, "")};
}

/// Reports a field that came without the one before it.
void report_missing_previous(Source& source, const Field& field, const Field& previous);

namespace detail {

/// Reads one of the fields. \return false after reporting an error.
template <std::size_t at, class Fields, class Members>
bool read_field(Source& source, const Fields& fields, Members& members, std::size_t& last_present) {
    const auto& field = std::get<at>(fields);
    RawValue value;
    if (!source.find(field, at, value)) return false;
    if constexpr (at > 0) {
        if (value && field.with_previous && last_present != at) {
            return report_missing_previous(source, field, std::get<at - 1>(fields)), false;
        }
    }
    if (value) last_present = at + 1;
    auto& member = std::get<at>(members);
    member = value ? field.present(source, value) : field.absent(source);
    return member.has_value();
}

template <class Command, class Fields, std::size_t... at>
std::optional<Command> read_all(Source& source, const Fields& fields, std::index_sequence<at...>) {
    if constexpr (sizeof...(at) == 0) {
        return Command{};
    } else {
        std::tuple<std::optional<typename std::tuple_element_t<at, Fields>::Member>...> members;
        std::size_t last_present = 0;
        if (!(read_field<at>(source, fields, members, last_present) && ...)) return {};
        return Command{std::move(*std::get<at>(members))...};
    }
}

}  // namespace detail

/// Reads the fields as the members of a struct, in order; reports the first broken rule to the
/// source.
template <class Command, class... Fields>
[[nodiscard]] std::optional<Command> read(Source& source, const std::tuple<Fields...>& fields) {
    return detail::read_all<Command>(source, fields, std::index_sequence_for<Fields...>{});
}

/// The syntax of fields as arguments, for documents, and the bounds of their number.
struct ArgumentForm {
    static constexpr std::size_t bytes_max = 96;
    std::array<char, bytes_max> text{};
    std::size_t size = 0;
    std::uint16_t args_min = 0;
    std::uint16_t args_max = 0;
    bool pairs = false;

    constexpr explicit ArgumentForm(std::span<const Field> fields);
    [[nodiscard]] constexpr std::string_view syntax() const { return {text.data(), size}; }

private:
    constexpr void append(std::string_view more) {
        for (const char c : more) text[size++] = c;
    }
    constexpr void append_capitals(std::string_view more) {
        for (const char c : more) {
            text[size++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        }
    }
    constexpr void add(const Field& field);
};

constexpr void ArgumentForm::add(const Field& field) {
    switch (field.role) {
        case Role::required:
            append(field.name);
            ++args_min;
            ++args_max;
            break;
        case Role::optional:
            append("[");
            append(field.name);
            append("]");
            ++args_max;
            break;
        case Role::keyword:
            append("[");
            append_capitals(field.name);
            append(" ");
            for (const char c : field.noun) {
                text[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            }
            append("]");
            args_max += 2;
            break;
        case Role::lines:
            append("sku quantity [sku quantity ...]");
            args_min += 2;
            args_max = any_number;
            pairs = true;
            break;
    }
}

constexpr ArgumentForm::ArgumentForm(std::span<const Field> fields) {
    std::size_t open = 0;
    for (const Field& field : fields) {
        if (field.with_previous) {
            --size;  // within the brackets of the field before it
            ++open;
        }
        if (size != 0) append(" ");
        add(field);
        for (; field.with_previous && open != 0; --open) append("]");
    }
}

}  // namespace allot
