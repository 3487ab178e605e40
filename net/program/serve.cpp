#include "net/program/serve.hpp"

#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "net/program/descriptors.hpp"
#include "net/program/logger.hpp"
#include "net/program/open_store.hpp"
#include "net/program/sample_stock.hpp"
#include "net/program/store_info.hpp"
#include "net/server.hpp"
#include "storage/system_clock.hpp"

namespace allot::program {
namespace {

namespace asio = boost::asio;

Backend backend_of(Store& store) {
    return {.bus = store.bus(),
            .journal = store.journal(),
            .turn = store.turn(),
            .history = &store.history(),
            .start_snapshot = [&store] { return store.start_snapshot(); },
            .storage_info =
                [&store] {
                    auto sections = store_info(store.status());
                    sections.push_back(handler_info(store.handlers()));
                    return sections;
                }};
}

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

/// Calls what takes an address. \throws std::system_error naming it.
template <class Take>
auto take_address(const Endpoint& at, Take&& take) {
    try {
        return take();
    } catch (const boost::system::system_error& error) {
        const asio::ip::tcp::endpoint wanted{asio::ip::make_address(at.host), at.port};
        throw std::system_error{error.code(), "cannot listen on " + text_of(wanted)};
    }
}

/// Runs the listening server until a signal has ended it. What was read is executed and answered
/// then, within drain_max.
void run_until_signal(asio::io_context& io, Server& server, const ServeSettings& settings,
                      Logger& log) {
    // A second signal finds the default disposition again, and ends the process.
    asio::signal_set signals{io, SIGTERM, SIGINT};
    signals.async_wait([&](const boost::system::error_code& error, int signal) {
        if (error) return;
        signals.clear();
        log.info("draining", {{"signal", signal}, {"clients", server.clients()}});
        server.drain(drain_max, [&](bool clean) {
            if (!clean) log.warning("some replies were cut off");
            io.stop();
        });
    });
    // Said only now: who waits for it may send a signal at once.
    log.info("listening", {{"tls", settings.server.tls ? "yes" : "no"},
                           {"password", settings.server.password ? "yes" : "no"},
                           {"http", settings.http ? text_of(server.http_endpoint()) : "no"},
                           {"address", text_of(server.endpoint())}});
    io.run();
}

/// What a large request or reply took is the system's again as soon as it is freed. By itself, the
/// allocator would keep ever larger pieces, and the holes between them.
void return_large_memory() { ::mallopt(M_MMAP_THRESHOLD, 128 * 1024); }

/// \return the exit code.
int close(Store& store, Logger& log) {
    if (store.status().failed) {
        log.error("the storage has failed; the next start recovers what was acknowledged");
        return exit_code::failed;
    }
    const Lsn replay_from = store.snapshot();
    log.info("stopped", {{"last_lsn", store.status().last}, {"replay_from", replay_from}});
    return exit_code::ok;
}

}  // namespace

int serve(const ServeSettings& settings, Console& console) {
    return_large_memory();
    SystemClock clock;
    Logger log{console.err, clock, Logger::Terminal{console.err_is_terminal}};
    for (const std::string& warning : settings.warnings) log.warning(warning);
    ServerOptions options = settings.server;
    options.clients_max = descriptors_for(options.clients_max, log);

    asio::io_context io{1};
    // Before the store: where the server cannot listen, none is made, and none is locked.
    auto address = take_address(settings.listen, [&] { return Server::bind(io, options); });
    std::optional<asio::ip::tcp::acceptor> http;
    if (settings.http) {
        http = take_address(*settings.http, [&] {
            return Server::bind(io, settings.http->host, settings.http->port);
        });
    }
    Store store = open_store(settings.directory, settings.store, console, log,
                             settings.notifications.handlers());
    if (settings.sample_stock && add_sample_stock(store)) log.info("sample stock added");
    const StoreStatus opened = store.status();
    log.info("store open", {{"data", settings.directory},
                            {"last_lsn", opened.last},
                            {"replayed", opened.recovered_facts},
                            {"products", opened.products},
                            {"lines", opened.lines}});

    Server server{io, backend_of(store), options};
    take_address(settings.listen, [&] { server.listen(std::move(address)); });
    if (http) take_address(*settings.http, [&] { server.listen_http(std::move(*http)); });
    run_until_signal(io, server, settings, log);
    return close(store, log);
}

}  // namespace allot::program
