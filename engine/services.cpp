#include "engine/services.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace allot {

Result<void> handle(const AddBatch& command, UnitOfWork& work) {
    const auto purchased = Purchased::of(command.quantity.units()).value();
    const auto added =
        handle(ImportBatch{command.batch, command.sku, purchased, command.eta}, work);
    if (!added) return added.error();
    return {};
}

Result<bool> handle(const ImportBatch& command, UnitOfWork& work) {
    const Index existing = work.repository().find_batch(command.batch);
    if (existing != no_index) {
        const Index owner = work.repository().ledger().batch(existing).product();
        if (work.repository().at(owner).sku().view() != command.sku.view()) {
            return Refusal::batch_exists;
        }
    }
    const std::size_t before = work.facts().size();
    Product& product = work.find_or_add(command.sku);
    const auto added = product.add_batch(command.batch, command.purchased, command.eta, work);
    if (!added) return added.error();
    return work.facts().size() != before;
}

Result<bool> handle(const ImportLine& command, UnitOfWork& work) {
    Product* const product = work.find(command.line.sku);
    if (product == nullptr) return Refusal::unknown_sku;
    const Index batch = work.repository().find_batch(command.batch);
    if (batch == no_index || product->ledger().batch(batch).product() != product->index()) {
        return Refusal::unknown_batch;
    }
    const std::size_t before = work.facts().size();
    const auto restored = product->import_line(command.line, batch, work);
    if (!restored) return restored.error();
    return work.facts().size() != before;
}

Result<BatchRef> handle(const Allocate& command, UnitOfWork& work) {
    const LineLookup found = work.repository().look_up(names_of(command.line));
    return owned(allocate(command.line, found, work));
}

Result<BatchRefView> allocate(const LineView& line, const LineLookup& found, UnitOfWork& work) {
    if (found.product == nullptr) return Refusal::unknown_sku;
    const OrderSlot order = found.product->ledger().find_order(line.order, found.order_hash);
    const Decision decision = found.product->decide(line.quantity, order);
    const auto batch = found.product->allocate(line, decision, work);
    if (!batch) work.note_shortage(line);
    return batch;
}

OrderResult handle(const AllocateOrder& command, UnitOfWork& work) {
    BatchRefs batches;
    batches.reserve(command.lines.size());
    std::array<LineNames, Repository::lookups_max> names;
    std::array<LineLookup, Repository::lookups_max> found;
    for (std::span rest{command.lines}; !rest.empty();) {
        const auto few = rest.first(std::min(rest.size(), names.size()));
        std::ranges::transform(few, names.begin(), [&](const LineItem& item) {
            return LineNames{command.order.view(), item.sku.view()};
        });
        work.repository().look_up(std::span{names}.first(few.size()),
                                  std::span{found}.first(few.size()));
        for (std::size_t i = 0; i < few.size(); ++i) {
            const auto batch =
                allocate({command.order, few[i].sku, few[i].quantity}, found[i], work);
            if (!batch) return RefusedLine{batch.error(), batches.size()};
            batches.push_back(batch->owned());
        }
        rest = rest.subspan(few.size());
    }
    return batches;
}

boost::system::result<std::size_t, RefusedLine> handle(const ImportOrder& command,
                                                       UnitOfWork& work) {
    const std::size_t before = work.facts().size();
    const auto batches = handle(command.order, work);
    if (!batches) return batches.error();
    return work.facts().size() - before;
}

namespace {
/// True when the command applies to this line of its order.
bool covers(const Deallocate& command, const Product& product, std::uint32_t quantity) {
    return (!command.sku || command.sku->view() == product.sku().view()) &&
           (!command.quantity || command.quantity->units() == quantity);
}
}  // namespace

Result<std::size_t> handle(const Deallocate& command, UnitOfWork& work) {
    Repository& repository = work.repository();
    const Ledger& ledger = repository.ledger();
    std::size_t released = 0;
    for (const Index at : ledger.lines_of(command.order)) {
        const AllocatedLine& line = ledger.line(at);
        Product& product = repository.at(ledger.product_of(line));
        if (!covers(command, product, line.quantity)) continue;
        const auto quantity = Quantity::of(line.quantity).value();
        released += product.deallocate(command.order, quantity, work);
    }
    const ShortageIndex::OrderName order{ledger.hash(command.order.view()), command.order.view()};
    for (const Index at : ledger.shortages().of_order(order)) {  // R14
        const Shortage& shortage = ledger.shortages()[at];
        Product& product = repository.at(shortage.product);
        if (!covers(command, product, shortage.quantity)) continue;
        product.withdraw(command.order, Quantity::of(shortage.quantity).value(), work);
    }
    return released;
}

namespace {
struct FoundBatch {
    Product& product;
    Index batch;
};

Result<FoundBatch> find(const BatchRef& ref, Repository& repository) {
    const Index at = repository.find_batch(ref);
    if (at == no_index) return Refusal::unknown_batch;
    return FoundBatch{repository.at(repository.ledger().batch(at).product()), at};
}
}  // namespace

