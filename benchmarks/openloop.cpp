// openloop PORT CLIENTS RATE REQUESTS RUN SKUS
//
// Measures the time of ALLOCATE requests that become due at equal intervals, RATE a second, whether
// or not earlier ones were answered. The time of a request counts from when it was due, not from
// when it was sent, so a stall counts for every request that had to wait. A snapshot is requested
// in the middle.

#include <sys/prctl.h>

#include <cstdlib>

#include "benchmarks/client.hpp"
#include "benchmarks/latency_report.hpp"
#include "benchmarks/requests.hpp"
#include "benchmarks/schedule.hpp"

namespace {

using namespace allot;

/// Request i goes to client i modulo the number of clients, so each reply's request is known.
class NetworkLoop {
public:
    NetworkLoop(bench::Clients& clients, bench::Requests& requests, bench::Client& operator_client)
        : clients_{clients}, requests_{requests}, operator_{operator_client} {
        answered_.resize(clients.size());
    }
    bench::Histogram run(double a_second, std::size_t total) {
        const bench::Schedule schedule{a_second};
        bench::Histogram latency;
        while (latency.count() < total) {
            issue(schedule, total);
            const std::int64_t wait =
                issued_ == total ? second_ns : schedule.due_ns(issued_) - schedule.now_ns();
            clients_.exchange(
                std::max<std::int64_t>(wait, 0), [&](std::size_t client, std::size_t replies) {
                    const std::int64_t now = schedule.now_ns();
                    for (; replies > 0; --replies) {
                        const std::size_t nth = answered_[client]++;
                        const auto due = schedule.due_ns(nth * clients_.size() + client);
                        latency.add(static_cast<std::uint64_t>(now - due));
                    }
                });
        }
        return latency;
    }

private:
    static constexpr std::int64_t second_ns = 1'000'000'000;

    /// Sends the requests that are due, at most one for each client; then replies are read.
    void issue(const bench::Schedule& schedule, std::size_t total) {
        const std::int64_t now = schedule.now_ns();
        const std::size_t end = std::min(total, issued_ + clients_.size());
        for (; issued_ < end && schedule.due_ns(issued_) <= now; ++issued_) {
            bench::Client& client = clients_[issued_ % clients_.size()];
            requests_.append_next_to(client.output());
            client.send();
            if (issued_ == total / 2) {
                operator_.output() += "SNAPSHOT\r\n";
                operator_.send();
            }
        }
    }

    bench::Clients& clients_;
    bench::Requests& requests_;
    bench::Client& operator_;
    std::size_t issued_ = 0;
    std::vector<std::size_t> answered_;  // of each client
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 7, "openloop PORT CLIENTS RATE REQUESTS RUN SKUS");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    bench::Clients clients{std::strtoull(argv[2], nullptr, 10), port};
    const double a_second = std::strtod(argv[3], nullptr);
    const std::size_t total = std::strtoull(argv[4], nullptr, 10);
    bench::Requests requests{"allocate", argv[5], std::strtoull(argv[6], nullptr, 10)};
    bench::Client operator_client{port};
    // Otherwise the system may end each wait up to 50 microseconds late.
    bench::require(::prctl(PR_SET_TIMERSLACK, 1UL) == 0, "waits can be short");

    const auto begin = bench::Steady::now();
    const auto latency = NetworkLoop{clients, requests, operator_client}.run(a_second, total);
    bench::report("reply_operations_per_second",
                  static_cast<double>(total) / bench::seconds_since(begin));
    bench::report_latency("reply", latency);
}
