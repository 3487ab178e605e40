#include "engine/message_bus.hpp"

#include <algorithm>
#include <array>

namespace allot {

Answer<Result<BatchRef>> MessageBus::allocate(const OrderLine& line) {
    const LineNames names{line.order.view(), line.sku.view()};
    Product* product = nullptr;
    repository_.prefetch_lines({&names, 1}, {&product, 1});
    return transact([&](UnitOfWork& work) { return allot::allocate(line, product, work); });
}

Lsn MessageBus::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    Lsn lsn = journal_.last();
    std::array<LineNames, Repository::prefetch_lines_max> names;
    std::array<Product*, Repository::prefetch_lines_max> products;
    while (!lines.empty()) {
        const std::size_t count = std::min(lines.size(), names.size());
        for (std::size_t i = 0; i < count; ++i) {
            names[i] = {lines[i].order.view(), lines[i].sku.view()};
        }
        repository_.prefetch_lines(std::span{names}.first(count), std::span{products}.first(count));
        const UnixMicros now = clock_.now();
        for (std::size_t i = 0; i < count; ++i) {
            auto answer = transact_at(now, [&](UnitOfWork& work) {
                return allot::allocate(lines[i], products[i], work);
            });
            results[i] = std::move(answer.result);
            lsn = answer.lsn;
        }
        lines = lines.subspan(count);
        results = results.subspan(count);
    }
    return lsn;
}

}  // namespace allot
