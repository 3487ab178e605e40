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
#include <vector>

#include "net/core/server_context.hpp"
#include "net/schema/spec.hpp"

namespace allot {

/// Receives what breaks a rule: in words that name the rule, and the value where there is one.
/// `field` is empty if the whole request is wrong. Both are printable ASCII, whatever was sent.
using ReportFault =
    std::function<void(ErrorCode code, std::string_view text, std::string_view field)>;

/// A value as it came: arguments, or a value of JSON.
struct RawValue {
    std::span<const std::string_view> arguments = {};  ///< one, but of Role::lines any number
    const boost::json::value* json = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept {
        return !arguments.empty() || json != nullptr;
    }
    /// Empty where it is a value of JSON that is no string.
    [[nodiscard]] std::string_view text() const noexcept;
    /// As an error shows it. \param as_text of a string its text, where the rule speaks of that.
    [[nodiscard]] std::string shown(bool as_text) const;
};

/// Values of one request, from any source. Everything referred to must outlive it.
class Source {
public:
    explicit Source(ServerContext& context) noexcept : context_{context} {}
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// What came as a field. `at` is its position among the command's fields. \return false where
    /// the request is broken, which has been reported.
    [[nodiscard]] virtual bool find(const Field& field, std::size_t at, RawValue& value) = 0;
    /// Reports what is wrong with a field; where that is empty, with the whole.
    virtual void fail(ErrorCode code, std::string_view text, std::string_view field) = 0;
    [[nodiscard]] ServerContext& context() const noexcept { return context_; }
    /// Holds what may have an older name: see accepted_name(). \pre the store is open
    [[nodiscard]] Repository& repository() const noexcept {
        return context_.store.backend.bus->repository();
    }

private:
    ServerContext& context_;
};

/// The arguments of a command: by position, then by keyword, in any order, each once.
class ArgumentSource : public Source {
public:
    /// \param arguments what follows the verb, as many as the command accepts.
    ArgumentSource(Call& call, std::span<const Field> fields,
                   std::span<const std::string_view> arguments);

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

protected:
    [[nodiscard]] const Field* find_keyword(std::string_view word) const;  // null: none
    /// Whether what is left is keywords with their values. Otherwise it has reported why.
    [[nodiscard]] virtual bool check_keywords();

    Call& call_;
    std::span<const std::string_view> left_;

private:
    [[nodiscard]] RawValue take(const Field& field);
    [[nodiscard]] std::string keywords() const;

    std::span<const Field> fields_;
    bool checked_ = false;  // the keywords
};

/// A part of a request that has a name: of a path, or of a query.
struct NamedText {
    std::string_view name;
    std::string_view text;
};

/// The members of a JSON object.
class ObjectSource final : public Source {
public:
    /// \param fields which members there may be
    /// \param where the object is within a body: `operations[3].allocate.`
    ObjectSource(ReportFault report, ServerContext& context, const boost::json::object& object,
                 std::span<const Field> fields, std::string where = {});

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

private:
    ReportFault report_;
    const boost::json::object& object_;
    std::span<const Field> fields_;
    std::string where_;
};

/// A request over HTTP: what its path names, and besides that a JSON object as its body, or a
/// query. The body is read when the first value of it is asked for.
class RequestSource final : public Source {
public:
    /// \param body null: values come from the query.
    RequestSource(ReportFault report, ServerContext& context, std::span<const Field> fields,
                  std::vector<NamedText> path, std::vector<NamedText> query,
                  const std::string* body);

    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override;
    void fail(ErrorCode code, std::string_view text, std::string_view field) override;

private:
    [[nodiscard]] bool read_body();

    ReportFault report_;
    std::vector<Field> in_body_;
    std::vector<NamedText> path_;
    std::vector<NamedText> query_;
    const std::string* body_;
    std::optional<boost::json::object> object_ = {};
};

/// Whether an object has no members but these. Otherwise it is reported.
[[nodiscard]] bool has_only(const boost::json::object& object,
                            std::span<const std::string_view> known, const ReportFault& report,
                            std::string_view where = {});

}  // namespace allot
