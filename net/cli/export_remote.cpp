#include "net/cli/export_remote.hpp"

#include <functional>
#include <ostream>
#include <unordered_map>
#include <utility>

#include "net/text/escape.hpp"

namespace allot::program {
namespace {

/// Reads the values of a stock, too.
struct StockFields : ReplyFields {
    explicit StockFields(const Remote& remote) : ReplyFields{remote} {}

    template <class T>
    T value(Result<T> read, const Reply& from) const {
        if (!read) refuse(from.text);
        return *read;
    }
    template <class Name>
    Name name(const Reply& reply) const {
        const auto read = Name::stored(reply.text);
        if (!read) refuse(reply.text);
        return *read;
    }
    Eta eta(const Reply& reply) const {
        if (reply.text == "warehouse") return Eta::warehouse();
        return value(Eta::parse(reply.text), reply);
    }
    template <class Units>
    Units units(const Reply& reply) const {
        return value(Units::of(static_cast<std::int64_t>(number(reply))), reply);
    }
    OrderLine line(const Reply& order, const Reply& sku, const Reply& quantity) const {
        return {name<OrderId>(order), name<Sku>(sku), units<Quantity>(quantity)};
    }
};

struct TextHash {
    std::size_t operator()(const BatchRef& ref) const noexcept {
        return std::hash<std::string_view>{}(ref.view());
    }
    std::size_t operator()(const OrderLine& line) const noexcept {
        constexpr std::size_t odd = 0x9E37'79B9'7F4A'7C15;
        const std::hash<std::string_view> hash;
        return (hash(line.order.view()) * odd + hash(line.sku.view())) * odd +
               static_cast<std::size_t>(line.quantity.units());
    }
};

/// The listed stock, with the facts since then applied to it.
class StockCopy {
public:
    explicit StockCopy(const Remote& remote) : read_{remote} {}

    void add_batch(const Reply& row) {
        const auto& parts = read_.items(row, 5);
        batches_.insert_or_assign(
            read_.name<BatchRef>(parts[0]),
            Dated<BatchRow>{read_.number(parts[4]),
                            {read_.name<BatchRef>(parts[0]), read_.name<Sku>(parts[1]),
                             read_.units<Purchased>(parts[2]), read_.eta(parts[3])}});
    }
    void add_line(const Reply& row) {
        const auto& parts = read_.items(row, 5);
        lines_.insert_or_assign(read_.line(parts[0], parts[1], parts[2]),
                                Held{read_.name<BatchRef>(parts[3]), read_.number(parts[4])});
    }
    /// \return the fact's LSN.
    Lsn apply(const Reply& fact);

    [[nodiscard]] StockRows rows() && {
        StockRows rows;
        for (const auto& [ref, batch] : batches_) rows.batches.push_back(batch);
        for (const auto& [line, held] : lines_) {
            rows.allocations.push_back({held.since, {line, held.batch}});
        }
        return rows;
    }

private:
    struct Held {
        BatchRef batch;
        Lsn since;  ///< its seniority: the order among the others
    };

    /// Returns the value of a field by either of its names; null if there is none.
    [[nodiscard]] const Reply* find(const Reply& map, std::string_view name,
                                    std::string_view other) const {
        const auto& parts = read_.items(map, 0);
        for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
            if (parts[i].text == name || parts[i].text == other) return &parts[i + 1];
        }
        return nullptr;
    }
    [[nodiscard]] const Reply& field(const Reply& map, std::string_view name,
                                     std::string_view other) const {
        const Reply* const found = find(map, name, other);
        if (found == nullptr) read_.refuse(name);
        return *found;
    }
    /// Returns the seniority of a line: if it was moved, the one it had; else the LSN of its fact.
    [[nodiscard]] Lsn seniority_in(const Reply& map, Lsn lsn) const {
        const Reply* const since = find(map, "since", "since");
        return since == nullptr ? lsn : read_.number(*since);
    }
    [[nodiscard]] OrderLine line_in(const Reply& map) const {
        return read_.line(field(map, "order", "orderid"), field(map, "sku", "sku"),
                          field(map, "quantity", "qty"));
    }
    [[nodiscard]] BatchRef batch_in(const Reply& map) const {
        return read_.name<BatchRef>(field(map, "batch", "batchref"));
    }
    [[nodiscard]] BatchRow& known_batch(const Reply& map) {
        const auto found = batches_.find(batch_in(map));
        if (found == batches_.end()) read_.refuse("an event of a batch that was not listed");
        return found->second.row;
    }

