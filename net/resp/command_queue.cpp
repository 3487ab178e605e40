#include "net/resp/command_queue.hpp"

#include <algorithm>

namespace allot {

CommandQueue::Added CommandQueue::add(const CommandSpec& spec,
                                      std::span<const std::string_view> args) {
    if (is_aborted_) return Added::yes;
    if (size() == transaction_commands_max) return Added::too_many;
    std::size_t bytes = text_.size() + (sizes_.size() + args.size()) * sizeof(std::uint32_t) +
                        (size() + 1) * sizeof(Command);
    for (const std::string_view arg : args) bytes += arg.size();
    if (bytes > transaction_bytes_max) return Added::too_large;
    commands_.push_back({&spec, static_cast<std::uint32_t>(args.size())});
    for (const std::string_view arg : args) {
        sizes_.push_back(static_cast<std::uint32_t>(arg.size()));
        text_.append(arg);
    }
    touches_stock_ = touches_stock_ || spec.store_use().stock;
    return Added::yes;
}

void CommandQueue::abort() noexcept {
    std::vector<Command>{}.swap(commands_);
    std::vector<std::uint32_t>{}.swap(sizes_);
    std::string{}.swap(text_);
    touches_stock_ = false;
    is_aborted_ = true;
}

std::size_t CommandQueue::capacity() const noexcept {
    return sizeof *this + text_.capacity() + sizes_.capacity() * sizeof(std::uint32_t) +
           commands_.capacity() * sizeof(Command);
}

bool WatchList::have_moved(Repository& repository) const {
    return std::ranges::any_of(versions_, [&](const auto& watched) {
        return version(watched.first, repository) != watched.second;
    });
}

}  // namespace allot
