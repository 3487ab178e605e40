#include "tests/dst/server/reply_model.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace allot::testing {

namespace {

std::string integer(std::int64_t value) { return ":" + std::to_string(value) + "\r\n"; }
std::string array(std::size_t size) { return "*" + std::to_string(size) + "\r\n"; }

std::string invalid_sku(const std::string& sku) { return "Invalid sku " + sku; }
std::string out_of_stock(const std::string& sku) { return "Out of stock for sku " + sku; }
std::string no_batch(const std::string& ref) { return "-NOSUCHBATCH No batch " + ref + "\r\n"; }

std::string day(const std::string& eta) { return eta == "warehouse" ? "" : eta; }
std::string word(const std::string& eta) { return eta.empty() ? "warehouse" : eta; }

std::vector<NaiveModel::Line> lines_of(const Words& words) {
    std::vector<NaiveModel::Line> lines;
    for (std::size_t at = 2; at < words.size(); at += 2) {
        lines.push_back({words[1], words[at], std::stoll(words[at + 1])});
    }
    return lines;
}

/// The reason for each batch, in the words of EXPLAIN.
std::vector<std::string> verdicts(NaiveModel& model, const NaiveModel::Line& line) {
    std::vector<std::string> rows;
    const auto add = [&](const NaiveModel::Batch& batch, const char* verdict) {
        rows.push_back("  " + batch.ref + ", " + word(batch.eta) + ", " +
                       std::to_string(batch.available()) + " available: " + verdict);
    };
    if (const NaiveModel::Batch* const holder = model.holder_of(line)) {
        add(*holder, "holds the line already");
        return rows;
    }
    bool chosen = false;
    for (const NaiveModel::Batch* const batch : model.ranked_batches(line.sku)) {
        const bool fits = batch->available() >= line.units;
        add(*batch, chosen ? "not needed" : fits ? "chosen" : "too small");
        chosen = chosen || fits;
    }
    return rows;
}

}  // namespace

std::string typed(const std::string& word) {
    return word.find(' ') == std::string::npos ? word : '"' + word + '"';
}

std::string value_of(const std::string& text, bool framed) {
    return (framed ? "$" + std::to_string(text.size()) + "\r\n" : "+") + text + "\r\n";
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
    if (!transaction.open) return execute(words);
    if (verb == "FROB") {
        transaction.spoiled = true;
        return execute(words);
    }
    transaction.queue.push_back(words);
    return {"+QUEUED\r\n", false};
}

/// EXEC: the commands one after the other, with no other command in between.
ReplyModel::Outcome ReplyModel::end(Transaction transaction) {
    if (transaction.spoiled) {
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
    if (verb == "ADDBATCH") return {add_batch(words)};
    if (verb == "ALLOCATE") return {allocate(words)};
    if (verb == "DEALLOCATE") return {deallocate(words)};
    if (verb == "SETQTY") return {set_quantity(words)};
    if (verb == "RESCHEDULE") return {reschedule(words[1], day(words[2]))};
    if (verb == "RECEIVE") return {reschedule(words[1], "")};
    if (verb == "STOCK") return {stock_of(words[1])};
    if (verb == "BATCH") return {batch_of(words[1])};
    if (verb == "AVAILABLE") return {available(words)};
    if (verb == "ALLOCATIONS") return {allocations(words[1])};
    if (verb == "SHORTAGES") return {shortages(words)};
    if (verb == "EXPLAIN") return {explain(words)};
    return {"-ERR unknown command '" + verb +
                "', with args beginning with: ; HELP lists the commands\r\n",
            false};
}

std::string ReplyModel::add_batch(const Words& words) {
    const std::string answer = model_.add_batch(words[1], words[2], std::stoll(words[3]),
                                                words.size() > 4 ? day(words[4]) : "");
    if (answer == "ok") return "+OK\r\n";
    return "-BATCHEXISTS Batch " + words[1] +
           " is there already, with another SKU, quantity or ETA\r\n";
}

std::string ReplyModel::allocate(const Words& words) {
    const std::vector<NaiveModel::Line> lines = lines_of(words);
    const std::string answer = model_.allocate_order(lines);
    for (const std::string why : {"unknown SKU ", "out of stock "}) {
        if (!answer.starts_with(why)) continue;
        const std::string& sku = lines[std::stoul(answer.substr(why.size()))].sku;
        return why == "unknown SKU " ? "-INVALIDSKU " + invalid_sku(sku) + "\r\n"
                                     : "-OUTOFSTOCK " + out_of_stock(sku) + "\r\n";
    }
    std::string reply = lines.size() > 1 ? array(lines.size()) : "";
    std::istringstream batches{answer};
    for (std::string batch; batches >> batch;) reply += value(batch);
    return reply;
}

std::string ReplyModel::deallocate(const Words& words) {
    return ":" +
           model_.deallocate({words[1], words.size() > 2 ? words[2] : "",
                              words.size() > 3 ? std::stoll(words[3]) : 0}) +
           "\r\n";
}

std::string ReplyModel::set_quantity(const Words& words) {
    const std::string answer = model_.set_quantity(words[1], std::stoll(words[2]));
    return answer == "unknown batch" ? no_batch(words[1]) : ":" + answer + "\r\n";
}

std::string ReplyModel::reschedule(const std::string& ref, const std::string& eta) {
    return model_.reschedule(ref, eta) == "ok" ? "+OK\r\n" : no_batch(ref);
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

std::string ReplyModel::batch_of(const std::string& ref) {
    const auto found = std::ranges::find(model_.batches, ref, &NaiveModel::Batch::ref);
    if (found == model_.batches.end()) return no_batch(ref);
    return array(8) + value("purchased") + integer(found->purchased) + value("available") +
           integer(found->available()) + value("allocated") +
           integer(found->purchased - found->available()) + value("eta") + value(word(found->eta));
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
    std::string rows;
    std::size_t count = 0;
    for (const auto& [line, since] : model_.shortages) {
        if (words.size() > 1 && words[1] != line.sku) continue;
        rows += array(4) + value(line.order) + value(line.sku) + integer(line.units) +
                integer(static_cast<std::int64_t>(since));
        ++count;
    }
    const bool known = words.size() == 1 || model_.versions.contains(words[1]);
    return known ? array(count) + rows : "-INVALIDSKU " + invalid_sku(words[1]) + "\r\n";
}

std::string ReplyModel::explain(const Words& words) {
    NaiveModel plan = model_;  // a line sees those before it
    plan.log = nullptr;
    std::string rows;
    std::size_t count = 0;
    for (const NaiveModel::Line& line : lines_of(words)) {
        const std::vector<std::string> candidates = verdicts(plan, line);
        const std::string answer = plan.allocate(line);
        const std::string sku = typed(line.sku);
        rows += value(typed(line.order) + " " + sku + " " + std::to_string(line.units) + ": " +
                      (answer == "unknown SKU"    ? invalid_sku(sku)
                       : answer == "out of stock" ? out_of_stock(sku)
                                                  : answer));
        for (const std::string& candidate : candidates) rows += value(candidate);
        count += 1 + candidates.size();
    }
    return array(count) + rows;
}

}  // namespace allot::testing
