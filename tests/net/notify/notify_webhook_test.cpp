// Webhooks, against a receiver with preset answers.

#include "net/notify/webhook.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "net/notify/mail.hpp"
#include "tests/net/transport/certificates.hpp"

using namespace allot;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

/// Reads one request of each connection, answers with the next reply, and closes.
class Receiver {
public:
    explicit Receiver(std::vector<std::string> replies) : replies_{std::move(replies)} {
        thread_ = std::thread{[this] { serve(); }};
    }
    ~Receiver() {
        boost::system::error_code ignored;
        if (!done_) tcp::socket{io_}.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/in";
    }
    [[nodiscard]] std::vector<std::string> requests() {
        const std::scoped_lock lock{mutex_};
        return requests_;
    }

private:
    void serve() {
        for (const std::string& reply : replies_) {
            tcp::socket socket{io_};
            acceptor_.accept(socket);
            boost::system::error_code ignored;
            std::string request;
            // Headers, and a body that ends with the object.
            while (!ignored &&
                   (request.find("\r\n\r\n") == std::string::npos || !request.ends_with('}'))) {
                std::array<char, 4096> bytes{};
                const auto size = socket.read_some(boost::asio::buffer(bytes), ignored);
                request.append(bytes.data(), size);
            }
            {
                const std::scoped_lock lock{mutex_};
                requests_.push_back(request);
            }
            boost::asio::write(socket, boost::asio::buffer(reply), ignored);
            if (!reply.empty()) continue;
            // Says nothing until the client has gone.
            char byte = 0;
            socket.read_some(boost::asio::buffer(&byte, 1), ignored);
        }
        done_ = true;
    }

    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    const std::vector<std::string> replies_;
    std::atomic<bool> done_ = false;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

std::string reply_of(const std::string& status, const std::string& more = {}) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\nConnection: close\r\n" + more +
           "\r\nok";
}

const CommittedFact shortage{7, 99, OutOfStock{{"o1", "LAMP", 500}}};
const CommittedFact batch_added{8, 99, BatchAdded{"LAMP", "b1", 3, "2030-01-01"}};

