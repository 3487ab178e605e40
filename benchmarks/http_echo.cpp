// http_echo PORT REPLY
//
// The minimum that an HTTP server on Boost.Beast does: reads a request with its body, answers with
// the bytes in the file REPLY, and keeps the connection open. One thread, Beast's own stream,
// parser and serializer. Runs until it is killed.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "benchmarks/workload.hpp"

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using Response = http::response<http::string_body>;

class HttpEcho : public std::enable_shared_from_this<HttpEcho> {
public:
    HttpEcho(tcp::socket socket, Response response)
        : stream_{std::move(socket)}, response_{std::move(response)} {
        stream_.socket().set_option(tcp::no_delay{true});
    }
    void read() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                             if (!error) self->write();
                         });
    }

private:
    void write() {
        http::async_write(stream_, response_,
                          [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                              if (!error) self->read();
                          });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    Response response_;
};

void accept(tcp::acceptor& acceptor, const Response& response) {
    acceptor.async_accept(
        [&acceptor, &response](const beast::error_code& error, tcp::socket socket) {
            if (!error) std::make_shared<HttpEcho>(std::move(socket), response)->read();
            accept(acceptor, response);
        });
}

/// A recorded answer of Allot. (Beast's parser could read it, too, but Clang's analyzer reports an
/// error then.)
Response response_in(const char* path) {
    std::ifstream file{path, std::ios::binary};
    constexpr std::string_view version = "HTTP/1.1 ";
    std::string line;
    std::getline(file, line);
    allot::bench::require(line.starts_with(version), "the file begins with an answer's header");
    Response response;
    response.result(static_cast<unsigned>(std::strtoul(&line[version.size()], nullptr, 10)));
    while (std::getline(file, line) && line != "\r") {
        const std::size_t colon = line.find(": ");
        allot::bench::require(colon != std::string::npos && line.ends_with('\r'), "a field is one");
        response.insert(line.substr(0, colon), line.substr(colon + 2, line.size() - colon - 3));
    }
    response.body() = std::string{std::istreambuf_iterator<char>{file}, {}};
    return response;
}

}  // namespace

int main(int argc, char** argv) {
    allot::bench::require(argc == 3, "http_echo PORT REPLY");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const Response response = response_in(argv[2]);
    boost::asio::io_context io{1};
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), port}};
    accept(acceptor, response);
    io.run();
}
