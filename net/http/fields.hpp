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
#include "net/http/exchange.hpp"
#include "net/http/json_body.hpp"

namespace allot::http {

// What a request says as the domain's types. Each function answers with an error that names the
// field and the rule where it is none, and gives nothing.

/// The body as a JSON object.
[[nodiscard]] std::optional<boost::json::object> object_of(const Exchange& exchange,
                                                           const JsonLimits& limits = {});

/// A name in the path or the query. \param field what it is called there.
template <class Name>
[[nodiscard]] std::optional<Name> name_of(const Exchange& exchange, std::string_view text,
                                          std::string_view field);
extern template std::optional<Sku> name_of(const Exchange&, std::string_view, std::string_view);
extern template std::optional<BatchRef> name_of(const Exchange&, std::string_view,
                                                std::string_view);
extern template std::optional<OrderId> name_of(const Exchange&, std::string_view, std::string_view);

/// Is told of what breaks a rule: in words that name the rule, and the value where there is one.
/// The field is empty where it is the whole. Both are printable ASCII, whatever was sent.
using TellFault =
    std::function<void(ErrorCode code, std::string_view text, std::string_view field)>;

/// The fields of an object, wherever it came from. References outlive it.
class Fields {
public:
    /// \param repository what is held there may have an older name: see accepted_name()
    /// \param where the object is within the body: `lines[3].`
    Fields(TellFault tell, Repository& repository, const boost::json::object& object,
           std::string where = {})
        : tell_{std::move(tell)},
          repository_{repository},
          object_{object},
          where_{std::move(where)} {}
    Fields(const Exchange& exchange, const boost::json::object& object, std::string where = {})
        : Fields{[&exchange](ErrorCode code, std::string_view text, std::string_view field) {
                     exchange.fail(code, text, field);
                 },
                 exchange.bus().repository(), object, std::move(where)} {}

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

/// `lines`, each a `sku` and a `quantity`, of the order that the path names.
[[nodiscard]] std::optional<AllocateOrder> order_of(const Exchange& exchange);

}  // namespace allot::http
