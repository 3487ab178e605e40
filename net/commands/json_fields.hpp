#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/commands.hpp"
#include "engine/ports.hpp"
#include "net/core/counters.hpp"

namespace allot {

/// Is told of what breaks a rule: in words that name the rule, and the value where there is one.
/// The field is empty where it is the whole. Both are printable ASCII, whatever was sent.
using TellFault =
    std::function<void(ErrorCode code, std::string_view text, std::string_view field)>;

/// The fields of a JSON object as the domain's types. Each function tells of the field and the rule
/// where it is none, and gives nothing. References outlive it.
class JsonFields {
public:
    /// \param repository what is held there may have an older name: see accepted_name()
    /// \param where the object is within the body: `lines[3].`
    JsonFields(TellFault tell, Repository& repository, const boost::json::object& object,
               std::string where = {})
        : tell_{std::move(tell)},
          repository_{repository},
          object_{object},
          where_{std::move(where)} {}

    /// There is no field but these.
    [[nodiscard]] bool only(std::span<const std::string_view> known) const;
    [[nodiscard]] bool only(std::initializer_list<std::string_view> known) const {
        return only(std::span{known.begin(), known.size()});
    }
    template <class Name>
    [[nodiscard]] std::optional<Name> name(std::string_view field) const;
    template <class Units>
    [[nodiscard]] std::optional<Units> units(std::string_view field) const;
    /// A day; null and `warehouse` are the warehouse.
    [[nodiscard]] std::optional<Eta> eta(std::string_view field) const;
    /// Likewise; without the field, too, it is the warehouse.
    [[nodiscard]] std::optional<Eta> eta_or_warehouse(std::string_view field) const;
    /// \return null where it is none.
    [[nodiscard]] const boost::json::array* array(std::string_view field) const;
    [[nodiscard]] const boost::json::object* object(std::string_view field) const;
    /// `lines`, each a `sku` and a `quantity`, as many as an order may have.
    [[nodiscard]] std::optional<std::vector<LineItem>> lines() const;
    /// A whole number from 0.
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view field) const;
    /// Without the field, `otherwise`.
    [[nodiscard]] std::optional<bool> truth_or(std::string_view field, bool otherwise) const;
    /// Where the field itself is a name.
    template <class Name>
    [[nodiscard]] std::optional<Name> key(std::string_view field) const;
    [[nodiscard]] bool has(std::string_view field) const { return object_.contains(field); }

private:
    [[nodiscard]] std::optional<LineItem> line(const boost::json::value& line,
                                               std::size_t place) const;
    [[nodiscard]] const boost::json::value* find(std::string_view field) const;
    void fail(ErrorCode code, std::string_view text, std::string_view field) const;

    TellFault tell_;
    Repository& repository_;
    const boost::json::object& object_;
    std::string where_;
};

}  // namespace allot
