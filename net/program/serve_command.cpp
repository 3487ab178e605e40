#include <boost/asio/ip/address.hpp>

#include "net/program/serve.hpp"

namespace allot::program {
namespace {

constexpr std::array serve_options = {
    help_option,
    print_config_option,
    config_option,
    data_option,
    Option{"listen", "ADDRESS:PORT", "127.0.0.1:25568",
           "where to listen; port 0 is any that is free"},
    Option{"listen-without-password", "", "",
           "allow an address that other machines reach, although whoever reaches it may change "
           "the stock"},
    Option{"durability", "MODE", "always",
           "when a change is acknowledged: 'always' after it was synced, 'interval=MS' at once, "
           "synced so often, 'os' at once, synced when the system likes"},
    segment_bytes_option,
    Option{"snapshot-every-bytes", "SIZE", "256MiB",
           "take a snapshot whenever the journal has grown by this much; 0: only on command"},
    Option{"max-clients", "NUMBER", "10000", "connections at a time"},
    Option{"sample-stock", "", "", "give an empty store a few batches to try things with"}};

void check_exposure(const Settings& settings, const Endpoint& listen) {
    if (boost::asio::ip::make_address(listen.host).is_loopback()) return;
    if (settings.is_on("listen-without-password")) return;
    throw UsageError{"listen (" + settings.at("listen").origin + "): value '" +
                     settings.text("listen") +
                     "': other machines reach it, and anyone who does may change the stock; "
                     "listen on a loopback address, or say --listen-without-password"};
}

int run_serve(const Settings& settings, Console& console) {
    return serve(ServeSettings::from(settings), console);
}

void check_serve(const Settings& settings) { (void)ServeSettings::from(settings); }

}  // namespace

ServeSettings ServeSettings::from(const Settings& settings) {
    ServeSettings serve{
        .directory = settings.get("data", directory_rule),
        .listen = settings.get("listen", endpoint_rule),
        .store = {.durability = settings.get("durability", durability_rule),
                  .segment_bytes = settings.get("segment-bytes", segment_bytes_rule),
                  .snapshot_every_bytes = settings.get("snapshot-every-bytes", bytes_rule)},
        .clients_max = settings.get("max-clients", clients_rule),
        .sample_stock = settings.is_on("sample-stock")};
    check_exposure(settings, serve.listen);
    return serve;
}

constinit const Command serve_command{
    .syntax =
        {.name = "serve",
         .operands = "",
         .summary = "open a store and serve it over TCP",
         .details =
             "Speaks RESP2, RESP3 and plain lines: redis-cli, every Redis client library, nc and\n"
             "telnet are clients. Logs are logfmt on standard error; 'msg=listening' tells the\n"
             "address. SIGTERM and SIGINT end it in good order; a second one at once.",
         .options = serve_options},
    .run = run_serve,
    .check = check_serve};

}  // namespace allot::program
