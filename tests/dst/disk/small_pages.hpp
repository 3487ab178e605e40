#pragma once

#include <sys/prctl.h>

namespace allot::testing {

/// Forbids huge pages: a process that opens thousands of tiny stores would spend its time clearing
/// them.
inline void use_small_pages() noexcept { ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

}  // namespace allot::testing
