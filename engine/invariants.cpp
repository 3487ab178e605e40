#include "engine/invariants.hpp"

#include <algorithm>

namespace allot {

namespace {

class Inspection {
public:
    explicit Inspection(Repository& repository)
        : repository_{repository}, ledger_{repository.ledger()} {}

    std::vector<std::string> run() {
        for (Index i = 0; i < repository_.size(); ++i) inspect(repository_.at(i));
        expect(lines_ == ledger_.line_count(), "lines that no batch holds");
        expect(batches_ == ledger_.batch_count(), "batches that no product has");
        expect(shortages_ == ledger_.shortages().size(), "shortages that no product has");
        return std::move(found_);
    }

private:
    void expect(bool holds, const std::string& otherwise) {
        if (!holds) found_.push_back(otherwise);
    }

    void inspect(Product& product) {
        const std::string sku{product.sku().view()};
        expect(repository_.find(product.sku()) == &product, "SKU " + sku + " is not found");
        expect(!product.batches().empty(), "SKU " + sku + " has no batch");
        expect(std::ranges::is_sorted(product.batches(), {},
                                      [&](Index at) { return ledger_.batch(at).rank(); }),
               "the batches of SKU " + sku + " are out of order");
        for (const Index at : product.sold_out()) {
            expect(ledger_.batch(at).available() == 0,
                   "a batch of SKU " + sku + " counts as sold out");
        }
        for (const Index at : product.batches()) inspect(product, at);
        inspect_shortages(product);
    }

    void inspect_shortages(const Product& product) {
        const ShortageIndex& index = ledger_.shortages();
        const std::string sku{product.sku().view()};
        const auto short_lines = index.of_product(product.index());
        expect(product.has_shortages() == !short_lines.empty(),
               "SKU " + sku + " has a wrong flag for short lines");
        for (const Index at : short_lines) {
            ++shortages_;
            const auto order = OrderId::unchecked(index[at].order.view());
            const auto quantity = Quantity::of(index[at].quantity).value();
            const std::string line =
                "a line of order " + std::string{order.view()} + ", SKU " + sku;
            const ShortageIndex::OrderName name{ledger_.hash(order.view()), order.view()};
            expect(index.find(name, product.index(), quantity) == at,
                   line + " that is short is not found");
            const auto of_order = index.of_order(name);
            expect(std::ranges::find(of_order, at) != of_order.end(),
                   line + " that is short is not found by its order");
            expect(ledger_.find_line(order, product.index(), quantity) == no_index,
                   line + " is short and allocated");
        }
    }

    void inspect(const Product& product, Index at) {
        ++batches_;
        const Batch& batch = ledger_.batch(at);
        const std::string ref{batch.ref().view()};
        expect(batch.product() == product.index(), "batch " + ref + " is of another SKU");
        expect(ledger_.find_batch(ref) == at, "batch " + ref + " is not found");
        std::int64_t allocated = 0;
        Lsn latest = 0;
        for (Index l = ledger_.first_line(at); l != no_index; l = ledger_.line(l).later) {
            const AllocatedLine& line = ledger_.line(l);
            ++lines_;
            allocated += line.quantity;
            expect(line.allocated_at > latest, "lines of batch " + ref + " are out of order");
            latest = line.allocated_at;
            inspect(line, l, ref);
        }
        expect(batch.available() >= 0 && allocated == batch.purchased() - batch.available(),
               "batch " + ref + ": " + std::to_string(allocated) + " units allocated of " +
                   std::to_string(batch.purchased()) + ", but " +
                   std::to_string(batch.available()) + " available");
    }

    void inspect(const AllocatedLine& line, Index at, const std::string& ref) {
        const auto order = OrderId::unchecked(ledger_.order_id(line));
        expect(ledger_.find_line(order, ledger_.product_of(line),
                                 Quantity::of(line.quantity).value()) == at,
               "a line of order " + std::string{order.view()} + " on batch " + ref +
                   " is not found, or allocated twice");
    }

    Repository& repository_;
    const Ledger& ledger_;
    std::size_t lines_ = 0;
    std::size_t batches_ = 0;
    std::size_t shortages_ = 0;
    std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> violations(Repository& repository) { return Inspection{repository}.run(); }

}  // namespace allot
