#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/resp/resp_session.hpp"
#include "storage/store_core.hpp"
#include "tests/dst/server/event_queue.hpp"
#include "tests/dst/server/rng.hpp"
#include "tests/net/open_context.hpp"

namespace allot::testing {

class SimulatedConnection;

/// Observes everything that a server does, at the time when it does it.
class Witness {
public:
    /// `commands` were executed, in the order in which they had arrived, and gave `replies`.
    virtual void executed(SimulatedConnection& connection, std::uint64_t commands,
                          std::string_view replies) = 0;
    /// The bytes are on their way to the client, and cannot be recalled.
    virtual void sent(SimulatedConnection& connection, std::string_view bytes) = 0;

protected:
    ~Witness() = default;
};

/// The time of a simulation.
class SimulatedClock final : public Clock {
public:
    explicit SimulatedClock(const EventQueue& events) : events_{events} {}
    UnixMicros now() noexcept override {
        return std::chrono::duration_cast<Duration>(events_.now().time_since_epoch()).count();
    }

private:
    const EventQueue& events_;
};

/// One run of a server: a store and its sessions, with events of a simulation instead of threads
/// and sockets, at times drawn from its rng. The events refer to it, so code that destroys it
/// clears the queue.
class SimulatedServer {
public:
    /// \throws as Store::open()
    SimulatedServer(EventQueue& events, Rng& rng, FileSystem& disk, const StoreOptions& options,
                    Witness& witness);

    [[nodiscard]] SimulatedConnection& connect();
    /// Ends the server cleanly; ended() becomes true.
    void close();
    [[nodiscard]] bool ended() const noexcept { return core_.journal.ended(); }
    [[nodiscard]] StoreCore& core() noexcept { return core_; }
    [[nodiscard]] UnixMicros time() noexcept { return clock_.now(); }
    [[nodiscard]] std::uint64_t snapshots() const noexcept { return snapshots_; }

private:
    friend SimulatedConnection;
    void drive_journal(Time when);
    void drive_snapshot();
    bool start_snapshot();
    void wake();
    void round(SimulatedConnection& first);

    EventQueue& events_;
    Rng& rng_;
    Witness& witness_;
    SimulatedClock clock_{events_};
    StoreCore core_;
    test::OpenContext context_;
    std::vector<std::unique_ptr<SimulatedConnection>> connections_;
    Time journal_resumes_ = Time::max();
    bool segment_planned_ = false;
    bool wake_planned_ = false;
    std::uint64_t snapshots_ = 0;
    enum class Snapshotting : std::uint8_t { none, begins, copies, waits };
    Snapshotting snapshotting_ = Snapshotting::none;
};

/// A client's connection on the server's side, as net/transport/connection.cpp without a socket.
class SimulatedConnection {
public:
    explicit SimulatedConnection(SimulatedServer& server);

    /// Bytes from the client arrive.
    void arrive(std::string_view bytes);
    /// The client has closed the connection, or sends no more.
    void hang_up();
    /// Executes nothing more, and sends the replies.
    void finish();
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return session_.id(); }
    /// Executes a slice, if one is due.
    void execute_slice();
    void flush();
    /// Lets a session that waits for facts read them.
    void resume();
    [[nodiscard]] bool is_ready() const noexcept { return step_planned_ && !closed_; }
    [[nodiscard]] bool holds_beyond(Lsn durable) const noexcept {
        return session_.output().holds_beyond(durable);
    }

private:
    void read();
    void step_later();

    SimulatedServer& server_;
    RespSession session_;
    std::string inbox_;
    bool step_planned_ = false;
    bool flush_planned_ = false;
    bool starved_ = true;
    bool has_backpressure_ = false;
    bool closed_ = false;
};

}  // namespace allot::testing
