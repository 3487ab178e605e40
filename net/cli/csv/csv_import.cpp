#include "net/cli/csv/csv_import.hpp"

namespace allot::program {
namespace {

template <class Row, class Import>
void import_each(const Table<Row>& table, const RowsDone& done, Import take) {
    std::size_t rows = 0;
    for (const Located<Row>& at : table.rows) {
        take(at.row, at.positions);
        if (done) done(++rows, table.rows.size());
    }
}

/// Reports a line that cannot go to its batch.
void report_row(const AllocationRow& row, Refusal refusal,
                const std::array<TextPosition, 4>& positions, Repository& repository,
                std::string_view file, Diagnostics& diagnostics) {
    const auto report = [&](std::size_t at, std::string_view value, std::string_view rule) {
        diagnostics.add(file, positions[at], value, rule);
    };
    if (refusal == Refusal::unknown_sku) {
        report(1, row.line.sku.view(), unknown_sku_rule);
    } else if (refusal == Refusal::unknown_batch) {
        const bool is_known = repository.find_batch(row.batch) != no_index;
        report(3, row.batch.view(), is_known ? other_sku_rule : unknown_batch_rule);
    } else {
        report(2, std::to_string(row.line.quantity.units()),
               refusal == Refusal::batch_exists ? "another batch holds this line"
                                                : "the batch has fewer units available");
    }
}

/// \return false after a diagnostic.
bool are_known(const Table<OrderLine>& table, std::size_t at, std::size_t size,
               Repository& repository, Diagnostics& diagnostics) {
    bool known = true;
    for (std::size_t i = at; i < at + size; ++i) {
        const auto& [line, positions] = table.rows[i];
        if (repository.find(line.sku) != nullptr) continue;
        diagnostics.add(table.file, positions[1], line.sku.view(), unknown_sku_rule);
        known = false;
    }
    return known;
}

AllocateOrder order_at(const Table<OrderLine>& table, std::size_t at, std::size_t size) {
    AllocateOrder order{table.rows[at].row.order, {}};
    order.lines.reserve(size);
    for (std::size_t i = at; i < at + size; ++i) {
        order.lines.push_back({table.rows[i].row.sku, table.rows[i].row.quantity});
    }
    return order;
}

}  // namespace

std::size_t import_batches(const Table<BatchRow>& table, UnitOfWork& work, Diagnostics& diagnostics,
                           const RowsDone& done) {
    std::size_t already = 0;
    import_each(table, done, [&](const BatchRow& row, const auto& positions) {
        const auto added = handle(ImportBatch{row.ref, row.sku, row.purchased, row.eta}, work);
        if (!added) {
            diagnostics.add(
                table.file, positions[0], row.ref.view(),
                added.error() == Refusal::batch_limit ? batch_limit_rule : batch_taken_rule);
        } else if (!*added) {
            ++already;
        }
    });
    return already;
}

std::size_t import_allocations(const Table<AllocationRow>& table, UnitOfWork& work,
                               Diagnostics& diagnostics, const RowsDone& done) {
    std::size_t already = 0;
    import_each(table, done, [&](const AllocationRow& row, const auto& positions) {
        const auto held = handle(ImportLine{row.line, row.batch}, work);
        if (!held) {
            report_row(row, held.error(), positions, work.repository(), table.file, diagnostics);
        } else if (!*held) {
            ++already;
        }
    });
    return already;
}

Tally import_orders(const Table<OrderLine>& table, OrdersAre orders, UnitOfWork& work,
                    Diagnostics& diagnostics, const RowsDone& done) {
    Tally tally;
    for (std::size_t at = 0; at < table.rows.size();) {
        const std::size_t size = rows_together(table, at, orders);
        if (are_known(table, at, size, work.repository(), diagnostics)) {
            const auto fresh = work.attempt([&](UnitOfWork& part) {
                return handle(ImportOrder{order_at(table, at, size)}, part);
            });
            fresh ? tally.allocate(size, *fresh) : tally.refuse(size);
        }
        at += size;
        if (done) done(at, table.rows.size());
    }
    return tally;
}

void check_orders(const Table<OrderLine>& table, Repository& repository, Diagnostics& diagnostics) {
    are_known(table, 0, table.rows.size(), repository, diagnostics);
}

}  // namespace allot::program
