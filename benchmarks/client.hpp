#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/workload.hpp"

namespace allot::bench {

/// A connection to a server on this machine whose replies are a status or a name. No function
/// blocks. It ends the process when the server closes the connection, or replies with an error.
class Client {
public:
    explicit Client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(port);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        require(::connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0,
                "the server accepts a client");
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Client() { ::close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The bytes to be sent; the caller appends to it.
    [[nodiscard]] std::string& output() noexcept { return output_; }
    /// Sends as much as the socket takes.
    void send() {
        if (output_.empty()) return;
        const auto sent =
            ::send(socket_, output_.data(), output_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) return require(errno == EAGAIN, "a client can send");
        output_.erase(0, static_cast<std::size_t>(sent));
    }
    /// Reads everything that has arrived. \return the number of complete replies.
    std::size_t receive() {
        std::size_t replies = 0;
        for (;;) {
            const auto got = ::recv(socket_, input_.data(), input_.size(), MSG_DONTWAIT);
            if (got < 0) {
                require(errno == EAGAIN, "a client can receive");
                return replies;
            }
            require(got > 0, "the server stays");
            replies += replies_in({input_.data(), static_cast<std::size_t>(got)});
            if (static_cast<std::size_t>(got) < input_.size()) return replies;
        }
    }
    [[nodiscard]] int socket() const noexcept { return socket_; }

private:
    /// Returns how many replies end in these bytes: `+word`, or `$n` and a name on a line of its
    /// own.
    std::size_t replies_in(std::string_view bytes) {
        std::size_t replies = 0;
        while (!bytes.empty()) {
            if (at_line_ && !in_bulk_) {
                require(bytes.front() == '+' || bytes.front() == '$', "the server says yes");
                opens_bulk_ = bytes.front() == '$';
            }
            const std::size_t end = bytes.find('\n');
            at_line_ = end != std::string_view::npos;
            if (!at_line_) break;
            in_bulk_ = std::exchange(opens_bulk_, false);
            if (!in_bulk_) ++replies;
            bytes.remove_prefix(end + 1);
        }
        return replies;
    }

    static constexpr std::size_t input_bytes = 16384;

    int socket_;
    bool at_line_ = true;
    bool opens_bulk_ = false;  // the line being read
    bool in_bulk_ = false;     // the line being read is the bytes of a bulk string
    std::string output_;
    std::array<char, input_bytes> input_;
};

/// The clients of one thread. Selects those that can continue.
class Clients {
public:
    Clients(std::size_t count, std::uint16_t port) : poll_{::epoll_create1(EPOLL_CLOEXEC)} {
        for (std::size_t i = 0; i < count; ++i) {
            all_.push_back(std::make_unique<Client>(port));
            epoll_event event{};
            event.events = EPOLLIN | EPOLLOUT | EPOLLET;
            event.data.u64 = i;
            require(::epoll_ctl(poll_, EPOLL_CTL_ADD, all_.back()->socket(), &event) == 0,
                    "the system watches a socket");
        }
    }
    ~Clients() { ::close(poll_); }
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    [[nodiscard]] Client& operator[](std::size_t at) noexcept { return *all_[at]; }
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

    /// Waits until a client can continue, or for `wait_ns`; sends what can be sent, and calls
    /// `replied(client, replies)` for each client that got replies.
    template <class Replied>
    void exchange(std::int64_t wait_ns, Replied replied) {
        constexpr std::int64_t second_ns = 1'000'000'000;
        const timespec wait{wait_ns / second_ns, wait_ns % second_ns};
        std::array<epoll_event, 64> events;
        const int ready = ::epoll_pwait2(poll_, events.data(), events.size(), &wait, nullptr);
        require(ready >= 0 || errno == EINTR, "the system watches sockets");
        for (int i = 0; i < ready; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            Client& client = *all_[event.data.u64];
            if ((event.events & EPOLLOUT) != 0) client.send();
            if ((event.events & EPOLLIN) == 0) continue;
            if (const std::size_t replies = client.receive(); replies > 0) {
                replied(event.data.u64, replies);
            }
        }
    }

private:
    int poll_;
    std::vector<std::unique_ptr<Client>> all_;
};

}  // namespace allot::bench
