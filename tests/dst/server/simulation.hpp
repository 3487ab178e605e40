#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/commands/commands.hpp"
#include "tests/commands/tally.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/dst/server/event_queue.hpp"
#include "tests/dst/server/feed_model.hpp"
#include "tests/dst/server/reply_model.hpp"
#include "tests/dst/server/rng.hpp"
#include "tests/dst/server/simulated_server.hpp"
#include "tests/dst/server/trace.hpp"

namespace allot::testing {

/// The result of a simulation.
struct SimulationReport {
    std::uint64_t trace = 0;  ///< a hash of all events, in order: equal for equal seeds
    std::uint64_t lives = 0;
    std::uint64_t power_cuts = 0;
    std::uint64_t kills = 0;
    std::uint64_t failures = 0;  ///< of the disk, that ended a run
    std::uint64_t commands = 0;
    std::uint64_t snapshots = 0;
    Tally tally;                        ///< of commands, and of refusals by their codes
    std::vector<std::string> findings;  ///< the broken promises
};

/// A server, its clients, the network between them and a disk, with all random events drawn from
/// one seed: in one thread, without a clock. Clients send random commands; runs of the server end
/// by power cuts, kills, failures of the disk, or cleanly. Each reply is compared with the naive
/// model's, in the order of execution, and after each run the recovered state with what was
/// acknowledged.
class Simulation final : public Witness {
public:
    explicit Simulation(std::uint64_t seed);
    SimulationReport run();

private:
    struct Client {
        SimulatedConnection* connection = nullptr;
        std::deque<Asked> asked;  // sent, not executed yet
        ReplyModel::Transaction transaction;
        struct Reply {
            std::uint64_t end;  // in the stream of replies
            Lsn lsn;            // of the last fact that it could have read
        };
        std::deque<Reply> replies;  // not sent yet, not even in part
        std::uint64_t replied = 0;  // bytes
        std::uint64_t sent = 0;
        std::uint64_t begun = 0;  // the end of the last reply of which a byte was sent
        Time arrives{};           // when the last command arrives at the server
    };
    struct State {
        ReplyModel model;
        std::optional<std::uint64_t> hash = {};  // of the server's state, where a slice ended
    };
    /// How a run of the server ends.
    enum class End : std::uint8_t { well, kill, power_cut, failure };

    void executed(SimulatedConnection& connection, std::uint64_t commands,
                  std::string_view replies) override;
    void sent(SimulatedConnection& connection, std::string_view bytes) override;

    void live();
    [[nodiscard]] bool life_is_over() const;
    void draw_end();
    [[nodiscard]] bool open();
    void cut_power();
    void note_synced();
    void close();
    void end();
    void judge();

    void admit();
    void ask(std::uint64_t client);
    void go_on(std::uint64_t client);
    [[nodiscard]] std::string expected_feed(const Asked& asked);
    void find(const std::string& what);

    std::uint64_t seed_;
    Rng rng_;
    Commands commands_{rng_};
    EventQueue events_;
    Trace trace_;
    std::unique_ptr<SimulatedDisk> disk_;
    std::unique_ptr<SimulatedDisk> next_disk_;  // after a power cut
    std::unique_ptr<SimulatedServer> server_;
    StoreOptions options_;
    std::map<std::uint64_t, Client> clients_;  // by connection

    ReplyModel model_;
    FeedModel feed_{model_};
    std::map<Lsn, State> history_;  // after each unit of work since the last start
    Lsn acknowledged_ = 0;
    End end_ = End::well;
    std::uint64_t operations_left_ = 0;  // until the power is cut
    std::uint64_t commands_left_ = 0;    // until the run ends otherwise
    SimulationReport report_;
};

}  // namespace allot::testing
