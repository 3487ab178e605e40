#include "storage/format/snapshot_format.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "engine/containers/copy_name.hpp"

namespace allot::snapshot {

namespace {

constexpr std::size_t slice_products_max = 32;
constexpr std::size_t slice_lines_max = 256;

std::uint32_t put_name(Chunk& chunk, std::string_view name) {
    const std::size_t at = chunk.names.size();
    chunk.names.resize(at + name.size(), boost::container::default_init);
    copy_name(&chunk.names[at], name.data(), name.size());
    return static_cast<std::uint32_t>(name.size());
}

void copy_batch(const Ledger& ledger, Index at, Chunk& chunk) {
    const Batch& batch = ledger.batch(at);
    chunk.batches.push_back({batch.rank().added, batch.eta().days(),
                             static_cast<std::uint32_t>(batch.purchased()), 0,
                             put_name(chunk, batch.ref_view())});
    const std::size_t before = chunk.lines.size();
    for (Index l = ledger.first_line(at); l != no_index; l = ledger.line(l).later) {
        const AllocatedLine& line = ledger.line(l);
        chunk.lines.push_back(
            {line.allocated_at, line.quantity, put_name(chunk, ledger.order_id(line))});
    }
    chunk.batches.back().lines = static_cast<std::uint32_t>(chunk.lines.size() - before);
}

void copy_shortages(const Product& product, Chunk& chunk) {
    const auto row = static_cast<std::uint32_t>(chunk.products.size() - 1);
    for (const Index at : product.shortages()) {
        const Shortage& shortage = product.ledger().shortages()[at];
        chunk.shortages.push_back(
            {shortage.since, 0, shortage.quantity, put_name(chunk, shortage.order.view()), row, 0});
    }
}

/// Prefetches the memory that the next slice will read. A batch's lines are a linked list that is
/// scattered over memory; so the lists of all batches are followed in parallel, one line of each at
/// a time.
void prefetch_products(Repository& repository, Index next) {
    const Ledger& ledger = repository.ledger();
    boost::container::small_vector<Index, 4 * slice_products_max> chains;
    const auto end = std::min<std::size_t>(repository.size(), next + slice_products_max);
    for (Index at = next; at < end; ++at) {
        for (const Index batch : repository.at(at).batches()) {
            ledger.prefetch_batch(batch);
            chains.push_back(batch);
        }
    }
    for (Index& at : chains) {
        at = ledger.first_line(at);
        ledger.prefetch_line(at);
    }
    for (std::size_t seen = 0; !chains.empty() && seen < 2 * slice_lines_max;) {
        chains.erase(std::ranges::remove(chains, no_index).begin(), chains.end());
        seen += chains.size();
        for (Index& at : chains) {
            const AllocatedLine& line = ledger.line(at);
            ledger.prefetch_order_id(line);
            at = line.later;
            ledger.prefetch_line(at);
        }
    }
}

/// Reads rows and names of a chunk in the order in which they were added.
class RowReader {
public:
    explicit RowReader(const Chunk& chunk) noexcept
        : chunk_{chunk}, names_{chunk.names.data(), chunk.names.size()} {}

    [[nodiscard]] bool restore(Repository& repository) {
        for (const ProductRow& row : chunk_.products) {
            if (!restore(row, repository)) return false;
            ++products_;
        }
        return batches_ == chunk_.batches.size() && lines_ == chunk_.lines.size() &&
               shortages_ == chunk_.shortages.size() && names_.empty();
    }

private:
    template <class Name>
    [[nodiscard]] Result<Name> name(std::uint32_t bytes) {
        const std::string_view text = names_.substr(0, bytes);
        names_.remove_prefix(text.size());
        if (text.size() != bytes) return Refusal::bad_name;
        return Name::stored(text);
    }

