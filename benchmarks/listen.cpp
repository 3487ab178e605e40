// listen PORT SUBSCRIBERS CONSUMERS FACTS
//
// Runs SUBSCRIBERS subscribers to `line_allocated`, and CONSUMERS consumers of the feed from its
// end on, in one thread, until each has received FACTS facts. Prints `ready` once all listen.

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/client.hpp"
#include "benchmarks/stopwatch.hpp"

namespace {

using namespace allot;

class Listener {
public:
    explicit Listener(std::uint16_t port) : client_{port} {}
    virtual ~Listener() = default;
    /// Reads what has arrived.
    void read() {
        const auto got = ::recv(socket(), input_.data(), input_.size(), MSG_DONTWAIT);
        if (got < 0) return bench::require(errno == EAGAIN, "a listener can receive");
        bench::require(got > 0, "the server keeps the listener");
        take({input_.data(), static_cast<std::size_t>(got)});
    }
    [[nodiscard]] std::size_t received() const noexcept { return received_; }
    [[nodiscard]] int socket() const noexcept { return client_.socket(); }

protected:
    virtual void take(std::string_view bytes) = 0;
    void send(std::string_view line) {
        client_.output() += line;
        client_.send();
    }

    std::size_t received_ = 0;

private:
    bench::Client client_;
    std::array<char, 65536> input_;
};

/// Counts messages by the brace that closes the object of each.
class Subscriber final : public Listener {
public:
    explicit Subscriber(std::uint16_t port) : Listener{port} {
        send("SUBSCRIBE line_allocated\r\n");
    }

private:
    void take(std::string_view bytes) override {
        received_ += static_cast<std::size_t>(std::ranges::count(bytes, '}'));
    }
};

/// Requests the next facts once it has read the last ones.
class Consumer final : public Listener {
public:
    explicit Consumer(std::uint16_t port) : Listener{port} { send("FEED $ BLOCK 0\r\n"); }

private:
    void take(std::string_view bytes) override {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            line_ += bytes.substr(0, end);
            if (end == std::string_view::npos) return;
            bytes.remove_prefix(end + 1);
            take_line();
            line_.clear();
        }
    }
    void take_line() {
        if (left_ == 0) return take_head();
        if (--left_ != 0) return;
        received_ += facts_;
        send("FEED AFTER " + cursor_ + " COUNT 1000 BLOCK 0\r\n");
    }
    /// Reads the head of a reply: a cursor, and an array of facts with 13 lines each.
    void take_head() {
        constexpr std::size_t fact_lines = 13;
        switch (head_) {
            case Head::begin:
                bench::require(line_.starts_with("*2"), "a reply holds a cursor and facts");
                head_ = Head::cursor;
                return;
            case Head::cursor:
                cursor_ = line_.substr(1, line_.find('\r') - 1);
                head_ = Head::facts;
                return;
            case Head::facts:
                facts_ = std::strtoull(line_.c_str() + 1, nullptr, 10);
                left_ = facts_ * fact_lines;
                head_ = Head::begin;
                return;
        }
    }

    std::string line_;
    std::size_t left_ = 0;  // lines of the reply
    std::uint64_t facts_ = 0;
    enum class Head : std::uint8_t { begin, cursor, facts };
    Head head_ = Head::begin;  // the next line, unless it belongs to a fact
    std::string cursor_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 5, "listen PORT SUBSCRIBERS CONSUMERS FACTS");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const std::size_t subscribers = std::strtoull(argv[2], nullptr, 10);
    const std::size_t consumers = std::strtoull(argv[3], nullptr, 10);
    const std::size_t facts = std::strtoull(argv[4], nullptr, 10);
    std::vector<std::unique_ptr<Listener>> all;
    std::vector<pollfd> polled;
    for (std::size_t i = 0; i < subscribers + consumers; ++i) {
        if (i < subscribers) {
            all.push_back(std::make_unique<Subscriber>(port));
        } else {
            all.push_back(std::make_unique<Consumer>(port));
        }
        polled.push_back({all.back()->socket(), POLLIN, 0});
    }
    bool is_ready = false;
    for (std::size_t waiting = all.size(); waiting > 0;) {
        bench::require(
            ::poll(polled.data(), polled.size(), is_ready ? 10'000 : 200) > 0 || !is_ready,
            "facts arrive");
        if (!is_ready &&
            std::ranges::none_of(polled, [](const pollfd& each) { return each.revents != 0; })) {
            std::puts("ready 1");
            (void)std::fflush(stdout);
            is_ready = true;
        }
        waiting = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (polled[i].revents != 0) all[i]->read();
            if (all[i]->received() < facts) ++waiting;
        }
    }
    for (const auto& each : all)
        bench::require(each->received() == facts, "no fact is received twice");
    bench::report("cpu_ns_per_fact", bench::cpu_seconds() / static_cast<double>(facts) * 1e9);
}
