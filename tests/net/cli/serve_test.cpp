#include "net/cli/serve.hpp"

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <thread>

#include "net/cli/sample_stock.hpp"
#include "tests/net/cli/program_run.hpp"
#include "tests/net/cli/small_store.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::testing;
using boost::asio::ip::tcp;

namespace {

/// The buffer of a stream, for whose contents another thread may wait.
class SharedText final : public std::streambuf {
public:
    /// \return the text up to and with the first line that holds `part`.
    std::string wait_for(const std::string& part) {
        std::unique_lock lock{mutex_};
        const auto line_is_there = [&] {
            const std::size_t at = text_.find(part);
            return at != std::string::npos && text_.find('\n', at) != std::string::npos;
        };
        if (!changed_.wait_for(lock, std::chrono::seconds{30}, line_is_there)) return {};
        return text_.substr(0, text_.find('\n', text_.find(part)) + 1);
    }

private:
    int overflow(int c) override {
        const char byte = static_cast<char>(c);
        xsputn(&byte, 1);
        return c;
    }
    std::streamsize xsputn(const char* bytes, std::streamsize size) override {
        const std::scoped_lock lock{mutex_};
        text_.append(bytes, static_cast<std::size_t>(size));
        changed_.notify_all();
        return size;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
};

/// `allot serve` on a thread of this process.
class Served {
public:
    explicit Served(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "serve");
        thread_ = std::thread{[this, arguments] {
            std::ostream out{&text_};
            std::ostream err{&text_};
            program::Console console{out, err};
            code_ = program::run(arguments, small_files, console);
        }};
    }
    ~Served() {
        if (thread_.joinable()) thread_.join();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    /// Waits until it listens. \return the port.
    [[nodiscard]] std::string port() {
        const std::string log = text_.wait_for("msg=listening");
        const std::size_t colon = log.rfind(':');
        BOOST_REQUIRE(colon != std::string::npos);
        return log.substr(colon + 1, log.size() - colon - 2);
    }
    /// \return the exit code.
    int end_with(int signal) {
        ::kill(::getpid(), signal);
        thread_.join();
        return code_;
    }
    [[nodiscard]] SharedText& log() { return text_; }

private:
    SharedText text_;
    std::thread thread_;
    int code_ = -1;
};

/// The only line after that with the addresses.
std::string only_error(const std::string& log) {
    const std::size_t end = log.find('\n');
    BOOST_TEST(contains(log.substr(0, end), "msg=loading "), log);
    BOOST_TEST(std::ranges::count(log, '\n') == 2, log);
    return log.substr(end + 1);
}

/// Sends a line. \return the first line of the reply.
std::string ask(const std::string& port, const std::string& line) {
    boost::asio::io_context io;
    tcp::socket socket{io};
    boost::asio::connect(socket, tcp::resolver{io}.resolve("127.0.0.1", port));
    boost::asio::write(socket, boost::asio::buffer(line + "\r\n"));
    std::string reply;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(reply), "\r\n");
    return reply.substr(0, reply.find("\r\n"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_server_with_sample_stock)

BOOST_AUTO_TEST_CASE(
    when_a_signal_ends_it_then_it_closes_the_store_in_good_order_and_exits_with_0) {
    const ScratchDirectory scratch;
    for (const int signal : {SIGTERM, SIGINT}) {
        Served served{{"--data", scratch / "store", "--listen", "127.0.0.1:0", "--sample-stock"}};
        const std::string order = "order-" + std::to_string(signal);
        BOOST_TEST(ask(served.port(), "ALLOCATE " + order + " SMALL-TABLE 2") == "+batch-001");
        BOOST_TEST(served.end_with(signal) == 0);
        BOOST_TEST(contains(served.log().wait_for("msg=stopped"), "msg=draining signal="));
    }
    auto store = open_small(scratch / "store");
    BOOST_TEST(store.status().recovered_facts == 0);  // all facts are in the snapshot
    BOOST_TEST(store.stock("SMALL-TABLE").value().at(0).available == 96);
    BOOST_TEST(store.status().batches == 7);
}

BOOST_AUTO_TEST_CASE(when_info_is_queried_then_it_has_figures_of_the_storage_too) {
    const ScratchDirectory scratch;
    Served served{{"--data", scratch / "store", "--listen", "[::1]:0", "--sample-stock"}};
    const std::string port = served.port();
    boost::asio::io_context io;
    tcp::socket socket{io};
    boost::asio::connect(socket, tcp::resolver{io}.resolve("::1", port));
    boost::asio::write(socket, boost::asio::buffer(std::string{"INFO\r\nQUIT\r\n"}));
    std::string reply;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(reply), end);
    BOOST_TEST(contains(reply, "# Persistence"), reply);
    BOOST_TEST(contains(reply, "last_lsn:7"), reply);
    BOOST_TEST(served.end_with(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_server_that_cannot_start)

BOOST_AUTO_TEST_CASE(when_the_port_is_taken_then_that_is_one_clear_error) {
    const ScratchDirectory scratch;
    boost::asio::io_context io;
    const tcp::acceptor taken{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const std::string address = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
    const auto run = run_program({"serve", "--data", scratch / "store", "--listen", address});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(run.err.ends_with("allot serve: cannot listen on " + address +
                                 ": Address already in use; end what listens there, or give "
                                 "another port (--listen, --http), 0 for any\n"),
               run.err);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_open_elsewhere_then_that_is_one_clear_error) {
    const ScratchDirectory scratch;
    const auto store = open_small(scratch / "store");
    const auto run = run_program({"serve", "--data", scratch / "store", "--listen", "127.0.0.1:0"});
    BOOST_TEST(run.code == 1);
    const std::string error = only_error(run.err);
    BOOST_TEST(error.starts_with("allot serve: "), error);
    BOOST_TEST(contains(error, scratch / "store"), error);
}

BOOST_AUTO_TEST_CASE(when_the_directory_cannot_be_made_then_that_is_one_clear_error) {
    const ScratchDirectory scratch;
    scratch.write("file", "");
    const auto run =
        run_program({"serve", "--data", scratch / "file/store", "--listen", "127.0.0.1:0"});
    BOOST_TEST(run.code == 1);
    BOOST_TEST(contains(only_error(run.err), "file/store"), run.err);
}

BOOST_AUTO_TEST_CASE(when_other_machines_could_reach_it_then_it_refuses_without_the_option) {
    for (const char* const address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:25568"}) {
        const auto run = run_program({"serve", "--print-config", "--listen", address});
        BOOST_TEST(run.code == 2, address);
        BOOST_TEST(contains(run.err, "listen (flag --listen): value '" + std::string{address} +
                                         "': other machines reach it"));
        BOOST_TEST(run_program({"serve", "--print-config", "--listen", address,
                                "--listen-without-password"})
                       .code == 0);
    }
    for (const char* const address : {"127.0.0.1:0", "127.1.2.3:0", "[::1]:0", "localhost:0"}) {
        BOOST_TEST(run_program({"serve", "--print-config", "--listen", address}).code == 0);
    }
}

BOOST_AUTO_TEST_CASE(
    when_other_machines_could_reach_it_over_http_then_it_refuses_without_the_option) {
    for (const char* const address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:8080"}) {
        const auto run = run_program({"serve", "--print-config", "--http", address});
        BOOST_TEST(run.code == 2, address);
        BOOST_TEST(contains(run.err, "http (flag --http): value '" + std::string{address} +
                                         "': other machines reach it"));
        BOOST_TEST(
            run_program({"serve", "--print-config", "--http", address, "--listen-without-password"})
                .code == 0);
    }
    BOOST_TEST(run_program({"serve", "--print-config", "--http", "localhost:0"}).code == 0);
    BOOST_TEST(run_program({"serve", "--print-config", "--http", "8080"}).code == 2);
}

BOOST_AUTO_TEST_CASE(when_a_setting_breaks_its_rule_then_the_error_names_it) {
    for (const auto& [option, value] : {std::pair{"listen", "25568"},
                                        {"durability", "sometimes"},
                                        {"segment-size", "1KiB"},
                                        {"snapshot-every", "-1"},
                                        {"keep-journal-size", "all"},
                                        {"keep-journal-age", "3651d"},
                                        {"max-clients", "0"},
                                        {"max-clients-memory", "3MiB"},
                                        {"max-line", "65MiB"},
                                        {"max-argument", "0"},
                                        {"max-arguments", "15"},
                                        {"max-request", "x"},
                                        {"max-output", "1KiB"},
                                        {"handshake-timeout", "10"},
                                        {"request-timeout", "25h"},
                                        {"output-timeout", "-1s"},
                                        {"idle-timeout", "1d"},
                                        {"slow-log", "10000"},
                                        {"sample-stock", "maybe"}}) {
        const auto run =
            run_program({"serve", "--print-config", "--" + std::string{option} + "=" + value});
        BOOST_TEST(run.code == 2, option);
        BOOST_TEST(contains(run.err, "allot serve: " + std::string{option} + " (flag --" + option +
                                         "): value '" + value + "': expected "),
                   run.err);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_store_that_is_not_empty)

BOOST_AUTO_TEST_CASE(when_sample_stock_is_offered_then_the_store_stays_as_it_is) {
    const ScratchDirectory scratch;
    auto store = open_small(scratch / "store");
    store.add_batch({"b1", "s", 10}).value();
    BOOST_TEST(!program::add_sample_stock(store));
    BOOST_TEST(store.status().batches == 1);
}

BOOST_AUTO_TEST_SUITE_END()
