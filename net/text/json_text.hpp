#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/eta.hpp"

namespace allot {

/// Writes JSON value by value, with commas. Strings are escaped; bytes that are no UTF-8 become
/// U+FFFD.
class JsonWriter {
public:
    /// \param out outlives the writer.
    explicit JsonWriter(std::string& out) noexcept : out_{out} {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view text);
    JsonWriter& integer(std::int64_t value);
    /// \param text a number of JSON.
    JsonWriter& number(std::string_view text);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// Writes a day as append_json_day() does.
    JsonWriter& day(Eta eta);

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();

    std::string& out_;
    bool needs_comma_ = false;
};

/// Appends the text as a string of JSON, quotes included.
void append_json_string(std::string& out, std::string_view text);
/// Appends `"YYYY-MM-DD"`; null for the warehouse.
void append_json_day(std::string& out, Eta eta);

}  // namespace allot
