// http_echo PORT REPLY
//
// The least that an HTTP server on Boost.Beast does: reads a request with its body, answers REPLY,
// a file with all bytes of an answer, and keeps the connection. Understands nothing, remembers
// nothing. One thread, Beast's own stream, parser and serializer. Runs until it is killed.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "benchmarks/workload.hpp"

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using Response = http::response<http::string_body>;

class Echo : public std::enable_shared_from_this<Echo> {
public:
    Echo(tcp::socket socket, Response response)
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
            if (!error) std::make_shared<Echo>(std::move(socket), response)->read();
            accept(acceptor, response);
        });
}

Response response_in(const char* path) {
    std::ifstream file{path, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    http::response_parser<http::string_body> parser;
    beast::error_code error;
    parser.put(boost::asio::buffer(bytes), error);
    allot::bench::require(parser.is_header_done(), "the file begins with an answer's header");
    Response response{parser.get().base()};
    response.body() = bytes.substr(bytes.find("\r\n\r\n") + 4);
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
