#pragma once

#include <filesystem>

namespace allot::testing {

/// A file of the source tree, given its path from the root.
std::filesystem::path source_path(const char* path);

}  // namespace allot::testing
