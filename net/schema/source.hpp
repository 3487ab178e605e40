#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/core/server_context.hpp"
#include "net/schema/spec.hpp"

namespace allot {

/// Receives an error: a text that names the rule, and the value if there is one. `field` is empty
/// if the whole request is wrong. Both are printable ASCII.
using ReportFault =
    std::function<void(ErrorCode code, std::string_view text, std::string_view field)>;

/// A value before it is read: arguments, or a value of JSON.
struct RawValue {
    std::span<const std::string_view> arguments = {};  ///< one; for Role::lines any number
    const boost::json::value* json = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept {
        return !arguments.empty() || json != nullptr;
    }
    /// Returns the text; empty for a value of JSON that is no string.
    [[nodiscard]] std::string_view text() const noexcept;
    /// Returns the value as an error shows it. \param as_text true: a JSON string without quotes.
    [[nodiscard]] std::string shown(bool as_text) const;
};

/// Values of one request, from any source. Everything referred to must outlive it.
class Source {
public:
    explicit Source(ServerContext& context) noexcept : context_{context} {}
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// Finds the value of a field. `at` is the field's position in the command. \return false after
    /// reporting an error.
    [[nodiscard]] virtual bool find(const Field& field, std::size_t at, RawValue& value) = 0;
    /// Reports an error of a field; of the whole request if the field is empty.
    virtual void fail(ErrorCode code, std::string_view text, std::string_view field) = 0;
    [[nodiscard]] ServerContext& context() const noexcept { return context_; }
    /// The repository, for names that an older version accepted: see accepted_name(). \pre the
    /// store is open
    [[nodiscard]] Repository& repository() const noexcept {
        return context_.store.backend.bus->repository();
    }

private:
    ServerContext& context_;
};

/// The arguments of a command: by position, then by keyword, in any order, each once.
class ArgumentSource : public Source {
public:
    /// \param arguments those after the verb, in a number that the command accepts.
    ArgumentSource(Call& call, std::span<const Field> fields,
                   std::span<const std::string_view> arguments);

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

protected:
    [[nodiscard]] const Field* find_keyword(std::string_view word) const;  // null: none
    /// Returns true if the remaining arguments are keywords with values; otherwise reports an
    /// error.
    [[nodiscard]] virtual bool check_keywords();

    Call& call_;
    std::span<const std::string_view> left_;

private:
    [[nodiscard]] RawValue take(const Field& field);
    [[nodiscard]] std::string keywords() const;

    std::span<const Field> fields_;
    bool checked_ = false;  // the keywords
};

/// A named part of a path or a query.
struct NamedText {
    std::string_view name;
    std::string_view text;
};

/// The members of a JSON object.
class ObjectSource final : public Source {
public:
    /// \param report receives the name of a member as the field
    /// \param fields the allowed members
    ObjectSource(ReportFault report, ServerContext& context, const boost::json::object& object,
                 std::span<const Field> fields);

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

private:
    ReportFault report_;
    const boost::json::object& object_;
    std::span<const Field> fields_;
};

/// The values of a request over HTTP: those of its path, and those of a JSON object as its body, or
/// of a query. The body is parsed at the first access to one of its values.
class RequestSource final : public Source {
public:
    /// \param body null: values come from the query.
    RequestSource(ReportFault report, ServerContext& context, std::span<const Field> fields,
                  std::span<const NamedText> path, std::span<const NamedText> query,
                  const std::string* body);

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

private:
    [[nodiscard]] bool read_body();

    ReportFault report_;
    std::span<const Field> fields_;
    std::span<const NamedText> path_;
    std::span<const NamedText> query_;
    const std::string* body_;
    std::optional<boost::json::object> object_ = {};
};

/// Returns true if an object has only these members; otherwise reports an error.
[[nodiscard]] bool has_only(const boost::json::object& object,
                            std::span<const std::string_view> known, const ReportFault& report);

}  // namespace allot
