#include "net/cli/import_remote.hpp"

#include <ostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "net/cli/io/progress_bar.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

constexpr std::size_t requests_max = 512;  // sent before their replies are read
constexpr std::size_t requests_bytes_max = 64 * kibibyte;

/// Compares the batches and SKUs that the rows name with those of a server.
class KnownStock {
public:
    KnownStock(const ImportRows& rows, Diagnostics& diagnostics)
        : rows_{rows}, diagnostics_{diagnostics} {
        for (const auto& at : rows.allocations.rows) {
            unknown_skus_.insert(at.row.line.sku.view());
            wanted_.try_emplace(at.row.batch.view());
        }
        for (const auto& at : rows.orders.rows) unknown_skus_.insert(at.row.sku.view());
        for (const auto& at : rows.batches.rows) add(at);
    }

    /// Notes a batch of the server.
    void see(std::string_view ref, std::string_view sku, std::string_view units,
             std::string_view eta);
    /// Reports batches and SKUs that neither the rows nor the server have.
    void report() const;

private:
    struct Wanted {
        std::string_view sku{};                  ///< of a row or the server; empty: of neither
        const Located<BatchRow>* row = nullptr;  ///< none: no row of the batches has it
    };

    void add(const Located<BatchRow>& at);
    void report_row(const Located<BatchRow>& at) const {
        diagnostics_.add(rows_.batches.file, at.positions[0], at.row.ref.view(), batch_taken_rule);
    }

    const ImportRows& rows_;
    Diagnostics& diagnostics_;
    std::unordered_map<std::string_view, Wanted> wanted_;
    std::unordered_set<std::string_view> unknown_skus_;
    std::unordered_set<std::string> skus_;  // of the server, where a batch that is wanted has one
};

bool has_contents(const BatchRow& row, std::string_view sku, std::string_view units,
                  std::string_view eta) {
    return row.sku.view() == sku && std::to_string(row.purchased.units()) == units &&
           day_text(row.eta) == eta;
}

void KnownStock::add(const Located<BatchRow>& at) {
    unknown_skus_.erase(at.row.sku.view());
    Wanted& wanted = wanted_[at.row.ref.view()];
    if (wanted.row == nullptr) {
        wanted = {at.row.sku.view(), &at};
    } else if (const BatchRow& first = wanted.row->row; first.sku != at.row.sku ||
                                                        first.purchased != at.row.purchased ||
                                                        first.eta != at.row.eta) {
        report_row(at);
    }
}

void KnownStock::see(std::string_view ref, std::string_view sku, std::string_view units,
                     std::string_view eta) {
    unknown_skus_.erase(sku);
    const auto found = wanted_.find(ref);
    if (found == wanted_.end()) return;
    Wanted& wanted = found->second;
    if (wanted.row != nullptr && !has_contents(wanted.row->row, sku, units, eta)) {
        report_row(*wanted.row);
    }
    wanted.sku = *skus_.emplace(sku).first;
}

void KnownStock::report() const {
    for (const auto& [row, positions] : rows_.allocations.rows) {
        const std::string& file = rows_.allocations.file;
        const Wanted& batch = wanted_.at(row.batch.view());
        if (unknown_skus_.contains(row.line.sku.view())) {
            diagnostics_.add(file, positions[1], row.line.sku.view(), unknown_sku_rule);
        } else if (batch.sku.empty()) {
            diagnostics_.add(file, positions[3], row.batch.view(), unknown_batch_rule);
        } else if (batch.sku != row.line.sku.view()) {
            diagnostics_.add(file, positions[3], row.batch.view(), other_sku_rule);
        }
    }
    for (const auto& [line, positions] : rows_.orders.rows) {
        if (!unknown_skus_.contains(line.sku.view())) continue;
        diagnostics_.add(rows_.orders.file, positions[1], line.sku.view(), unknown_sku_rule);
    }
}

