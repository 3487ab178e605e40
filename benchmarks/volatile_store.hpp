#pragma once

#include "engine/message_bus.hpp"
#include "engine/repository.hpp"
#include "storage/flushing_mutex.hpp"
#include "storage/io/huge_pages.hpp"
#include "storage/io/system_clock.hpp"
#include "storage/journal/volatile_journal.hpp"

namespace allot::bench {

/// A Store without a journal, otherwise assembled as in StoreCore, and called as Store calls it.
class VolatileStore {
public:
    Result<BatchRef> allocate(const LineView& line) {
        Result<BatchRef> result = Refusal::out_of_stock;
        allocate({&line, 1}, {&result, 1});
        return result;
    }
    void allocate(std::span<const LineView> lines, std::span<Result<BatchRef>> results) {
        constexpr std::size_t lines_at_once = 256;  // as Store
        while (!lines.empty()) {
            const std::size_t count = std::min(lines.size(), lines_at_once);
            {
                const std::scoped_lock guard{mutex_};
                bus_.allocate(lines.first(count), results.first(count));
            }
            lines = lines.subspan(count);
            results = results.subspan(count);
        }
    }
    Result<std::size_t> deallocate(const Deallocate& lines) {
        const std::scoped_lock guard{mutex_};
        return bus_.handle(lines).result;
    }
    template <class Decide>
    auto transact(Decide&& decide) {
        const std::scoped_lock guard{mutex_};
        return bus_.transact(std::forward<Decide>(decide)).result;
    }

private:
    static constexpr std::uint64_t hash_seed = 0x5EED'5EED'5EED'5EED;

    SystemClock clock_;
    Repository repository_{hash_seed, huge_pages()};
    VolatileJournal journal_;
    FlushingMutex mutex_{journal_};
    MessageBus bus_{repository_, journal_, clock_};
};

}  // namespace allot::bench
