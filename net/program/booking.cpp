#include "net/program/booking.hpp"

#include <boost/assert.hpp>

namespace allot::program {
namespace {

constexpr std::string_view unknown_sku_rule = "no batch of this SKU is known";

template <class Row, class Book>
void book_each(const Table<Row>& table, const RowsDone& done, Book book) {
    std::size_t rows = 0;
    for (const Located<Row>& at : table.rows) {
        book(at.row, at.places);
        if (done) done(++rows, table.rows.size());
    }
}

/// \return no_index after a complaint.
Index find_batch_of(const AllocationRow& row, const Product& product, UnitOfWork& work, Place place,
                    std::string_view file, Complaints& complaints) {
    const Index batch = work.repository().find_batch(row.batch);
    if (batch == no_index) {
        complaints.add(file, place, row.batch.view(), "no batch has this reference");
        return no_index;
    }
    if (product.ledger().batch(batch).product() != product.index()) {
        complaints.add(file, place, row.batch.view(), "this batch is of another SKU");
        return no_index;
    }
    return batch;
}

std::string_view why_not_restored(Refusal refusal) {
    return refusal == Refusal::batch_exists ? "another batch holds this line"
                                            : "the batch has fewer units available";
}

bool is_held(const OrderLine& line, const Product& product) {
    return product.ledger().find_line(line.order, product.index(), line.quantity) != no_index;
}

}  // namespace

std::size_t book_batches(const Table<BatchRow>& table, UnitOfWork& work, Complaints& complaints,
                         const RowsDone& done) {
    std::size_t already = 0;
    book_each(table, done, [&](const BatchRow& row, const auto& places) {
        Repository& repository = work.repository();
        const std::size_t facts = work.facts().size();
        const Index same = repository.find_batch(row.ref);
        const bool elsewhere =
            same != no_index &&
            repository.at(repository.ledger().batch(same).product()).sku_view() != row.sku.view();
        const Result<void> added =
            elsewhere ? Refusal::batch_exists
                      : work.find_or_add(row.sku).add_batch(row.ref, row.purchased, row.eta, work);
        if (!added) {
            complaints.add(table.file, places[0], row.ref.view(),
                           added.error() == Refusal::batch_limit
                               ? "the SKU has as many batches as one may have"
                               : "the reference is taken by a batch with other contents");
        } else if (work.facts().size() == facts) {
            ++already;
        }
    });
    return already;
}

std::size_t book_allocations(const Table<AllocationRow>& table, UnitOfWork& work,
                             Complaints& complaints, const RowsDone& done) {
    std::size_t already = 0;
    book_each(table, done, [&](const AllocationRow& row, const auto& places) {
        Product* const product = work.find(row.line.sku);
        if (product == nullptr) {
            complaints.add(table.file, places[1], row.line.sku.view(), unknown_sku_rule);
            return;
        }
        const Index batch = find_batch_of(row, *product, work, places[3], table.file, complaints);
        if (batch == no_index) return;
        const std::size_t facts = work.facts().size();
        const auto restored = product->restore(row.line, batch, work);
        if (!restored) {
            complaints.add(table.file, places[2], std::to_string(row.line.quantity.units()),
                           why_not_restored(restored.error()));
        } else if (work.facts().size() == facts) {
            ++already;
        }
    });
    return already;
}

Tally book_orders(const Table<OrderLine>& table, UnitOfWork& work, Complaints& complaints,
                  const RowsDone& done) {
    Tally tally;
    book_each(table, done, [&](const OrderLine& line, const auto& places) {
        Product* const product = work.find(line.sku);
        if (product == nullptr) {
            complaints.add(table.file, places[1], line.sku.view(), unknown_sku_rule);
        } else if (is_held(line, *product)) {
            ++tally.already;
        } else if (product->allocate(line, work)) {
            ++tally.allocated;
        } else {
            product->refuse(line, work);
            ++tally.short_of_stock;
        }
    });
    return tally;
}

void check_orders(const Table<OrderLine>& table, Repository& repository, Complaints& complaints) {
    for (const auto& [line, places] : table.rows) {
        if (repository.find(line.sku) == nullptr) {
            complaints.add(table.file, places[1], line.sku.view(), unknown_sku_rule);
        }
    }
}

}  // namespace allot::program
