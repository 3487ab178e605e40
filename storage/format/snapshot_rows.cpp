#include "storage/format/snapshot_format.hpp"

#include <algorithm>

#include "engine/containers/copy_name.hpp"
#include "engine/containers/prefetch.hpp"

namespace allot::snapshot {

namespace {

/// The products that are prefetched together: by copy(), and by prefetch(), which begins hardly
/// more prefetches at once than a processor can have under way.
constexpr Index many_products = 32;
constexpr Index few_products = 4;
/// The most batches, and the most lines, that are prefetched together.
constexpr std::size_t prefetched_max = 512;

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
                             put_name(chunk, batch.ref().view())});
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
    chunk.products.resize(chunk_bytes / sizeof(ProductRow));
    chunk.batches.resize(chunk_bytes / sizeof(BatchRow));
    chunk.lines.resize(chunk_bytes / sizeof(LineRow));
    chunk.names.resize(chunk_bytes);
    chunk.clear();
    return chunk;
}

std::size_t RowCopier::copy(Chunk& chunk, std::size_t rows_min) {
    std::size_t rows = 0;
    while (rows < rows_min && !ended()) {
        if (next_ == prefetched_) prefetch_batches(many_products);
        while (!chains_.empty()) prefetch_lines();
        rows += copy_prefetched(chunk, rows_min - rows);
    }
    return rows;
}

bool RowCopier::prefetch() {
    if (next_ == prefetched_) {
        prefetch_batches(few_products);
        return true;
    }
    if (chains_.empty()) return false;
    prefetch_lines();
    return true;
}

/// Begins with the next products; prefetches those after them, too.
void RowCopier::prefetch_batches(Index products) {
    are_lines_ = false;
    seen_ = 0;
    prefetched_ = std::min(end_, next_ + products);
    for (Index at = next_; at < prefetched_; ++at) {
        for (const Index batch : repository_->at(at).batches()) {
            if (chains_.size() == prefetched_max) break;
            repository_->ledger().prefetch_batch(batch);
            chains_.push_back(batch);
        }
    }
    for (Index at = prefetched_; at < std::min(end_, prefetched_ + products); ++at) {
        allot::prefetch(repository_->at(at));
    }
}

/// Prefetches the next line of each batch. A batch's lines are a linked list that is scattered over
/// memory; so all lists are followed in parallel. A line may have been released since it was
/// prefetched: then its list ends here.
void RowCopier::prefetch_lines() {
    const Ledger& ledger = repository_->ledger();
    for (Index& at : chains_) {
        if (!are_lines_) {
            at = ledger.first_line(at);
        } else if (const AllocatedLine& line = ledger.line(at); line.order != no_index) {
            ledger.prefetch_order_id(line);
            at = line.later;
        } else {
            at = no_index;
        }
        ledger.prefetch_line(at);
    }
    are_lines_ = true;
    std::erase(chains_, no_index);
    seen_ += chains_.size();
    if (seen_ > prefetched_max) chains_.clear();
}

std::size_t RowCopier::copy_prefetched(Chunk& chunk, std::size_t rows_min) {
    const std::size_t before = chunk.rows();
    while (next_ < prefetched_ && chunk.rows() - before < rows_min) {
        const Product& product = repository_->at(next_++);
        chunk.products.push_back({product.version(), product.current_to(),
                                  static_cast<std::uint32_t>(product.batches().size()),
                                  put_name(chunk, product.sku().view())});
        for (const Index at : product.batches()) copy_batch(product.ledger(), at, chunk);
        copy_shortages(product, chunk);
    }
    return chunk.rows() - before;
}

bool restore(const Chunk& chunk, Repository& repository) {
    return RowReader{chunk}.restore(repository);
}

}  // namespace allot::snapshot
