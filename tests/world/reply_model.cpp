#include "tests/world/reply_model.hpp"

#include <algorithm>

namespace allot::testing {

namespace {

std::string simple(const std::string& text) { return "+" + text + "\r\n"; }
std::string integer(std::int64_t value) { return ":" + std::to_string(value) + "\r\n"; }
std::string array(std::size_t size) { return "*" + std::to_string(size) + "\r\n"; }

std::string refusal(const std::string& why, const std::string& sku) {
    return why == "unknown SKU" ? "-INVALIDSKU Invalid sku " + sku + "\r\n"
                                : "-OUTOFSTOCK Out of stock for sku " + sku + "\r\n";
}
bool refused(const std::string& answer) {
    return answer == "unknown SKU" || answer == "out of stock";
}

std::string day(const std::string& eta) { return eta == "warehouse" ? "" : eta; }
std::string word(const std::string& eta) { return eta.empty() ? "warehouse" : eta; }

NaiveModel::Line line_at(const Words& words, std::size_t at) {
    return {words[1], words[at], std::stoll(words[at + 1])};
}

/// Why each batch is or is not given the line, as EXPLAIN words it.
std::vector<std::string> verdicts(NaiveModel& model, const NaiveModel::Line& line) {
    std::vector<std::string> rows;
    const auto add = [&](const NaiveModel::Batch& batch, const char* verdict) {
        rows.push_back("  " + batch.ref + ", " + word(batch.eta) + ", " +
                       std::to_string(batch.available()) + " available: " + verdict);
    };
    const auto candidates = model.ranked_batches(line.sku);
    for (const NaiveModel::Batch* const batch : candidates) {
        if (std::ranges::find(batch->lines, line) == batch->lines.end()) continue;
        add(*batch, "holds the line already");
        return rows;
    }
    bool chosen = false;
    for (const NaiveModel::Batch* const batch : candidates) {
        const bool fits = batch->available() >= line.units;
        add(*batch, chosen ? "not needed" : fits ? "chosen" : "too small");
        chosen = chosen || fits;
    }
    return rows;
}

}  // namespace

ReplyModel::Outcome ReplyModel::execute(const Words& words) {
    const std::string& verb = words[0];
    Outcome outcome = [&]() -> Outcome {
        if (verb == "ADDBATCH") return add_batch(words);
        if (verb == "ALLOCATE") return allocate(words);
        if (verb == "DEALLOCATE") return deallocate(words);
        if (verb == "SETQTY") return set_quantity(words);
        if (verb == "RESCHEDULE") return reschedule(words[1], day(words[2]));
        if (verb == "RECEIVE") return reschedule(words[1], "");
        if (verb == "STOCK") return stock_of(words[1]);
        if (verb == "AVAILABLE") return available(words);
        if (verb == "EXPLAIN") return explain(words);
        if (verb == "PING") return {"+PONG\r\n", 0, false};
        return {"-ERR unknown command '" + verb + "', with args beginning with: \r\n", 0, false};
    }();
    lsn_ += outcome.facts;
    return outcome;
}

ReplyModel::Outcome ReplyModel::add_batch(const Words& words) {
    const std::size_t before = model_.batches.size();
    const std::string answer = model_.add_batch(words[1], words[2], std::stoll(words[3]),
                                                words.size() > 4 ? day(words[4]) : "");
    if (answer == "ok") return {"+OK\r\n", model_.batches.size() - before};
    return {"-BATCHEXISTS Batch " + words[1] +
                " is there already, with another SKU, quantity or ETA\r\n",
            0};
}

ReplyModel::Outcome ReplyModel::allocate(const Words& words) {
    const NaiveModel as_it_was = model_;
    const std::size_t before = lines();
    std::string batches;
    for (std::size_t at = 2; at < words.size(); at += 2) {
        const std::string answer = model_.allocate(line_at(words, at));
        if (refused(answer)) {
            model_ = as_it_was;
            return {refusal(answer, words[at]), answer == "out of stock" ? 1U : 0U};
        }
        batches += simple(answer);
    }
    const std::size_t count = (words.size() - 2) / 2;
    return {(count > 1 ? array(count) : "") + batches, lines() - before};
}

ReplyModel::Outcome ReplyModel::deallocate(const Words& words) {
    std::uint64_t released = 0;
    for (auto& batch : model_.batches) {
        released += std::erase_if(batch.lines, [&](const NaiveModel::Line& line) {
            return line.order == words[1] && (words.size() < 3 || line.sku == words[2]) &&
                   (words.size() < 4 || line.units == std::stoll(words[3]));
        });
    }
    return {integer(static_cast<std::int64_t>(released)), released};
}

ReplyModel::Outcome ReplyModel::set_quantity(const Words& words) {
    const NaiveModel::Batch* const batch = model_.find(words[1]);
    const std::int64_t units = std::stoll(words[2]);
    if (batch == nullptr) return {"-NOSUCHBATCH No batch " + words[1] + "\r\n", 0};
    if (batch->purchased == units) return {integer(0), 0};
    const std::uint64_t released = std::stoull(model_.set_quantity(words[1], units));
    // Each is released, and then allocated again or short.
    return {integer(static_cast<std::int64_t>(released)), 2 * released + 1};
}

ReplyModel::Outcome ReplyModel::reschedule(const std::string& ref, const std::string& eta) {
    const NaiveModel::Batch* const batch = model_.find(ref);
    if (batch == nullptr) return {"-NOSUCHBATCH No batch " + ref + "\r\n", 0};
    const bool changes = batch->eta != eta;
    model_.reschedule(ref, eta);
    return {"+OK\r\n", changes ? 1U : 0U};
}

ReplyModel::Outcome ReplyModel::stock_of(const std::string& sku) {
    const auto batches = model_.ranked_batches(sku);
    if (batches.empty()) return {refusal("unknown SKU", sku), 0};
    std::string reply = array(batches.size());
    for (const NaiveModel::Batch* const batch : batches) {
        reply += array(4) + simple(batch->ref) + simple(word(batch->eta)) +
                 integer(batch->purchased) + integer(batch->available());
    }
    return {reply, 0};
}

ReplyModel::Outcome ReplyModel::available(const Words& words) {
    const auto batches = model_.ranked_batches(words[1]);
    if (batches.empty()) return {refusal("unknown SKU", words[1]), 0};
    std::int64_t units = 0;
    for (const NaiveModel::Batch* const batch : batches) {
        if (words.size() < 3 || batch->eta <= day(words[2])) units += batch->available();
    }
    return {integer(units), 0};
}

ReplyModel::Outcome ReplyModel::explain(const Words& words) {
    NaiveModel plan = model_;  // a line sees those before it
    std::string rows;
    std::size_t count = 0;
    for (std::size_t at = 2; at < words.size(); at += 2) {
        const NaiveModel::Line line = line_at(words, at);
        const std::vector<std::string> candidates = verdicts(plan, line);
        const std::string answer = plan.allocate(line);
        rows += simple(line.order + " " + line.sku + " " + std::to_string(line.units) + ": " +
                       (answer == "unknown SKU"    ? "Invalid sku " + line.sku
                        : answer == "out of stock" ? "Out of stock for sku " + line.sku
                                                   : answer));
        for (const std::string& candidate : candidates) rows += simple(candidate);
        count += 1 + candidates.size();
    }
    return {array(count) + rows, 0};
}

std::size_t ReplyModel::lines() const {
    std::size_t count = 0;
    for (const auto& batch : model_.batches) count += batch.lines.size();
    return count;
}

}  // namespace allot::testing
