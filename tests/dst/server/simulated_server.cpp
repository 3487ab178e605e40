#include "tests/dst/server/simulated_server.hpp"

#include <algorithm>

namespace allot::testing {

namespace {

constexpr Duration moment{20};
constexpr Duration disk_delay_max{6'000};
constexpr Duration network_delay_max{3'000};

/// Limits so small that a few commands reach them.
SessionLimits tight_limits() {
    SessionLimits limits;
    limits.output_pause_bytes = 400;
    limits.commands_per_slice = 3;
    return limits;
}

}  // namespace

SimulatedServer::SimulatedServer(EventQueue& events, Rng& rng, FileSystem& disk,
                                 const StoreOptions& options, Witness& witness)
    : events_{events},
      rng_{rng},
      witness_{witness},
      core_{disk, "store", options, clock_, rng.random()()},
      context_{{.bus = &core_.bus,
                .journal = &core_.journal,
                .mutex = &core_.mutex,
                .history = &core_.history,
                .start_snapshot = [this] { return start_snapshot(); }},
               tight_limits()} {
    context_.clock.now = context_.clock.started = events_.now();
    core_.journal.on_work([this] {
        drive_journal(events_.now() + moment);
        if (core_.journal.wants_segment() && !segment_planned_) {
            segment_planned_ = true;
            events_.after(rng_.delay(2 * disk_delay_max), [this] {
                segment_planned_ = false;
                core_.journal.prepare_segment();
            });
        }
    });
    core_.journal.on_durable([this](Lsn) {
        if (wake_planned_) return;
        wake_planned_ = true;
        events_.after(rng_.delay(moment), [this] { wake(); });
    });
    drive_journal(events_.now());
}

void SimulatedServer::drive_journal(Time when) {
    if (when >= journal_resumes_) return;
    journal_resumes_ = when;
    events_.at(when, [this, when] {
        if (when != journal_resumes_ || core_.journal.ended()) return;  // called earlier meanwhile
        journal_resumes_ = Time::max();
        const Time resume = core_.journal.step(events_.now());
        if (core_.snapshot_is_due()) start_snapshot();
        if (resume == Time::max()) return;
        drive_journal(std::max(resume, events_.now() + rng_.delay(disk_delay_max)));
    });
}

bool SimulatedServer::start_snapshot() {
    if (snapshotting_ != Snapshotting::none) return false;
    snapshotting_ = Snapshotting::begins;
    events_.after(rng_.delay(disk_delay_max), [this] { drive_snapshot(); });
    return true;
}

void SimulatedServer::drive_snapshot() {
    Snapshotter& snapshotter = core_.snapshotter;
    try {
        switch (snapshotting_) {
            case Snapshotting::none:
                return;
            case Snapshotting::begins:
                snapshotting_ = snapshotter.begin() ? Snapshotting::copies : Snapshotting::none;
                break;
            case Snapshotting::copies:
                // Otherwise the sessions copy alone.
                if (rng_.one_in(2)) {
                    core_.mutex.if_free([&] { snapshotter.copy(rng_.below(64)); });
                }
                snapshotter.pace(rng_.below(256));
                if (snapshotter.filled() && rng_.one_in(2)) snapshotter.write();
                if (snapshotter.written()) {
                    snapshotting_ = Snapshotting::waits;
                    core_.journal.request_sync(snapshotter.end());
                }
                break;
            case Snapshotting::waits:
                if (core_.journal.ended()) return;
                if (core_.journal.synced() < snapshotter.end()) break;
                snapshotter.finish();
                ++snapshots_;
                snapshotting_ = Snapshotting::none;
        }
    } catch (const std::exception&) {
        snapshotter.abandon();
        snapshotting_ = Snapshotting::none;
    }
    events_.after(rng_.delay(disk_delay_max) + moment, [this] { drive_snapshot(); });
}

void SimulatedServer::wake() {
    wake_planned_ = false;
    context_.clock.now = events_.now();
    context_.store.failed = core_.journal.failed();
    for (const auto& connection : connections_) {
        connection->flush();
        connection->resume();
        // The facts that it waits for will never be durable.
        const bool in_vain =
            context_.store.failed && connection->holds_beyond(core_.journal.durable());
        if (in_vain) connection->hang_up();
    }
}

/// One batch, as of a reactor that finds some of the connections ready.
void SimulatedServer::round(SimulatedConnection& first) {
    context_.clock.now = events_.now();
    std::vector<SimulatedConnection*> round{&first};
    for (const auto& connection : connections_) {
        if (connection.get() == &first || !connection->is_ready()) continue;
        if (rng_.one_in(2)) round.push_back(connection.get());
    }
    for (SimulatedConnection* const connection : round) connection->execute_slice();
    context_.store.unlock();
    for (SimulatedConnection* const connection : round) connection->flush();
}

SimulatedConnection& SimulatedServer::connect() {
    context_.clock.now = events_.now();
    return *connections_.emplace_back(std::make_unique<SimulatedConnection>(*this));
}

void SimulatedServer::close() {
    for (const auto& connection : connections_) connection->finish();
    core_.journal.request_close();
}

SimulatedConnection::SimulatedConnection(SimulatedServer& server)
    : server_{server}, session_{server.context_, "simulated:0"} {}

void SimulatedConnection::arrive(std::string_view bytes) {
    inbox_.append(bytes);
    step_later();
}

void SimulatedConnection::hang_up() { closed_ = true; }

void SimulatedConnection::resume() {
    if (session_.is_waiting()) step_later();
}

void SimulatedConnection::finish() {
    session_.end();
    flush();
}

void SimulatedConnection::step_later() {
    if (step_planned_ || closed_) return;
    step_planned_ = true;
    server_.events_.after(server_.rng_.delay(moment), [this] {
        if (is_ready()) server_.round(*this);  // otherwise an earlier batch included it
    });
}

void SimulatedConnection::read() {
    if (inbox_.empty()) return;
    const auto buffer = session_.prepare();
    const std::size_t most = std::min(buffer.size(), inbox_.size());
    const std::size_t bytes = 1 + server_.rng_.below(most);
    std::copy_n(inbox_.data(), bytes, buffer.data());
    inbox_.erase(0, bytes);
    session_.received(bytes);
}

void SimulatedConnection::execute_slice() {
    step_planned_ = false;
    if (session_.ended()) return;
    if (starved_) read();
    const std::uint64_t commands = server_.context_.counters.commands;
    const std::size_t held = session_.output().tail().size();
    const RespSession::ExecuteResult result = session_.execute();
    server_.witness_.executed(*this, server_.context_.counters.commands - commands,
                              std::string_view{session_.output().tail()}.substr(held));
    has_backpressure_ = result == RespSession::ExecuteResult::backpressure;
    starved_ = result == RespSession::ExecuteResult::need_input;
    closed_ = result == RespSession::ExecuteResult::disconnected;
    if (result == RespSession::ExecuteResult::yield || (starved_ && !inbox_.empty())) step_later();
}

void SimulatedConnection::flush() {
    if (closed_ || flush_planned_) return;
    OutputQueue& output = session_.output();
    const Lsn durable = server_.core_.journal.durable();
    const auto unmeasured = [](OutputQueue::Time) {};
    while (!output.sending().empty() || output.release(durable, unmeasured)) {
        const std::size_t bytes = 1 + server_.rng_.below(output.sending().size());
        server_.witness_.sent(*this, output.sending().substr(0, bytes));
        output.sent(bytes);
        if (!server_.rng_.one_in(3)) continue;
        // The client reads no more for a while.
        flush_planned_ = true;
        server_.events_.after(server_.rng_.delay(network_delay_max), [this] {
            flush_planned_ = false;
            flush();
        });
        return;
    }
    if (has_backpressure_ && output.bytes() < server_.context_.limits.output_pause_bytes)
        step_later();
}

}  // namespace allot::testing
