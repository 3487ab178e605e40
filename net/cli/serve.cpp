#include "net/cli/serve.hpp"

#include <malloc.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <optional>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "net/cli/io/descriptors.hpp"
#include "net/cli/io/log_queue.hpp"
#include "net/cli/io/logger.hpp"
#include "net/cli/open_store.hpp"
#include "net/cli/program_figures.hpp"
#include "net/cli/sample_stock.hpp"
#include "net/transport/server.hpp"
#include "storage/io/system_clock.hpp"

namespace allot::program {
namespace {

namespace asio = boost::asio;

Backend backend_of(Store& store, const LogQueue& log) {
    return {.bus = &store.bus(),
            .journal = &store.journal(),
            .mutex = &store.mutex(),
            .history = &store.history(),
            .start_snapshot = [&store] { return store.start_snapshot(); },
            .add_figures =
                [&store, &log](Figures& to) {
                    add_store_figures(to, store.status());
                    add_sink_figures(to, store.sinks());
                    add_log_figures(to, log.lines_lost());
                }};
}

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

/// Calls a function that takes an address. \throws std::system_error naming it.
template <class Take>
auto take_address(const Endpoint& at, Take&& take) {
    try {
        return take();
    } catch (const boost::system::system_error& error) {
        const asio::ip::tcp::endpoint wanted{asio::ip::make_address(at.host), at.port};
        throw std::system_error{error.code(), "cannot listen on " + text_of(wanted)};
    }
}

/// The action of SIGTERM and SIGINT, set for each phase of the program. A second signal finds the
/// default disposition again, and ends the process.
class EndSignal {
public:
    explicit EndSignal(asio::io_context& io) : signals_{io, SIGTERM, SIGINT} {
        signals_.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            signals_.clear();
            act_(signal);
        });
    }
    /// Not while the io_context runs. A signal that has not been handled yet gets the new action.
    void set_action(std::function<void(int signal)> act) { act_ = std::move(act); }

private:
    asio::signal_set signals_;
    std::function<void(int signal)> act_;
};

