#pragma once

#include <sys/socket.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/transport/server.hpp"
#include "tests/eventually.hpp"
#include "tests/net/fakes.hpp"

namespace allot::test {

/// A server on free loopback ports, run by a thread of its own, with a disk that the test controls.
class TestServer {
public:
    explicit TestServer(ServerOptions options = {}) : server_{io_, loading_, std::move(options)} {
        server_.serve(engine.backend());
        server_.listen(Server::bind(io_, "127.0.0.1", 0));
        server_.listen_http(Server::bind(io_, "127.0.0.1", 0));
        ports_ = {server_.endpoint().port(), server_.http_endpoint().port()};
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~TestServer() {
        io_.stop();
        thread_.join();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    /// Calls `function(Server&)` on the server's thread. \return its result.
    template <class Function>
    auto on_server(Function function) {
        std::promise<decltype(function(server_))> result;
        boost::asio::post(io_, [&] { result.set_value(function(server_)); });
        return result.get_future().get();
    }
    [[nodiscard]] Counters counters() {
        return on_server([](Server& server) { return server.counters(); });
    }
    [[nodiscard]] std::size_t clients() {
        return on_server([](Server& server) { return server.clients(); });
    }
    enum Protocol : std::uint8_t { resp, http };
    [[nodiscard]] std::uint16_t port(Protocol of = resp) const { return ports_[of]; }

    /// Begins to drain. \return a future that says whether it ended cleanly.
    std::future<bool> drain(std::chrono::milliseconds deadline) {
        auto done = std::make_shared<std::promise<bool>>();
        boost::asio::post(io_, [this, done, deadline] {
            server_.drain(deadline, [done](bool clean) { done->set_value(clean); });
        });
        return done->get_future();
    }

    Engine<HandJournal> engine;

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};  // so that it answers even when it serves no more
    Loading loading_;
    Server server_;
    std::thread thread_;
    std::array<std::uint16_t, 2> ports_{};  // by Protocol
};

/// A client that blocks, for at most ten seconds.
class TestClient {
public:
    explicit TestClient(const TestServer& server, TestServer::Protocol of = TestServer::resp) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), server.port(of)});
        const timeval bound{10, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n =
                ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return;  // the server has closed: receive() shows it
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    /// Sends as many bytes as the system takes. \return how many.
    std::size_t send_some(std::string_view bytes) {
        const auto n = ::send(socket_.native_handle(), bytes.data(), bytes.size(),
                              MSG_NOSIGNAL | MSG_DONTWAIT);
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    /// Receives so many bytes, or fewer when the server closes or ten seconds have passed.
    std::string receive(std::size_t bytes) {
        std::string all(bytes, '\0');
        std::size_t got = 0;
        while (got < bytes) {
            const auto n = ::recv(socket_.native_handle(), &all[got], bytes - got, 0);
            if (n <= 0) break;
            got += static_cast<std::size_t>(n);
        }
        all.resize(got);
        return all;
    }
    std::string receive(std::string_view expected) { return receive(expected.size()); }
    std::string until_closed() { return receive(std::size_t{1} << 24U); }
    /// True when nothing arrives for a while.
    [[nodiscard]] bool silent(std::chrono::milliseconds during = std::chrono::milliseconds{100}) {
        std::this_thread::sleep_for(during);
        char byte = 0;
        return ::recv(socket_.native_handle(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
    }
    void close() { socket_.close(); }
    void end_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    std::string ask(std::string_view line, std::string_view expected) {
        send(std::string{line} + "\r\n");
        return receive(expected);
    }

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_{io_};
};

using testing::eventually;

/// Waits until the server reads no more of what its clients send. \return whether it did.
inline bool stops_reading(TestServer& server) {
    std::uint64_t before = 0;
    return eventually([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        const std::uint64_t now = server.counters().bytes_in;
        return now == std::exchange(before, now) && now != 0;
    });
}

}  // namespace allot::test
