#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/services.hpp"
#include "net/limits.hpp"
#include "net/schema/spec.hpp"

namespace allot {

/// The commands of one client between MULTI and EXEC. Memory grows with the commands, up to
/// transaction_commands_max and transaction_bytes_max.
class CommandQueue {
public:
    using Args = boost::container::small_vector<std::string_view, 8>;

    enum class Added : std::uint8_t { yes, too_many, too_large };
    /// Copies a command; ignored once the transaction is refused.
    Added add(const CommandSpec& spec, std::span<const std::string_view> args);
    /// Drops the commands after one was refused: EXEC will execute nothing.
    void abort() noexcept;
    [[nodiscard]] bool is_aborted() const noexcept { return is_aborted_; }

    [[nodiscard]] std::size_t size() const noexcept { return commands_.size(); }
    /// True if a command reads or changes stock.
    [[nodiscard]] bool touches_stock() const noexcept { return touches_stock_; }
    /// Memory that it holds.
    [[nodiscard]] std::size_t capacity() const noexcept;

    /// Calls `with(const CommandSpec&, span of arguments, the verb first)` with each command, in
    /// order, until it returns false.
    template <class With>
    void for_each(With&& with) const {
        std::size_t at = 0;
        const std::uint32_t* bytes = sizes_.data();
        Args args;
        for (const Command& command : commands_) {
            args.clear();
            for (std::uint32_t i = 0; i < command.args; ++i, at += *bytes++) {
                args.push_back(std::string_view{text_}.substr(at, *bytes));
            }
            if (!with(*command.spec, std::span<const std::string_view>{args.data(), args.size()})) {
                return;
            }
        }
    }

private:
    struct Command {
        const CommandSpec* spec;
        std::uint32_t args;
    };

    std::vector<Command> commands_;
    std::vector<std::uint32_t> sizes_;  // of all arguments
    std::string text_;                  // all arguments, one after the other
    bool touches_stock_ = false;
    bool is_aborted_ = false;
};

/// The SKUs that a client watches, each with its version when the watch began: 0 for a SKU without
/// batches. At most watched_skus_max.
class WatchList {
public:
    [[nodiscard]] bool empty() const noexcept { return versions_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return versions_.size(); }
    [[nodiscard]] bool contains(const Sku& sku) const { return versions_.contains(sku); }
    /// Adds a SKU; one that is watched already keeps its earlier version.
    void add(const Sku& sku, Version version) { versions_.emplace(sku, version); }
    /// True if the stock of one of them has changed since.
    [[nodiscard]] bool have_moved(Repository& repository) const;
    void clear() noexcept { decltype(versions_){}.swap(versions_); }
    /// Memory that it holds.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return versions_.capacity() * sizeof(*versions_.begin());
    }

private:
    boost::container::flat_map<Sku, Version> versions_;
};

}  // namespace allot
