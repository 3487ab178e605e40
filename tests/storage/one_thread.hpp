#pragma once

#include <boost/test/unit_test.hpp>

namespace allot::testing {

/// The label of cases in which one thread does everything, many times over. They take minutes with
/// ThreadSanitizer, which has nothing to find in them, and are not run with it.
inline const boost::unit_test::label one_thread{"one_thread"};

}  // namespace allot::testing
