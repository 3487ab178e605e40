#include "net/text/json_body.hpp"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <limits>
#include <span>

#include "net/text/escape.hpp"

namespace allot {

namespace json = boost::json;

namespace {

/// Builds the value as Boost.JSON's own handler does, but refuses a field that occurs twice in an
/// object: Boost would take the last one, another reader the first.
class Builder {
public:
    /// \param memory of the values that are not in an array or object yet; more is taken when
    /// they need it.
    Builder(const JsonLimits& limits, std::span<unsigned char> memory)
        : values{{}, memory.data(), memory.size()}, limits{limits} {}

    static constexpr std::size_t max_object_size = json_members_max;
    static constexpr std::size_t max_array_size = json_values_max;
    static constexpr std::size_t max_key_size = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::uint32_t>::max();

    bool on_document_begin(json::error_code&) {
        values.reset(json::make_shared_resource<json::monotonic_resource>());
        return true;
    }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code& error) {
        frames_.push_back(keys_.size());
        return count(error);
    }
    bool on_object_end(std::size_t size, json::error_code&) {
        keys_.resize(frames_.back());
        frames_.pop_back();
        values.push_object(size);
        return true;
    }
    bool on_array_begin(json::error_code& error) { return count(error); }
    bool on_array_end(std::size_t size, json::error_code&) {
        values.push_array(size);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_.append(part.data(), part.size());
        values.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& error) {
        key_.append(part.data(), part.size());
        values.push_key(part);
        const auto here = keys_.begin() + static_cast<std::ptrdiff_t>(frames_.back());
        if (std::find(here, keys_.end(), key_) != keys_.end()) {
            twice = key_;
            is_twice = true;
            return fail(error);
        }
        if (keys_.size() - frames_.back() == limits.members) {
            is_too_wide = true;
            return fail(error);
        }
        keys_.push_back(std::move(key_));
        key_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        values.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& error) {
        values.push_string(part);
        return count(error);
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code& error) {
        values.push_int64(number);
        return count(error);
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code& error) {
        values.push_uint64(number);
        return count(error);
    }
    bool on_double(double number, json::string_view, json::error_code& error) {
        values.push_double(number);
        return count(error);
    }
    bool on_bool(bool truth, json::error_code& error) {
        values.push_bool(truth);
        return count(error);
    }
    bool on_null(json::error_code& error) {
        values.push_null();
        return count(error);
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    json::value_stack values;
    std::string twice;  // the field that came twice
    bool is_twice = false;
    bool is_too_large = false;
    bool is_too_wide = false;
    JsonLimits limits;

private:
    bool count(json::error_code& error) {
        if (++count_ <= json_values_max) return true;
        is_too_large = true;
        return fail(error);
    }
    static bool fail(json::error_code& error) {
        error = json::error::exception;  // any: it ends the reading
        return false;
    }

    boost::container::small_vector<std::string, 8> keys_;    // of the objects that are open
    boost::container::small_vector<std::size_t, 8> frames_;  // where each one's begin
    std::string key_;
    std::size_t count_ = 0;
};

/// The limit of the bytes shown of a body that is no JSON.
constexpr std::size_t shown_bytes_max = 32;

BadBody explain(const Builder& builder, const json::error_code& error, std::string_view body,
                std::size_t at) {
    if (builder.is_twice) {
        std::string field;
        append_escaped(field, builder.twice, echoed_bytes_max);
        return {"a field comes twice in one object", field};
    }
    const auto is = [&](json::error code) { return error == code; };
    if (builder.is_too_large || is(json::error::array_too_large)) {
        return {"the body has more than " + std::to_string(json_values_max) + " values"};
    }
    if (builder.is_too_wide || is(json::error::object_too_large)) {
        return {"an object has more than " + std::to_string(builder.limits.members) + " fields"};
    }
    if (is(json::error::too_deep)) {
        return {"the body is nested more than " + std::to_string(builder.limits.depth) + " deep"};
    }
    std::string text = "the body is no JSON: " + error.message();
    if (at == body.size()) return {text + ", at its end"};
    text.append(", at byte ").append(std::to_string(at)).append(": ");
    return {text + in_quotes(body.substr(at, shown_bytes_max))};
}

}  // namespace

std::variant<json::object, BadBody> parse_object(std::string_view body, const JsonLimits& limits) {
    json::parse_options options;
    options.max_depth = limits.depth;
    std::array<unsigned char, 2048> memory;
    json::basic_parser<Builder> parser{options, limits, memory};
    json::error_code error;
    const std::size_t read = parser.write_some(false, body.data(), body.size(), error);
    if (!error && read < body.size()) error = json::error::extra_data;
    if (error) return explain(parser.handler(), error, body, read);
    json::value value = parser.handler().values.release();
    if (!value.is_object()) return BadBody{in_quotes(body) + " is no JSON object"};
    return std::move(value.get_object());
}

}  // namespace allot
