// echo PORT REQUEST_BYTES REPLY_BYTES
//
// The minimum that a server on Allot's code path does: reads what has arrived and, for each
// REQUEST_BYTES of it, answers a line of REPLY_BYTES, all in one write. It parses nothing and has
// no state. One thread, net's own Stream, and a buffer of the size that a busy connection of Allot
// has. Runs until it is killed.

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "benchmarks/workload.hpp"
#include "net/resp/request_parser.hpp"
#include "net/transport/stream.hpp"

namespace {

using namespace allot;
using boost::asio::ip::tcp;
using boost::system::error_code;

struct Sizes {
    std::size_t request_bytes;
    std::size_t reply_bytes;
};

class Echo : public std::enable_shared_from_this<Echo> {
public:
    Echo(tcp::socket socket, Sizes sizes) : stream_{std::move(socket), nullptr}, sizes_{sizes} {}

    void read() {
        stream_.async_read_some(
            input_, [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                if (!error) self->received(bytes);
            });
    }

private:
    void received(std::size_t bytes) {
        unanswered_bytes_ += bytes;
        for (; unanswered_bytes_ >= sizes_.request_bytes;
             unanswered_bytes_ -= sizes_.request_bytes) {
            output_.append(sizes_.reply_bytes - 2, '+').append("\r\n");
        }
        flush();
    }
    void flush() {
        error_code error;
        while (!output_.empty() && !error) output_.erase(0, stream_.write_some(output_, error));
        if (!error) return read();
        if (error != boost::asio::error::would_block) return;
        stream_.async_wait_writable([self = shared_from_this()](const error_code& gone) {
            if (!gone) self->flush();
        });
    }

    Stream stream_;
    Sizes sizes_;
    std::size_t unanswered_bytes_ = 0;
    std::string output_;
    std::array<char, RequestParser::buffer_bytes_busy> input_;
};

void accept(tcp::acceptor& acceptor, Sizes sizes) {
    acceptor.async_accept([&acceptor, sizes](const error_code& error, tcp::socket socket) {
        if (!error) std::make_shared<Echo>(std::move(socket), sizes)->read();
        accept(acceptor, sizes);
    });
}

}  // namespace

int main(int argc, char** argv) {
    bench::require(argc == 4, "echo PORT REQUEST_BYTES REPLY_BYTES");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const Sizes sizes{std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10)};
    bench::require(sizes.request_bytes > 0 && sizes.reply_bytes > 2, "there is what to echo");

    boost::asio::io_context io{1};
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), port}};
    accept(acceptor, sizes);
    io.run();
}