/// \throws BadInput
void check_against(Remote& remote, const ImportRows& rows) {
    Diagnostics diagnostics;
    KnownStock known{rows, diagnostics};
    for_each_row(remote, "BATCHES", [&](const Reply& row) {
        if (row.items.size() < 4) return;
        known.see(row.items[0].text, row.items[1].text, std::to_string(row.items[2].number),
                  row.items[3].text);
    });
    known.report();
    if (!diagnostics.empty()) throw BadInput{std::move(diagnostics)};
}

/// Sends the rows of an import, and counts the replies.
class Sender {
public:
    Sender(Remote& remote, const ImportRows& rows, Console& console)
        : remote_{remote}, rows_{rows}, console_{console} {}

    void send_batches();
    void send_allocations();
    void send_orders(OrdersAre orders);

    [[nodiscard]] const Imported& imported() const noexcept { return imported_; }
    /// Returns the number of rows done, for the message of an import that ends early.
    [[nodiscard]] std::string account() const;

private:
    /// Sends a request for each `size` rows from `at` on that `encode` gives for them.
    template <class Row, class Encode, class Take>
    void send(std::string_view what, const Table<Row>& table, Encode encode, Take take);
    /// \throws RemoteError of an error that is not about the row.
    void refuse(const std::string& file, TextPosition position, std::string_view value,
                const Reply& error);
    /// \throws std::runtime_error when rows were refused.
    void end_file(const std::string& file);

    Remote& remote_;
    const ImportRows& rows_;
    Console& console_;
    Diagnostics diagnostics_;
    Imported imported_;
    std::size_t batches_done_ = 0;
    std::size_t allocations_done_ = 0;
};

/// \param encode appends a request for the rows from a position on, and returns their number.
/// \param take is called with the first of these rows, their number, and the reply.
template <class Row, class Encode, class Take>
void Sender::send(std::string_view what, const Table<Row>& table, Encode encode, Take take) {
    ProgressBar bar{console_.err, console_.err_is_terminal};
    const auto& rows = table.rows;
    for (std::size_t done = 0; done < rows.size();) {
        bar.update(what, done, rows.size());
        std::string requests;
        std::vector<std::size_t> sizes;
        std::size_t at = done;
        while (at < rows.size() && sizes.size() < requests_max &&
               requests.size() < requests_bytes_max) {
            sizes.push_back(encode(requests, at));
            at += sizes.back();
        }
        auto size = sizes.begin();
        remote_.exchange(requests, sizes.size(), [&](const Reply& reply) {
            take(rows[done], *size, reply);
            done += *size++;
        });
    }
    end_file(table.file);
}

void Sender::refuse(const std::string& file, TextPosition position, std::string_view value,
                    const Reply& error) {
    const std::string_view code = error.code();
    if (code.empty() || code == "ERR" || code == "NOAUTH" || code == "READONLY" ||
        code == "LOADING") {
        throw RemoteError{remote_.name() + ": " + escaped(error.text)};
    }
    diagnostics_.add(file, position, value,
                     escaped(std::string_view{error.text}.substr(code.size() + 1)));
}

void Sender::end_file(const std::string& file) {
    if (diagnostics_.empty()) return;
    diagnostics_.print(console_.err);
    throw std::runtime_error{std::to_string(diagnostics_.count()) + " rows of " + escaped(file) +
                             " were refused, and no row of another file was sent after them"};
}

void Sender::send_batches() {
    send(
        "importing batches", rows_.batches,
        [&](std::string& requests, std::size_t at) {
            const BatchRow& row = rows_.batches.rows[at].row;
            append_request(requests, {"IMPORT", "BATCH", row.ref.view(), row.sku.view(),
                                      std::to_string(row.purchased.units()), day_text(row.eta)});
            return std::size_t{1};
        },
        [&](const Located<BatchRow>& at, std::size_t, const Reply& reply) {
            if (reply.kind == Reply::Kind::integer) {
                ++batches_done_;
                if (reply.number == 0) ++imported_.batches_already;
            } else {
                refuse(rows_.batches.file, at.positions[0], at.row.ref.view(), reply);
            }
        });
}

