#include "net/core/slow_log.hpp"

#include <algorithm>
#include <utility>

#include "net/text/escape.hpp"

namespace allot {

namespace {
std::string more(std::size_t count, std::string_view what) {
    return "... (" + std::to_string(count) + " more " + std::string{what} + ")";
}
}  // namespace

void SlowLog::add(Entry entry) {
    entry.id = next_id_++;
    entries_.push_front(std::move(entry));
    if (entries_.size() > entries_max) entries_.pop_back();
}

std::vector<std::string> SlowLog::bounded(std::span<const std::string_view> args) {
    std::vector<std::string> kept;
    const bool is_cut = args.size() > args_max;
    for (const std::string_view arg : args.first(is_cut ? args_max - 1 : args.size())) {
        std::string& text = kept.emplace_back();
        append_escaped(text, arg.substr(0, argument_bytes_max), argument_bytes_max);
        if (arg.size() > argument_bytes_max) {
            text += more(arg.size() - argument_bytes_max, "bytes");
        }
    }
    if (is_cut) kept.push_back(more(args.size() - kept.size(), "arguments"));
    return kept;
}

}  // namespace allot