    StockFields read_;
    std::unordered_map<BatchRef, Dated<BatchRow>, TextHash> batches_;
    std::unordered_map<OrderLine, Held, TextHash> lines_;
};

Lsn StockCopy::apply(const Reply& fact) {
    const auto& parts = read_.items(fact, 4);
    const Lsn lsn = read_.number(parts[0]);
    const std::string& kind = parts[2].text;
    const Reply& map = parts[3];
    if (kind == "batch_added") {
        const BatchRef ref = batch_in(map);
        batches_.insert_or_assign(
            ref, Dated<BatchRow>{lsn,
                                 {ref, read_.name<Sku>(field(map, "sku", "sku")),
                                  read_.units<Purchased>(field(map, "quantity", "qty")),
                                  read_.eta(field(map, "eta", "eta"))}});
    } else if (kind == "batch_quantity_changed") {
        known_batch(map).purchased = read_.units<Purchased>(field(map, "to", "to"));
    } else if (kind == "batch_rescheduled") {
        known_batch(map).eta = read_.eta(field(map, "to", "to"));
    } else if (kind == "line_allocated") {
        lines_.insert_or_assign(line_in(map), Held{batch_in(map), seniority_in(map, lsn)});
    } else if (kind == "line_deallocated") {
        lines_.erase(line_in(map));
    }
    return lsn;
}

/// Applies all facts after `from`, up to `to`, to the copy.
void follow(Remote& remote, Lsn from, Lsn to, StockCopy& copy) {
    const ReplyFields read{remote};
    constexpr std::chrono::milliseconds block{1000};
    for (std::chrono::milliseconds silent{0}; from < to;) {
        const Reply answer = remote.ask({"FEED", std::to_string(from + 1), "COUNT", "1000", "BLOCK",
                                         std::to_string(block.count())});
        if (answer.code() == "TRIMMED") {
            throw RemoteError{remote.name() +
                              " has pruned its journal while its stock was read: "
                              "begin again, or keep more of it (--keep-journal-size)"};
        }
        if (answer.is_error()) throw RemoteError{remote.name() + ": " + escaped(answer.text)};
        const auto& facts = read.items(read.items(answer, 2)[1], 0);  // behind the cursor
        for (const Reply& fact : facts) {
            const Lsn lsn = read.number(read.items(fact, 4)[0]);
            if (lsn > to) return;
            from = copy.apply(fact);
        }
        silent = facts.empty() ? silent + block : std::chrono::milliseconds{0};
        if (silent > RemoteStock::silence_max) {
            throw RemoteError{remote.name() + " does not return the events up to LSN " +
                              std::to_string(to)};
        }
    }
}

}  // namespace

RemoteStock read_stock(Remote& remote, Console& console) {
    StockCopy copy{remote};
    const Listed batches =
        for_each_row(remote, "BATCHES", [&](const Reply& row) { copy.add_batch(row); });
    const Listed lines =
        for_each_row(remote, "ALLOCATIONS", [&](const Reply& row) { copy.add_line(row); });
    if (console.err_is_terminal && lines.last > batches.first) {
        console.err << "following " << lines.last - batches.first << " events\n";
    }
    follow(remote, batches.first, lines.last, copy);
    return {std::move(copy).rows(), lines.last};
}

}  // namespace allot::program
