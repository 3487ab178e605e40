#include "tests/dst/server/workload.hpp"

#include <sstream>

namespace allot::testing {

namespace {

constexpr std::uint64_t skus = 4;
// Realistic names, with spaces, and letters beyond ASCII.
constexpr const char* sku_prefix = "Red chair ";
constexpr const char* order_prefix = "order № ";
constexpr const char* batch_prefix = "größe-";

std::string number(Rng& rng, std::uint64_t from, std::uint64_t below) {
    return std::to_string(from + rng.below(below - from));
}
std::string sku(Rng& rng) { return rng.numbered(sku_prefix, skus); }
std::string order(Rng& rng) { return rng.numbered(order_prefix, 12); }
std::string batch(Rng& rng) { return rng.numbered(batch_prefix, 14); }
std::string eta(Rng& rng) { return rng.one_in(2) ? "warehouse" : "2011-01-0" + number(rng, 1, 6); }

Words with_lines(Words words, Rng& rng) {
    for (std::uint64_t lines = rng.one_in(4) ? 2 + rng.below(3) : 1; lines > 0; --lines) {
        words.push_back(sku(rng));
        words.push_back(number(rng, 1, 15));
    }
    return words;
}

Words draw_command(Rng& rng) {
    switch (rng.below(23)) {
        case 0:
        case 1:
        case 2: {
            Words words{"ADDBATCH", batch(rng), sku(rng), number(rng, 1, 60)};
            if (rng.one_in(2)) words.push_back(eta(rng));
            return words;
        }
        case 3:
        case 4: {
            Words words{"DEALLOCATE", order(rng)};
            if (rng.one_in(2)) words.push_back(sku(rng));
            if (words.size() == 3 && rng.one_in(2)) words.push_back(number(rng, 1, 15));
            return words;
        }
        case 5:
        case 6:
            return {"SETQTY", batch(rng), number(rng, 0, 60)};
        case 7:
            return {"RESCHEDULE", batch(rng), eta(rng)};
        case 8:
            return {"RECEIVE", batch(rng)};
        case 9:
            return rng.one_in(2) ? Words{"STOCK", sku(rng)} : Words{"BATCH", batch(rng)};
        case 10:
            return {"AVAILABLE", sku(rng), eta(rng)};
        case 11:
            return with_lines({"EXPLAIN", order(rng)}, rng);
        case 12:
            return {"ALLOCATIONS", order(rng)};
        case 13:
            return {rng.one_in(2) ? "PING" : "FROB"};
        case 14:
            return rng.one_in(2) ? Words{"SHORTAGES"} : Words{"SHORTAGES", sku(rng)};
        case 15: {
            Words words{"FEED", rng.one_in(4) ? "$" : number(rng, 0, 90)};
            if (rng.one_in(2)) words = {"FEED", "AFTER", std::string{any_cursor}};
            if (rng.one_in(2)) words.insert(words.end(), {"COUNT", number(rng, 1, 9)});
            return words;
        }
        default:
            return with_lines({"ALLOCATE", order(rng)}, rng);
    }
}

/// A command that may be queued; no FEED, because the model cannot predict when the replies of a
/// transaction with it are too large.
Words draw_queued(Rng& rng) {
    Words words = draw_command(rng);
    while (words[0] == "FEED" || (words[0] == "FROB" && !rng.one_in(6))) words = draw_command(rng);
    return words;
}

}  // namespace

std::vector<Words> draw_commands(Rng& rng) {
    if (!rng.one_in(8)) return {draw_command(rng)};
    std::vector<Words> block;
    if (rng.one_in(3)) {
        block.push_back({"WATCH", sku(rng)});
        if (rng.one_in(3)) block.push_back(draw_command(rng));
    }
    block.push_back({"MULTI"});
    for (std::uint64_t commands = rng.below(6); commands > 0; --commands) {
        block.push_back(draw_queued(rng));
    }
    if (rng.one_in(20)) block.push_back({rng.one_in(2) ? "MULTI" : "WATCH"});
    if (block.back()[0] == "WATCH") block.back().push_back(sku(rng));
    block.push_back({rng.one_in(12) ? "DISCARD" : "EXEC"});
    return block;
}

std::string written(const Asked& asked, Rng& rng) {
    if (!asked.framed) return text_of(asked.words) + (rng.one_in(2) ? "\r\n" : "\n");
    std::string bytes = "*" + std::to_string(asked.words.size()) + "\r\n";
    for (const std::string& word : asked.words) {
        bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
}

std::string text_of(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + typed(word);
    return text;
}

std::string describe(Repository& repository) {
    std::ostringstream text;
    const Ledger& ledger = repository.ledger();
    for (std::uint64_t i = 0; i < skus; ++i) {
        const Product* const product =
            repository.find(Sku::of(sku_prefix + std::to_string(i)).value());
        if (product == nullptr) continue;
        for (const Index at : product->batches()) {
            const Batch& batch = product->batch(at);
            text << product->sku_view() << ' ' << batch.ref_view() << ' ' << batch.eta().to_string()
                 << ' ' << batch.purchased() << ':';
            for (Index l = ledger.first_line(at); l != no_index; l = ledger.line(l).later) {
                text << ' ' << ledger.order_id(ledger.line(l)) << '=' << ledger.line(l).quantity;
            }
            text << '\n';
        }
    }
    for (const auto& [line, since] : shortages({}, repository).value()) {
        text << line.order.view() << ' ' << line.sku.view() << ' ' << line.quantity.units()
             << " short since " << since << '\n';
    }
    return text.str();
}

std::string describe(NaiveModel& model) {
    std::ostringstream text;
    for (std::uint64_t i = 0; i < skus; ++i) {
        const std::string sku = sku_prefix + std::to_string(i);
        for (const NaiveModel::Batch* const batch : model.ranked_batches(sku)) {
            text << sku << ' ' << batch->ref << ' ' << batch->eta << ' ' << batch->purchased << ':';
            for (const auto& line : batch->lines) text << ' ' << line.order << '=' << line.units;
            text << '\n';
        }
    }
    for (const auto& [line, since] : model.shortages) {
        text << line.order << ' ' << line.sku << ' ' << line.units << " short since " << since
             << '\n';
    }
    return text.str();
}

}  // namespace allot::testing
