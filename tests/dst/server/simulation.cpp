#include "tests/dst/server/simulation.hpp"

#include <algorithm>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "tests/commands/play.hpp"

namespace allot::testing {

namespace {

constexpr std::uint64_t lives_max = 4;
constexpr std::uint64_t commands_max = 150;  // of a run
constexpr std::size_t clients_max = 4;
constexpr Duration think_max{4'000};
constexpr Duration long_think{60'000};  // so long that the journal writes an idle mark
constexpr Duration network_max{2'000};

StoreOptions draw_options(Rng& rng) {
    StoreOptions options;
    options.segment_bytes = 2U << 10U;
    options.snapshot_every_bytes = rng.one_in(4) ? 0 : 200 + rng.below(2'000);
    if (rng.one_in(6)) {
        options.durability.mode = Durability::Mode::interval;
        options.durability.interval = std::chrono::milliseconds{1 + rng.below(30)};
    } else if (rng.one_in(6)) {
        options.durability.mode = Durability::Mode::os;
    }
    return options;
}

SimulatedDisk::Failure draw_failure(Rng& rng, std::uint64_t operations) {
    constexpr std::errc codes[] = {std::errc::io_error, std::errc::no_space_on_device,
                                   std::errc::file_too_large, std::errc::interrupted, std::errc{}};
    const std::errc code = codes[rng.below(std::size(codes))];
    return {.at = operations + rng.below(rng.one_in(4) ? 12 : 70),
            .code = code,
            .for_ever = rng.one_in(2) && code != std::errc{},
            .short_write = code == std::errc{}};
}

/// True when the reply says that the storage has failed.
bool is_failure(std::string_view reply) {
    return reply.starts_with("-READONLY ") ||
           reply.starts_with("-EXECABORT Transaction discarded because of: READONLY ");
}

}  // namespace

Simulation::Simulation(std::uint64_t seed)
    : seed_{seed},
      rng_{seed},
      disk_{std::make_unique<SimulatedDisk>()},
      options_{draw_options(rng_)} {
    history_[0].model = model_;
}

SimulationReport Simulation::run() {
    const std::uint64_t lives = 1 + rng_.below(lives_max);
    while (report_.lives < lives && report_.findings.empty()) live();
    report_.trace = trace_.hash();
    return std::move(report_);
}

// One run of the server

void Simulation::live() {
    ++report_.lives;
    draw_end();
    if (open()) {
        judge();
        for (std::size_t i = 1 + rng_.below(clients_max); i > 0; --i) admit();
        while (!life_is_over() && events_.run_next()) {
        }
        if (end_ == End::well && report_.findings.empty()) close();
        report_.snapshots += server_->snapshots();
    }
    end();
}

/// Clients send no more commands: the server answers those that it has, and ends.
void Simulation::close() {
    while (events_.run_next()) {
    }
    for (const auto& [id, client] : clients_) {
        if (!client.asked.empty()) find("never executed: " + text_of(client.asked.front().words));
        if (client.sent < client.replied) find("executed and durable, and never replied");
    }
    server_->close();
    while (events_.run_next()) {
    }
    if (!server_->ended()) find("never closed");
}

bool Simulation::life_is_over() const {
    return commands_left_ == 0 || next_disk_ != nullptr || !report_.findings.empty() ||
           server_->core().journal.failed();
}

void Simulation::draw_end() {
    commands_left_ = 1 + rng_.below(commands_max);
    operations_left_ = ~std::uint64_t{0};
    switch (rng_.below(5)) {
        case 0:
            end_ = End::well;
            break;
        case 1:
            end_ = End::kill;
            break;
        case 2:
            end_ = End::failure;
            disk_->inject(draw_failure(rng_, disk_->operations()));
            break;
        default:
            end_ = End::power_cut;
            operations_left_ = 1 + rng_.below(rng_.one_in(4) ? 12 : 70);
    }
    disk_->before = [this](DiskOperation operation) {
        trace_.add(static_cast<std::uint64_t>(operation));
        if (--operations_left_ == 0) cut_power();
    };
}

void Simulation::cut_power() {
    if (server_ != nullptr) note_synced();
    next_disk_ = disk_->after_power_cut(rng_.random());
    ++report_.power_cuts;
}

/// Notes the synced LSN: in every mode these facts must survive.
void Simulation::note_synced() {
    acknowledged_ = std::max(acknowledged_, server_->core().journal.synced());
}

/// \return false when the run ended before the server was open.
bool Simulation::open() {
    try {
        server_ = std::make_unique<SimulatedServer>(events_, rng_, *disk_, options_, *this);
        return next_disk_ == nullptr;
    } catch (const std::system_error& error) {
        if (end_ != End::failure) find(std::string{"cannot be opened: "} + error.what());
    } catch (const std::exception& error) {
        find(std::string{"refused: "} + error.what());
    }
    return false;
}

void Simulation::end() {
    if (server_ != nullptr && next_disk_ == nullptr) {
        const bool well = server_->ended() && !server_->core().journal.failed();
        if (well && server_->core().journal.last() != model_.lsn()) find("closed before its end");
        if (well) acknowledged_ = model_.lsn();
        note_synced();
        report_.failures += server_->core().journal.failed() ? 1 : 0;
        report_.kills += well ? 0 : 1;
    }
    // The next process, or the next start of the machine.
    const bool reboot = end_ == End::failure && rng_.one_in(2);
    auto next = next_disk_ != nullptr ? std::move(next_disk_)
                : reboot              ? disk_->after_power_cut(rng_.random())
                                      : disk_->after_kill();
    events_.clear();
    clients_.clear();
    disk_->before = nullptr;
    server_.reset();
    disk_ = std::move(next);
    next_disk_ = nullptr;
}

// The state after a run

void Simulation::judge() {
    StoreCore& core = server_->core();
    const Lsn last = core.journal.last();
    trace_.add(last);
    if (last < acknowledged_) {
        find("recovered to LSN " + std::to_string(last) + ", acknowledged was " +
             std::to_string(acknowledged_));
    }
    const auto unit = history_.find(last);
    if (unit == history_.end()) return find("half a unit: LSN " + std::to_string(last));
    model_ = unit->second.model;
    if (unit->second.hash.value_or(state_hash(core.repository)) != state_hash(core.repository)) {
        find("another state than it was at LSN " + std::to_string(last));
    }
    history_ = {{last, {model_, state_hash(core.repository)}}};
    feed_.begin(core.recovered.journal.tail.history, last);
    acknowledged_ = last;
    for (const std::string& violation : violations(core.repository)) find(violation);
    if (describe(core.repository) != describe(model_.stock())) {
        find("another state than the model's at LSN " + std::to_string(last));
    }
}

// Clients

void Simulation::admit() {
    SimulatedConnection& connection = server_->connect();
    clients_[connection.id()].connection = &connection;
    ask(connection.id());
}

void Simulation::ask(std::uint64_t id) {
    Client& client = clients_.at(id);
    std::string bytes;
    for (std::uint64_t i = 1 + rng_.below(4); i > 0; --i) {
        for (const Words& words : commands_.draw()) {
            client.asked.push_back({words, !rng_.one_in(2)});
            for (std::string& word : client.asked.back().words) {
                if (word == any_cursor) word = feed_.any_cursor(rng_);
            }
            const Asked& asked = client.asked.back();
            bytes += asked.framed ? framed(asked.words)
                                  : text_of(asked.words) + (rng_.one_in(2) ? "\r\n" : "\n");
        }
    }
    while (!bytes.empty()) {
        const std::string fragment = bytes.substr(0, 1 + rng_.below(bytes.size()));
        bytes.erase(0, fragment.size());
        client.arrives = std::max(client.arrives, events_.now() + rng_.delay(network_max));
        events_.at(client.arrives,
                   [connection = client.connection, fragment] { connection->arrive(fragment); });
    }
    const Duration think = rng_.one_in(10) ? long_think : rng_.delay(think_max);
    events_.at(client.arrives + think, [this, id] { go_on(id); });
}

void Simulation::go_on(std::uint64_t id) {
    constexpr std::size_t unanswered_max = 12;
    if (commands_left_ == 0) return;
    if (rng_.one_in(40)) {
        clients_.at(id).connection->hang_up();
        clients_.erase(id);
        admit();
    } else if (clients_.at(id).asked.size() < unanswered_max) {
        ask(id);
    } else {
        events_.after(think_max, [this, id] { go_on(id); });
    }
}

// Observations of the server

void Simulation::executed(SimulatedConnection& connection, std::uint64_t commands,
                          std::string_view replies) {
    const auto at = clients_.find(connection.id());
    if (at == clients_.end()) return;
    Client& client = at->second;
    const Journal& journal = server_->core().journal;
    trace_.add(connection.id());
    trace_.add(replies);
    report_.commands += commands;
    commands_left_ -= std::min(commands, commands_left_);
    for (; commands > 0; --commands) {
        const Asked asked = client.asked.front();
        const Words& words = asked.words;
        client.asked.pop_front();
        std::size_t size = 0;
        Lsn saw = 0;
        const bool is_feed = words[0] == "FEED";
        // Reading the feed uses the disk. A segment that cannot be created ahead ends nothing else.
        const bool is_full = replies.starts_with("-READONLY the disk is full");
        const bool may_fail =
            server_->core().journal.failed() || ((is_feed || is_full) && end_ == End::failure);
        if (may_fail && is_failure(replies)) {
            size = replies.find('\n') + 1;
            if (words[0] == "EXEC") client.transaction.end();
            client.transaction.aborted = client.transaction.open;
        } else if (is_feed) {
            const std::string expected = expected_feed(asked);
            if (!replies.starts_with(expected)) {
                return find("asked " + text_of(words) + ", expected " + expected + ", replied " +
                            std::string{replies});
            }
            size = expected.size();
        } else {
            const Lsn before = model_.lsn();
            const ReplyModel::Outcome expected = model_.execute(asked, client.transaction);
            if (!replies.starts_with(expected.reply)) {
                return find("asked " + text_of(words) + ", expected " + expected.reply +
                            ", replied " + std::string{replies});
            }
            size = expected.reply.size();
            if (model_.lsn() != before) history_[model_.lsn()].model = model_;
            feed_.happened(before, server_->time());
            if (expected.looked) saw = model_.lsn();
        }
        count(report_.tally, words, replies.substr(0, size));
        replies.remove_prefix(size);
        client.replied += size;
        client.replies.push_back({client.replied, saw});
    }
    history_[model_.lsn()].hash = state_hash(server_->core().repository);
    if (!replies.empty()) find("replied without being asked: " + std::string{replies});
    if (model_.lsn() != journal.last()) {
        find("journaled to LSN " + std::to_string(journal.last()) + ", expected " +
             std::to_string(model_.lsn()));
    }
}

/// In every mode visible facts have been synced or written, and stay visible.
std::string Simulation::expected_feed(const Asked& asked) {
    const StoreCore& core = server_->core();
    const Lsn end = core.history.end();
    const bool is_synced = options_.durability.mode != Durability::Mode::os;
    if (end > (is_synced ? core.journal.synced() : core.journal.last())) {
        find("the feed shows what is not durable");
    }
    if (is_synced) acknowledged_ = std::max(acknowledged_, end);
    return feed_.reply(asked,
                       {model_.lsn(), core.history.oldest(), end, core.history.histories().at(0)});
}

void Simulation::sent(SimulatedConnection& connection, std::string_view bytes) {
    const auto at = clients_.find(connection.id());
    // After a finding no reply is expected.
    if (at == clients_.end() || !report_.findings.empty()) return;
    Client& client = at->second;
    trace_.add(bytes.size());
    Lsn sent = 0;  // a reply of which a byte is sent is an acknowledgement
    for (client.sent += bytes.size(); client.begun < client.sent; client.replies.pop_front()) {
        sent = std::max(sent, client.replies.front().lsn);
        client.begun = client.replies.front().end;
    }
    if (options_.durability.mode != Durability::Mode::always) return;
    acknowledged_ = std::max(acknowledged_, sent);
    if (sent > server_->core().journal.synced()) find("sent before it was durable");
}

void Simulation::find(const std::string& what) {
    report_.findings.push_back("seed " + std::to_string(seed_) + ", life " +
                               std::to_string(report_.lives) + ": " + what);
}

}  // namespace allot::testing