    [[nodiscard]] bool restore(const ProductRow& row, Repository& repository) {
        const auto sku = name<Sku>(row.sku_bytes);
        if (!sku || repository.find(*sku) != nullptr) return false;
        if (row.batches == 0 || row.batches > chunk_.batches.size() - batches_) return false;
        Product& product = repository.add(*sku);
        for (std::uint32_t i = 0; i < row.batches; ++i) {
            if (!restore(chunk_.batches[batches_++], product, *sku)) return false;
        }
        if (!restore_shortages(product, *sku)) return false;
        product.set_version(row.version);
        product.set_current_to(row.current_to);
        return true;
    }

    /// Restores the shortages of the current product, which come next.
    [[nodiscard]] bool restore_shortages(Product& product, const Sku& sku) {
        Lsn latest = 0;
        for (; shortages_ < chunk_.shortages.size(); ++shortages_) {
            const ShortageRow& row = chunk_.shortages[shortages_];
            if (row.product != products_) break;
            if (row.since <= latest) return false;
            latest = row.since;
            const auto order = name<OrderId>(row.order_bytes);
            const auto quantity = Quantity::of(row.quantity);
            if (!order || !quantity || row.reserved != 0) return false;
            if (!product.add_shortage({*order, sku, *quantity}, row.since)) return false;
        }
        return true;
    }

    [[nodiscard]] bool restore(const BatchRow& row, Product& product, const Sku& sku) {
        const auto ref = name<BatchRef>(row.ref_bytes);
        const auto purchased = Purchased::of(row.purchased);
        const auto eta = Eta::of_days(row.eta_days);
        if (!ref || !purchased || !eta) return false;
        if (!product.apply(BatchAdded{sku, *ref, *purchased, *eta}, row.added)) return false;
        if (row.lines > chunk_.lines.size() - lines_) return false;
        Lsn latest = 0;
        for (std::uint32_t i = 0; i < row.lines; ++i) {
            const LineRow& line = chunk_.lines[lines_++];
            if (line.allocated_at <= latest) return false;
            latest = line.allocated_at;
            const auto order = name<OrderId>(line.order_bytes);
            const auto quantity = Quantity::of(line.quantity);
            if (!order || !quantity) return false;
            const LineAllocated fact{{*order, sku, *quantity}, *ref};
            if (!product.apply(fact, line.allocated_at)) return false;
        }
        return true;
    }

    const Chunk& chunk_;
    std::string_view names_;
    std::size_t products_ = 0;  // rows read so far, of each kind
    std::size_t batches_ = 0;
    std::size_t lines_ = 0;
    std::size_t shortages_ = 0;
};

}  // namespace

Chunk empty_chunk() {
    Chunk chunk;
    chunk.products.reserve(chunk_bytes / sizeof(ProductRow));
    chunk.batches.reserve(chunk_bytes / sizeof(BatchRow));
    chunk.lines.reserve(chunk_bytes / sizeof(LineRow));
    chunk.names.reserve(chunk_bytes);
    return chunk;
}

void copy_slice(Repository& repository, Index& next, Chunk& chunk,
                std::chrono::steady_clock::time_point until) {
    using Steady = std::chrono::steady_clock;
    const auto is_late = [&] {
        return until != Steady::time_point::max() && Steady::now() > until;
    };
    if (next >= repository.size()) return;
    prefetch_products(repository, next);
    const std::size_t products_max = chunk.products.size() + slice_products_max;
    const auto rows = [&] { return chunk.lines.size() + chunk.shortages.size(); };
    const std::size_t rows_max = rows() + slice_lines_max;
    do {
        const Product& product = repository.at(next++);
        chunk.products.push_back({product.version(), product.current_to(),
                                  static_cast<std::uint32_t>(product.batches().size()),
                                  put_name(chunk, product.sku_view())});
        for (const Index at : product.batches()) copy_batch(product.ledger(), at, chunk);
        copy_shortages(product, chunk);
    } while (next < repository.size() && chunk.products.size() < products_max &&
             rows() < rows_max && !is_late());
}

bool restore(const Chunk& chunk, Repository& repository) {
    return RowReader{chunk}.restore(repository);
}

}  // namespace allot::snapshot
