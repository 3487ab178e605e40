#pragma once

#include "net/escape.hpp"

namespace allot::program {
using allot::escaped;
using allot::escaped_short;
}  // namespace allot::program