notify::Webhook::Settings settings_for(const std::string& url) {
    return {.receiver = {.url = url}, .events = {"out_of_stock"}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_receiver)

BOOST_AUTO_TEST_CASE(when_the_receiver_accepts_a_fact_then_it_gets_the_selected_events_only) {
    Receiver receiver{{reply_of("204 No Content", "")}};
    auto settings = settings_for(receiver.url());
    settings.token = "s3cret";
    notify::Webhook webhook{settings};
    BOOST_TEST(!webhook.notify(batch_added, 0xabc));
    BOOST_TEST(webhook.notify(shortage, 0xabc));
    const auto requests = receiver.requests();
    BOOST_TEST_REQUIRE(requests.size() == 1U);
    const std::string& request = requests[0];
    BOOST_TEST(request.starts_with("POST /in HTTP/1.1\r\n"), request);
    for (const std::string part :
         {"\r\nContent-Type: application/json\r\n",
          "\r\nIdempotency-Key: 0000000000000abc-7-99\r\n", "\r\nAuthorization: Bearer s3cret\r\n",
          "\r\n\r\n{\"event\":\"out_of_stock\",\"lsn\":7,\"time\":99,"
          "\"cursor\":\"0000000000000000:7\",\"order\":\"o1\","
          "\"sku\":\"LAMP\",\"quantity\":500}"}) {
        BOOST_TEST(request.find(part) != std::string::npos, part << "\n" << request);
    }
}

BOOST_AUTO_TEST_CASE(when_the_receiver_answers_anything_but_2xx_then_that_is_a_failure) {
    Receiver elsewhere{{}};
    const std::vector<std::string> statuses{"301 Moved",    "400 Bad Request", "404 Not Found",
                                            "429 Too Many", "500 Broken",      "503 Busy"};
    std::vector<std::string> replies;
    for (const auto& status : statuses) {
        replies.push_back(reply_of(status, "Location: " + elsewhere.url() + "\r\n"));
    }
    replies.push_back(reply_of("200 OK"));
    Receiver receiver{replies};
    notify::Webhook webhook{settings_for(receiver.url())};
    for (const auto& status : statuses) {
        BOOST_CHECK_EXCEPTION((void)webhook.notify(shortage, 1), std::runtime_error,
                              [&](const auto& error) {
                                  const std::string text = error.what();
                                  return text.ends_with("answered " + status.substr(0, 3)) &&
                                         text.find("/in") == std::string::npos;
                              });
    }
    BOOST_TEST(webhook.notify(shortage, 1));
    BOOST_TEST(elsewhere.requests().empty());
}

BOOST_AUTO_TEST_CASE(when_the_receiver_sends_retry_after_then_the_failure_has_that_delay) {
    const std::vector<std::pair<std::string, std::string>> asking{
        {"429 Too Many", "7"}, {"503 Busy", "120"}, {"500 Broken", " 9 "}, {"301 Moved", "5"}};
    std::vector<std::string> replies;
    for (const auto& [status, value] : asking) {
        replies.push_back(reply_of(status, "retry-after: " + value + "\r\n"));
    }
    replies.push_back(reply_of("503 Busy"));
    replies.push_back(reply_of("503 Busy", "Retry-After: soon\r\n"));
    replies.push_back(reply_of("200 OK", "Retry-After: 7\r\n"));
    Receiver receiver{replies};
    notify::Webhook webhook{settings_for(receiver.url())};
    for (const auto& [status, value] : asking) {
        BOOST_CHECK_EXCEPTION(
            (void)webhook.notify(shortage, 1), notify::RetryAfterError, [&](const auto& later) {
                const std::string text = later.what();
                return later.after() == std::chrono::seconds{std::stoi(value)} &&
                       text.find("answered " + status.substr(0, 3) + " with Retry-After: " +
                                 std::to_string(std::stoi(value))) != std::string::npos;
            });
    }
    for (int i = 0; i < 2; ++i) {  // earlier delays do not count
        BOOST_CHECK_EXCEPTION(
            (void)webhook.notify(shortage, 1), std::runtime_error, [](const auto& error) {
                return dynamic_cast<const notify::RetryAfterError*>(&error) == nullptr;
            });
    }
    BOOST_TEST(webhook.notify(shortage, 1));
}

BOOST_AUTO_TEST_CASE(when_the_receiver_says_until_when_to_wait_then_digits_and_dates_are_read) {
    constexpr std::time_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
    const auto seconds = [](const std::string& value) {
        return notify::retry_after(value, now).count();
    };
    BOOST_TEST(seconds("120") == 120);
    BOOST_TEST(seconds("0") == 0);
    BOOST_TEST(seconds("86400") == 86'400);
    for (const std::string large : {"86401", "99999999999999999999999999", "9223372036854775807"}) {
        BOOST_TEST(seconds(large) == 86'400, large);
    }
    for (const std::string date : {"Sun, 06 Nov 1994 08:50:37 GMT",
                                   "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994"}) {
        BOOST_TEST(seconds(date) == 60, date);
    }
    BOOST_TEST(seconds("Sun, 06 Nov 2094 08:50:37 GMT") == 86'400);
    for (const std::string none :
         {"", "soon", "-5", "1.5", "7 s", "0x10", "+3", "Sun, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:00:00 GMT"}) {
        BOOST_TEST(seconds(none) == 0, none);
    }
}

BOOST_AUTO_TEST_CASE(when_its_reply_has_no_end_then_the_status_counts) {
    Receiver receiver{{"HTTP/1.1 200 OK\r\n\r\n" + std::string(4U << 20U, 'x'),
                       "HTTP/1.1 500 No\r\n\r\n" + std::string(4U << 20U, 'x')}};
    notify::Webhook webhook{settings_for(receiver.url())};
    BOOST_TEST(webhook.notify(shortage, 1));
    BOOST_CHECK_THROW((void)webhook.notify(shortage, 1), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(
    when_the_receiver_says_nothing_then_the_try_ends_in_time_or_when_it_is_interrupted) {
    Receiver receiver{{"", ""}};
    auto settings = settings_for(receiver.url());
    settings.receiver.whole_max = 300ms;
    const auto began = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW((void)notify::Webhook{settings}.notify(shortage, 1), std::runtime_error);
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 250ms));

    settings.receiver.whole_max = 60s;
    notify::Webhook webhook{settings};
    auto call = std::async(std::launch::async, [&] { (void)webhook.notify(shortage, 1); });
    while (receiver.requests().size() < 2) std::this_thread::yield();
    webhook.interrupt();
    BOOST_TEST((call.wait_for(30s) == std::future_status::ready));
    BOOST_CHECK_THROW(call.get(), std::runtime_error);
    BOOST_CHECK_THROW((void)webhook.notify(shortage, 1),
                      std::runtime_error);  // and each later call
}

BOOST_AUTO_TEST_CASE(when_no_server_listens_then_the_error_names_the_server_alone) {
    boost::asio::io_context io;
    std::string url;
    {
        const tcp::acceptor gone{io, {boost::asio::ip::address_v4::loopback(), 0}};
        url = "http://127.0.0.1:" + std::to_string(gone.local_endpoint().port());
    }
    notify::Webhook webhook{settings_for(url + "/secret-path")};
    BOOST_CHECK_EXCEPTION(
        (void)webhook.notify(shortage, 1), std::runtime_error, [&](const auto& error) {
            const std::string text = error.what();
            return text.starts_with(url + ": ") && text.find("secret-path") == std::string::npos;
        });
}

BOOST_AUTO_TEST_CASE(when_its_certificate_is_not_trusted_then_nothing_is_sent_to_it) {
    const test::Certificates certificates;
    boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
    context.use_certificate_file(certificates / "server.pem", boost::asio::ssl::context::pem);
    context.use_private_key_file(certificates / "server.key", boost::asio::ssl::context::pem);
    boost::asio::io_context io;
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    // A certificate of no trusted authority; then a trusted one for another name.
    const std::vector<std::pair<std::string, std::string>> tries{
        {"", ": SSL certificate problem: "},
        {certificates / "authority.pem",
         ": SSL: certificate subject name 'server' does not match"}};
    auto received = std::async(std::launch::async, [&] {
        std::string all;
        for (std::size_t i = 0; i < tries.size(); ++i) {
            boost::asio::ssl::stream<tcp::socket> stream{io, context};
            acceptor.accept(stream.next_layer());
            boost::system::error_code end;
            stream.handshake(boost::asio::ssl::stream_base::server, end);
            std::array<char, 512> bytes{};
            if (!end) all.append(bytes.data(), stream.read_some(boost::asio::buffer(bytes), end));
        }
        return all;
    });
    const std::string url = "https://localhost:" + std::to_string(acceptor.local_endpoint().port());
    for (const auto& [ca_file, reason] : tries) {
        auto settings = settings_for(url);
        settings.receiver.ca_file = ca_file;
        settings.receiver.whole_max = 5s;
        BOOST_CHECK_EXCEPTION(
            (void)notify::Webhook{settings}.notify(shortage, 1), std::runtime_error,
            [&](const auto& error) { return std::string{error.what()}.starts_with(url + reason); });
    }
    BOOST_TEST(received.get() == "");
}

BOOST_AUTO_TEST_CASE(when_a_mail_server_offers_no_tls_then_it_gets_no_password) {
    boost::asio::io_context io;
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    auto received = std::async(std::launch::async, [&] {
        tcp::socket socket{io};
        acceptor.accept(socket);
        std::string all;
        boost::system::error_code end;
        for (const std::string reply : {"220 hello\r\n", "250-hello\r\n250 AUTH PLAIN LOGIN\r\n",
                                        "235 accepted\r\n", "250 go on\r\n"}) {
            boost::asio::write(socket, boost::asio::buffer(reply), end);
            std::array<char, 512> bytes{};
            all.append(bytes.data(), socket.read_some(boost::asio::buffer(bytes), end));
        }
        return all;
    });
    const std::string port = std::to_string(acceptor.local_endpoint().port());
    notify::Mail mail{{.server = {.url = "smtp://127.0.0.1:" + port, .whole_max = 5s},
                       .envelope = {"a@example.com", {"b@example.com"}},
                       .user = "user",
                       .password = "s3cret"}};
    BOOST_CHECK_THROW((void)mail.notify(shortage, 1), std::runtime_error);
    BOOST_TEST(!mail.notify(batch_added, 1));
    const std::string said = received.get();
    BOOST_TEST(said.starts_with("EHLO "), said);
    BOOST_TEST(said.find("AUTH") == std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()