void Sender::send_allocations() {
    const std::string& file = rows_.allocations.file;
    send(
        "importing allocations", rows_.allocations,
        [&](std::string& requests, std::size_t at) {
            const auto& [line, batch] = rows_.allocations.rows[at].row;
            append_request(requests, {"IMPORT", "ALLOCATION", line.order.view(), line.sku.view(),
                                      std::to_string(line.quantity.units()), batch.view()});
            return std::size_t{1};
        },
        [&](const Located<AllocationRow>& at, std::size_t, const Reply& reply) {
            const OrderLine& line = at.row.line;
            if (reply.kind == Reply::Kind::integer) {
                ++allocations_done_;
                if (reply.number == 0) ++imported_.allocations_already;
            } else if (reply.code() == "INVALIDSKU") {
                refuse(file, at.positions[1], line.sku.view(), reply);
            } else if (reply.code() == "NOSUCHBATCH") {
                refuse(file, at.positions[3], at.row.batch.view(), reply);
            } else {
                refuse(file, at.positions[2], std::to_string(line.quantity.units()), reply);
            }
        });
}

void Sender::send_orders(OrdersAre orders) {
    const auto& rows = rows_.orders.rows;
    Tally& tally = imported_.orders;
    send(
        "allocating orders", rows_.orders,
        [&](std::string& requests, std::size_t at) {
            const std::size_t size = rows_together(rows_.orders, at, orders);
            std::vector<std::string> words{"IMPORT", "ORDER",
                                           std::string{rows[at].row.order.view()}};
            for (std::size_t i = at; i < at + size; ++i) {
                words.emplace_back(rows[i].row.sku.view());
                words.push_back(std::to_string(rows[i].row.quantity.units()));
            }
            append_request(requests, words);
            return size;
        },
        [&](const Located<OrderLine>& at, std::size_t size, const Reply& reply) {
            if (reply.kind == Reply::Kind::integer) {
                tally.allocate(size, static_cast<std::size_t>(reply.number));
            } else if (reply.code() == "OUTOFSTOCK") {
                tally.refuse(size);
            } else {
                refuse(rows_.orders.file, at.positions[1], at.row.sku.view(), reply);
            }
        });
}

std::string Sender::account() const {
    const Tally& orders = imported_.orders;
    const auto part = [](std::size_t done, std::size_t of, const char* what) {
        return std::to_string(done) + " of " + std::to_string(of) + what;
    };
    return "imported so far: " + part(batches_done_, rows_.batches.rows.size(), " batches, ") +
           part(allocations_done_, rows_.allocations.rows.size(), " allocations and ") +
           part(orders.total(), rows_.orders.rows.size(), " order lines") + ", of which " +
           std::to_string(imported_.already()) +
           " were there already; the import may be repeated, which leaves them as they are";
}

/// \throws BadInput when an order has more lines than a request may have.
void check_sizes(const ImportRows& rows) {
    Diagnostics diagnostics;
    const auto& lines = rows.orders.rows;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t size = rows_together(rows.orders, at, OrdersAre::whole);
        if (size > order_lines_max) {
            diagnostics.add(rows.orders.file, lines[at].positions[0], lines[at].row.order.view(),
                            "an order has at most " + std::to_string(order_lines_max) +
                                " lines if it is sent whole to a server");
        }
        at += size;
    }
    if (!diagnostics.empty()) throw BadInput{std::move(diagnostics)};
}

}  // namespace

Imported import_to(Remote& remote, const ImportRows& rows, OrdersAre orders, Console& console) {
    if (orders == OrdersAre::whole) check_sizes(rows);
    check_against(remote, rows);
    Sender sender{remote, rows, console};
    try {
        sender.send_batches();
        sender.send_allocations();
        sender.send_orders(orders);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error{std::string{error.what()} + "; " + sender.account()};
    }
    return sender.imported();
}

}  // namespace allot::program
