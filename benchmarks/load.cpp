// load PORT CLIENTS DEPTH REQUESTS allocate|ping RUN SKUS
//
// Measures the throughput of a server on this machine for one thread with CLIENTS connections: each
// sends DEPTH requests at once, waits for their replies, and sends the next. The names of all
// orders begin with RUN.

#include <cstdlib>

#include "benchmarks/client.hpp"
#include "benchmarks/requests.hpp"
#include "benchmarks/stopwatch.hpp"

namespace {

using namespace allot;

class Load {
public:
    Load(bench::Clients& clients, bench::Requests& requests, std::size_t depth, std::size_t total)
        : clients_{clients}, requests_{requests}, depth_{depth}, left_{total}, under_way_{total} {
        awaited_.resize(clients.size());
    }
    void run() {
        for (std::size_t i = 0; i < clients_.size(); ++i) send(i);
        constexpr std::int64_t second_ns = 1'000'000'000;
        while (under_way_ > 0) {
            clients_.exchange(second_ns, [this](std::size_t client, std::size_t replies) {
                under_way_ -= replies;
                awaited_[client] -= replies;
                if (awaited_[client] == 0) send(client);
            });
        }
    }

private:
    void send(std::size_t client) {
        const std::size_t count = std::min(depth_, left_);
        for (std::size_t i = 0; i < count; ++i) {
            requests_.append_next_to(clients_[client].output());
        }
        left_ -= count;
        awaited_[client] = count;
        clients_[client].send();
    }

    bench::Clients& clients_;
    bench::Requests& requests_;
    std::size_t depth_;
    std::size_t left_;       // to be sent
    std::size_t under_way_;  // to be answered, including those that are not sent yet
    std::vector<std::size_t> awaited_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 8, "load PORT CLIENTS DEPTH REQUESTS allocate|ping RUN SKUS");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    bench::Clients clients{std::strtoull(argv[2], nullptr, 10), port};
    const std::size_t depth = std::strtoull(argv[3], nullptr, 10);
    const std::size_t total = std::strtoull(argv[4], nullptr, 10);
    bench::Requests requests{argv[5], argv[6], std::strtoull(argv[7], nullptr, 10)};

    const bench::Stopwatch stopwatch;
    Load{clients, requests, depth, total}.run();
    stopwatch.report_operations(static_cast<double>(total));
}
