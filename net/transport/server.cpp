#include "net/transport/server.hpp"

#include <string>
#include <utility>

#include "net/transport/connection_manager.hpp"

namespace allot {

Server::Server(boost::asio::io_context& io, const Loading& loading, ServerOptions options)
    : manager_{std::make_shared<ConnectionManager>(io, loading, std::move(options))} {}

void Server::serve(Backend backend) { manager_->serve(std::move(backend)); }

Server::~Server() { manager_->shut(); }

boost::asio::ip::tcp::acceptor Server::bind(boost::asio::io_context& io, const std::string& host,
                                            std::uint16_t port) {
    using boost::asio::ip::tcp;
    tcp::resolver resolver{io};
    const tcp::endpoint endpoint =
        *resolver.resolve(host, std::to_string(port), tcp::resolver::passive);
    tcp::acceptor acceptor{io};
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address{true});
    acceptor.bind(endpoint);
    return acceptor;
}

void Server::listen(boost::asio::ip::tcp::acceptor bound) {
    manager_->open(std::move(bound), Protocol::resp);
}

void Server::listen_http(boost::asio::ip::tcp::acceptor bound) {
    manager_->open(std::move(bound), Protocol::http);
}

boost::asio::ip::tcp::endpoint Server::endpoint() const {
    return manager_->endpoint(Protocol::resp);
}

boost::asio::ip::tcp::endpoint Server::http_endpoint() const {
    return manager_->endpoint(Protocol::http);
}

void Server::drain(std::chrono::milliseconds deadline, std::function<void(bool clean)> done) {
    manager_->drain(deadline, std::move(done));
}

std::size_t Server::clients() const noexcept { return manager_->size(); }

std::size_t Server::buffer_bytes() const noexcept { return manager_->context().usage.buffer_bytes; }

const Counters& Server::counters() const noexcept { return manager_->context().counters; }

}  // namespace allot
