#include "storage/io/sync_plan.hpp"

#include <algorithm>
#include <iterator>

namespace allot {

namespace {

bool holds(const FileContents& files, const std::string& name, const Content& content) {
    const auto found = files.find(name);
    return found != files.end() && found->second == content;
}

}  // namespace

std::vector<SyncAction> plan_sync(const FileContents& source, const FileContents& destination) {
    using Kind = SyncAction::Kind;
    // The destination's files that are not needed under their present names. Files that are already
    // in place are left out, because they must not be moved.
    std::multimap<Content, std::string> spare;
    for (const auto& [name, content] : destination) {
        if (!holds(source, name, content)) spare.emplace(content, name);
    }
    std::vector<SyncAction> copies;
    std::vector<SyncAction> moves;
    for (const auto& [name, content] : source) {
        if (holds(destination, name, content)) continue;
        const auto same = spare.find(content);
        if (same == spare.end()) {
            copies.push_back({Kind::copy, name, name});
        } else {
            moves.push_back({Kind::move, same->second, name});
            spare.erase(same);
        }
    }
    std::vector<SyncAction> removals;
    for (const auto& [content, name] : spare) {
        if (!source.contains(name)) removals.push_back({Kind::remove, name, {}});
    }
    std::ranges::sort(removals, {}, &SyncAction::from);
    std::vector<SyncAction> actions = std::move(copies);
    std::ranges::move(moves, std::back_inserter(actions));
    std::ranges::move(removals, std::back_inserter(actions));
    return actions;
}

}  // namespace allot
