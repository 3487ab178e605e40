#include "net/schema/fields.hpp"

#include <string>

#include "net/text/ascii_case.hpp"

namespace allot {

void report_missing_previous(Source& source, const Field& field, const Field& previous) {
    const std::string why = lower_case(field.about.substr(0, 1)).append(field.about.substr(1));
    source.fail(ErrorCode::syntax, "it is missing: " + why, previous.name);
}

}  // namespace allot
