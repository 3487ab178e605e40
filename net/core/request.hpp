#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <string_view>

#include "engine/repository.hpp"

namespace allot {

struct CommandSpec;

/// One request of RESP: the verb and its arguments, as bytes in the parser's buffer.
/// Valid until the parser's next prepare(), so several requests of one read can be held at a time.
struct Request {
    boost::container::small_vector<std::string_view, 8> args;
    /// True for an array of bulk strings; false for a line.
    bool framed = false;
};

/// Requests that have been read and are about to be executed, with their rows of the command table
/// (null: an unknown command).
struct PrefetchWindow {
    struct Entry {
        Request request;
        const CommandSpec* spec = nullptr;
        const LineLookup* found = nullptr;  ///< see Call::found
    };
    std::array<Entry, Repository::lookups_max> entries;
    std::size_t size = 0;
    std::array<LineNames, Repository::lookups_max> lines;
    std::array<LineLookup, Repository::lookups_max> found;
    UnixMicros now = 0;  ///< the time at which the lines were looked up
};

}  // namespace allot