Result<std::size_t> handle(const ChangeBatchQuantity& command, UnitOfWork& work) {
    const auto found = find(command.batch, work.repository());
    if (!found) return found.error();
    return found->product.change_quantity(found->batch, command.purchased, work);
}

Result<void> handle(const Reschedule& command, UnitOfWork& work) {
    const auto found = find(command.batch, work.repository());
    if (!found) return found.error();
    found->product.reschedule(found->batch, command.eta, work);
    return {};
}

namespace {
/// The batches that a decision has examined, and all after them; of a held line only its holder.
std::vector<Candidate> candidates_of(const Product& product, const Decision& decision) {
    std::vector<Candidate> candidates;
    Verdict others = Verdict::too_small;
    for (const Index at : product.batches()) {
        const bool is_it = at == decision.batch;
        if (decision.is_held && !is_it) continue;
        const Verdict its = decision.is_held ? Verdict::holds_the_line : Verdict::chosen;
        const Batch& batch = product.batch(at);
        candidates.push_back(
            {batch.ref().owned(), batch.eta(), batch.available(), is_it ? its : others});
        if (is_it) others = Verdict::not_needed;
    }
    return candidates;
}
}  // namespace

std::vector<ExplainedLine> explain(const AllocateOrder& order, UnitOfWork& work) {
    return work.preview([&](UnitOfWork& plan_of) {
        std::vector<ExplainedLine> plan;
        plan.reserve(order.lines.size());
        for (const LineItem& item : order.lines) {
            const OrderLine line{order.order, item.sku, item.quantity};
            std::vector<Candidate> candidates;
            Result<BatchRef> outcome = Refusal::unknown_sku;
            if (Product* const product = plan_of.find(item.sku)) {
                const OrderSlot slot = product->ledger().find_order(order.order);
                const Decision decision = product->decide(item.quantity, slot);
                candidates = candidates_of(*product, decision);
                outcome = owned(product->allocate(line, decision, plan_of));
            }
            plan.push_back({line, outcome, std::move(candidates)});
        }
        return plan;
    });
}

namespace {
BatchStock stock_of(const Batch& batch) {
    return {batch.ref().owned(), batch.eta(), batch.purchased(), batch.available()};
}
}  // namespace

Result<std::vector<BatchStock>> stock(const Sku& sku, Repository& repository) {
    const Product* const product = repository.find(sku);
    if (product == nullptr) return Refusal::unknown_sku;
    std::vector<BatchStock> rows;
    rows.reserve(product->batches().size());
    for (const Index at : product->batches()) {
        rows.push_back(stock_of(product->batch(at)));
    }
    return rows;
}

Result<BatchStock> batch_stock(const BatchRef& ref, Repository& repository) {
    const Index at = repository.find_batch(ref);
    if (at == no_index) return Refusal::unknown_batch;
    return stock_of(repository.ledger().batch(at));
}

Version version(const Sku& sku, Repository& repository) {
    const Product* const product = repository.find(sku);
    return product == nullptr ? 0 : product->version();
}

Result<std::int64_t> available(const Sku& sku, std::optional<Eta> day, Repository& repository) {
    const Product* const product = repository.find(sku);
    if (product == nullptr) return Refusal::unknown_sku;
    std::int64_t units = 0;
    for (const Index at : product->batches()) {
        const Batch& batch = product->batch(at);
        if (!day || batch.eta() <= *day) units += batch.available();
    }
    return units;
}

Result<std::vector<ShortLine>> shortages(const ShortageQuery& query, Repository& repository) {
    const ShortageIndex& index = repository.ledger().shortages();
    ShortageIndex::Indices found;
    if (query.sku) {
        const Product* const product = repository.find(*query.sku);
        if (product == nullptr) return Refusal::unknown_sku;
        found = product->shortages();
    } else {
        found = index.all();
    }
    const auto from =
        std::ranges::upper_bound(found, query.after, {}, [&](Index at) { return index[at].since; });
    std::vector<ShortLine> rows;
    for (auto at = from; at != found.end() && rows.size() < query.rows_max; ++at) {
        const Shortage& shortage = index[*at];
        rows.push_back({{OrderId::unchecked(shortage.order.view()),
                         repository.at(shortage.product).sku().owned(),
                         Quantity::of(shortage.quantity).value()},
                        shortage.since});
    }
    return rows;
}

std::vector<Allocation> allocations(const OrderId& order, Repository& repository) {
    const Ledger& ledger = repository.ledger();
    std::vector<Allocation> rows;
    for (const Index at : ledger.lines_of(order)) {
        const AllocatedLine& line = ledger.line(at);
        rows.push_back({repository.at(ledger.product_of(line)).sku().owned(),
                        Quantity::of(line.quantity).value(),
                        ledger.batch(line.batch).ref().owned()});
    }
    return rows;
}

}  // namespace allot