/// Runs an io_context on a thread of its own until end() or destruction.
class IoThread {
public:
    explicit IoThread(asio::io_context& io)
        : io_{io}, thread_{[this] {
              try {
                  io_.run();
              } catch (...) {
                  failure_ = std::current_exception();
              }
          }} {}
    ~IoThread() { join(); }
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    /// \throws the exception of the thread.
    void end() {
        join();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    void join() {
        if (!thread_.joinable()) return;
        io_.stop();
        thread_.join();
        io_.restart();
    }

    asio::io_context& io_;
    std::exception_ptr failure_;
    std::thread thread_;
};

/// Thrown out of the opening of a store, because a signal came.
struct Interrupted {};

/// Opens the store and reports the progress to its clients meanwhile.
/// \return none: a signal has ended it.
std::optional<Store> open_beside(asio::io_context& io, EndSignal& signal, Loading& loading,
                                 const ServeSettings& settings, Console& console, Logger& log) {
    std::atomic<bool> interrupted = false;
    signal.set_action([&](int number) {
        log.info("stopping", {{"signal", number}, {"loading", loading.step().text()}});
        interrupted = true;
    });
    StoreOptions options = settings.store;
    options.progress = [&](const Progress& progress) {
        loading.update(progress.what, progress.done, progress.total);
        if (interrupted) throw Interrupted{};
    };
    IoThread clients{io};
    try {
        Store store = open_store(settings.directory, std::move(options), console, log,
                                 settings.notifications.sinks());
        clients.end();
        if (!interrupted) return store;
    } catch (const Interrupted&) {
    }
    return {};
}

/// Runs the serving server until a signal has ended it. Requests that were read are then executed
/// and answered, within drain_max.
void run_until_signal(asio::io_context& io, EndSignal& signal, Server& server, Logger& log) {
    signal.set_action([&](int number) {
        log.info("draining", {{"signal", number}, {"clients", server.clients()}});
        server.drain(drain_max, [&](bool clean) {
            if (!clean) log.warning("some replies were cut off");
            io.stop();
        });
    });
    io.run();
}

/// Logs the address of a server.
void log_address(std::string_view event, const Server& server, const ServeSettings& settings,
                 Logger& log) {
    log.info(event, {{"tls", settings.server.tls ? "yes" : "no"},
                     {"password", settings.server.password ? "yes" : "no"},
                     {"http", settings.http ? text_of(server.http_endpoint()) : "no"},
                     {"address", text_of(server.endpoint())}});
}

/// Returns the memory of large requests and replies to the system as soon as it is freed. By
/// default the allocator would keep ever larger pieces, and the holes between them.
void return_large_memory() { ::mallopt(M_MMAP_THRESHOLD, 128 * 1024); }

/// Takes the last snapshot. If the disk is full, the next start replays more.
/// \return the LSN up to which it holds facts.
Lsn closing_snapshot(Store& store) {
    try {
        return store.closing_snapshot();
    } catch (const std::system_error&) {  // which the store has warned of
        return store.status().snapshot;
    }
}

/// \return the exit code.
int close(Store& store, Logger& log) {
    StoreStatus status = store.status();
    if (status.failed) {
        log.error("the storage has failed; the next start recovers what was acknowledged");
        return exit_code::failed;
    }
    const Lsn replay_from = closing_snapshot(store);
    status = store.status();
    if (status.failed) return exit_code::failed;  // which the store has warned of
    if (status.waits_for_space) {
        log.error("the disk is full; the last changes are lost",
                  {{"durable_lsn", status.durable}, {"last_lsn", status.last}});
        return exit_code::failed;
    }
    log.info("stopped", {{"last_lsn", status.last}, {"replay_from", replay_from}});
    return exit_code::ok;
}

}  // namespace

int serve(const ServeSettings& settings, Console& console) {
    return_large_memory();
    SystemClock clock;
    Logger log{*console.log, clock, Logger::Terminal{console.err_is_terminal}};
    for (const std::string& warning : settings.warnings) log.warning(warning);
    ServerOptions options = settings.server;
    options.clients_max =
        descriptors_for(options.clients_max, settings.notifications.destinations(), log);
    options.warning = [&log](std::string_view text) { log.warning(text); };

    // One thread at a time runs it, so only its queue needs locks: the journal's thread posts to
    // it.
    asio::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    // Before the store is opened: if the server cannot listen, it makes and locks no store.
    auto address = take_address(settings.listen, [&] {
        return Server::bind(io, settings.listen.host, settings.listen.port);
    });
    std::optional<asio::ip::tcp::acceptor> http;
    if (settings.http) {
        http = take_address(*settings.http, [&] {
            return Server::bind(io, settings.http->host, settings.http->port);
        });
    }
    std::optional<Store> store;  // outlives the server
    Loading loading;
    Server server{io, loading, options};
    take_address(settings.listen, [&] { server.listen(std::move(address)); });
    if (http) take_address(*settings.http, [&] { server.listen_http(std::move(*http)); });
    EndSignal signal{io};
    log_address("loading", server, settings, log);
    store = open_beside(io, signal, loading, settings, console, log);
    if (!store) {
        log.info("stopped before the store was open");
        return exit_code::ok;
    }
    if (settings.sample_stock && add_sample_stock(*store)) log.info("sample stock added");
    const StoreStatus opened = store->status();
    log.info("store open", {{"data", settings.directory},
                            {"last_lsn", opened.last},
                            {"replayed", opened.recovered_facts},
                            {"products", opened.products},
                            {"lines", opened.lines}});
    server.serve(backend_of(*store, *console.log));
    log_address("listening", server, settings, log);
    run_until_signal(io, signal, server, log);
    return close(*store, log);
}

}  // namespace allot::program
