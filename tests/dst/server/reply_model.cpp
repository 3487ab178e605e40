#include "tests/dst/server/reply_model.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/commands/play.hpp"

namespace allot::testing {

namespace {

std::string integer(std::int64_t value) { return ":" + std::to_string(value) + "\r\n"; }
std::string array(std::size_t size) { return "*" + std::to_string(size) + "\r\n"; }

std::string invalid_sku(const std::string& sku) { return "Invalid sku " + sku; }
std::string out_of_stock(const std::string& sku) { return "Out of stock for sku " + sku; }
std::string no_batch(const std::string& ref) { return "-NOSUCHBATCH No batch " + ref + "\r\n"; }

std::string day(const std::string& eta) { return eta == "warehouse" ? "" : eta; }
std::string word(const std::string& eta) { return eta.empty() ? "warehouse" : eta; }

std::string batch_of(const std::string& ref, const NaiveModel& model, bool framed) {
    const auto found = std::ranges::find(model.batches, ref, &NaiveModel::Batch::ref);
    if (found == model.batches.end()) return no_batch(ref);
    const auto value = [&](const std::string& text) { return value_of(text, framed); };
    return array(8) + value("purchased") + integer(found->purchased) + value("available") +
           integer(found->available()) + value("allocated") +
           integer(found->purchased - found->available()) + value("eta") + value(word(found->eta));
}

}  // namespace

std::string value_of(const std::string& text, bool framed) {
    return (framed ? "$" + std::to_string(text.size()) + "\r\n" : "+") + text + "\r\n";
}

void count(Tally& tally, const Words& words, std::string_view reply) {
    tally.count(words[0]);
    for (std::size_t end = 0; !reply.empty(); reply.remove_prefix(end + 2)) {
        end = reply.find("\r\n");
        if (reply[0] != '-') continue;
        tally.count(reply.substr(1, (reply.starts_with("-ERR ") ? end : reply.find(' ')) - 1));
    }
}

ReplyModel::Outcome ReplyModel::execute(const Asked& asked, Transaction& transaction) {
    const Words& words = asked.words;
    framed_ = asked.framed;
    const std::string& verb = words[0];
    if (verb == "MULTI") {
        if (transaction.open) return {"-ERR MULTI calls can not be nested\r\n", false};
        transaction.open = true;
        return {"+OK\r\n", false};
    }
    if (verb == "WATCH") {
        if (transaction.open) return {"-ERR WATCH inside MULTI is not allowed\r\n", false};
        for (std::size_t i = 1; i < words.size(); ++i) {
            transaction.watched.emplace(words[i], model_.version(words[i]));
        }
        return {"+OK\r\n", false};
    }
    if (verb == "EXEC" || verb == "DISCARD") {
        if (!transaction.open) return {"-ERR " + verb + " without MULTI\r\n", false};
        const Transaction ended = std::exchange(transaction, {});
        return verb == "EXEC" ? end(ended) : Outcome{"+OK\r\n", false};
    }
    if (!transaction.open) {
        if (verb == "UNWATCH") transaction.watched.clear();
        return execute(words);
    }
    if (verb == "FROB") {
        transaction.aborted = true;
        return execute(words);
    }
    transaction.queue.push_back(words);
    return {"+QUEUED\r\n", false};
}

/// EXEC: the commands one after the other, with no other command in between.
ReplyModel::Outcome ReplyModel::end(Transaction transaction) {
    if (transaction.aborted) {
        return {"-EXECABORT Transaction discarded because of previous errors.\r\n", false};
    }
    for (const auto& [sku, version] : transaction.watched) {
        if (model_.version(sku) != version) return {"*-1\r\n"};
    }
    Outcome whole{array(transaction.queue.size()), !transaction.watched.empty()};
    for (const Words& words : transaction.queue) {
        const Outcome part = execute(words);
        whole.reply += part.reply;
        whole.looked = whole.looked || part.looked;
    }
    return whole;
}

ReplyModel::Outcome ReplyModel::execute(const Words& words) {
    const std::string& verb = words[0];
    if (verb == "PING") return {"+PONG\r\n", false};
    if (verb == "UNWATCH") return {"+OK\r\n", false};
    if (Commands::changes(verb, true)) return {change(words)};
    if (verb == "STOCK") return {stock_of(words[1])};
    if (verb == "BATCH") return {batch_of(words[1], model_, framed_)};
    if (verb == "AVAILABLE") return {available(words)};
    if (verb == "ALLOCATIONS") return {allocations(words[1])};
    if (verb == "SHORTAGES") return {shortages(words)};
    if (verb == "EXPLAIN") return {explain(words)};
    return {"-ERR unknown command '" + verb + "'; HELP lists the commands\r\n", false};
}

/// A command that the naive model answers.
std::string ReplyModel::change(const Words& words) {
    const std::string answer = play(words, model_);
    if (answer == "ok") return "+OK\r\n";
    if (answer == "batch exists") {
        return "-BATCHEXISTS Batch " + words[1] +
               " is there already, with another SKU, quantity or ETA\r\n";
    }
    if (answer == "unknown batch") return no_batch(words[1]);
    if (words[0] != "ALLOCATE") return ":" + answer + "\r\n";

    const std::vector<NaiveModel::Line> lines = lines_of(words);
    for (const std::string why : {"unknown SKU", "out of stock"}) {
        if (!answer.starts_with(why)) continue;
        const auto& [order, sku, units, fact] =
            lines[lines.size() > 1 ? std::stoul(answer.substr(why.size())) : 0];
        return why == "unknown SKU" ? "-INVALIDSKU " + invalid_sku(sku) + "\r\n"
                                    : "-OUTOFSTOCK " + out_of_stock(sku) + "\r\n";
    }
    std::string reply = lines.size() > 1 ? array(lines.size()) : "";
    std::istringstream batches{answer};
    for (std::string batch; batches >> batch;) reply += value(batch);
    return reply;
}

std::string ReplyModel::stock_of(const std::string& sku) {
    const auto batches = model_.ranked_batches(sku);
    if (batches.empty()) return "-INVALIDSKU " + invalid_sku(sku) + "\r\n";
    std::string reply = array(batches.size());
    for (const NaiveModel::Batch* const batch : batches) {
        reply += array(4) + value(batch->ref) + value(word(batch->eta)) +
                 integer(batch->purchased) + integer(batch->available());
    }
    return reply;
}

std::string ReplyModel::available(const Words& words) {
    const auto batches = model_.ranked_batches(words[1]);
    if (batches.empty()) return "-INVALIDSKU " + invalid_sku(words[1]) + "\r\n";
    std::int64_t units = 0;
    for (const NaiveModel::Batch* const batch : batches) {
        if (words.size() < 3 || batch->eta <= day(words[2])) units += batch->available();
    }
    return integer(units);
}

std::string ReplyModel::allocations(const std::string& order) const {
    std::map<std::uint64_t, std::string> rows;  // by the fact of their allocation
    for (const NaiveModel::Batch& batch : model_.batches) {
        for (const NaiveModel::Line& line : batch.lines) {
            if (line.order != order) continue;
            rows[line.fact] = array(3) + value(line.sku) + integer(line.units) + value(batch.ref);
        }
    }
    std::string reply = array(rows.size());
    for (const auto& [fact, row] : rows) reply += row;
    return reply;
}

std::string ReplyModel::shortages(const Words& words) const {
    const std::string sku = words.size() % 2 == 0 ? words[1] : "";
    const std::uint64_t after = words.size() > 2 ? std::stoull(words.back()) : 0;
    std::string rows;
    std::size_t count = 0;
    for (const auto& [line, since] : model_.shortages) {
        if ((!sku.empty() && sku != line.sku) || since <= after) continue;
        rows += array(4) + value(line.order) + value(line.sku) + integer(line.units) +
                integer(static_cast<std::int64_t>(since));
        ++count;
    }
    const bool known = sku.empty() || model_.versions.contains(sku);
    return known ? array(count) + rows : "-INVALIDSKU " + invalid_sku(sku) + "\r\n";
}

std::string ReplyModel::explain(const Words& words) const {
    const auto lines = lines_of(words);
    std::string rows;
    std::size_t count = 0;
    for (std::size_t i = 0; const auto& [answer, candidates] : model_.explain(lines)) {
        const auto& [order, name, units, fact] = lines[i++];
        const std::string sku = typed(name);
        rows += value(typed(order) + " " + sku + " " + std::to_string(units) + ": " +
                      (answer == "unknown SKU"    ? invalid_sku(sku)
                       : answer == "out of stock" ? out_of_stock(sku)
                                                  : answer));
        for (const std::string& candidate : candidates) rows += value("  " + candidate);
        count += 1 + candidates.size();
    }
    return array(count) + rows;
}

}  // namespace allot::testing
