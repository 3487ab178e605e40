#pragma once

#include <stdexcept>

namespace allot::program {

/// An error: the program was called or configured wrongly. The text names the option, where it was
/// set, the value, and the rule that it breaks.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace allot::program
