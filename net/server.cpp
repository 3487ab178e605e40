#include "net/server.hpp"

#include <utility>

#include "net/listener.hpp"

namespace allot {

Server::Server(boost::asio::io_context& io, Backend backend, ServerOptions options)
    : listener_{std::make_shared<Listener>(io, std::move(backend), std::move(options))} {}

Server::~Server() { listener_->shut(); }

void Server::listen() { listener_->open(); }

boost::asio::ip::tcp::endpoint Server::endpoint() const { return listener_->endpoint(); }

void Server::drain(std::chrono::milliseconds deadline, std::function<void(bool clean)> done) {
    listener_->drain(deadline, std::move(done));
}

std::size_t Server::clients() const noexcept { return listener_->size(); }

const Counters& Server::counters() const noexcept { return listener_->hub().counters; }

}  // namespace allot
