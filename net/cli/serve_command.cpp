#include <boost/asio/ip/address.hpp>

#include "net/cli/io/files.hpp"
#include "net/cli/open_store.hpp"
#include "net/cli/serve.hpp"
#include "net/cli/settings/password_setting.hpp"

namespace allot::program {
namespace {

constexpr std::array general_options = {
    help_option, print_config_option, config_option, data_option,
    Option{"sample-stock", "", "", "give an empty store a few batches to try things with"}};

constexpr std::array listen_options = {
    Option{"listen", "ADDRESS:PORT", "127.0.0.1:25568",
           "address to listen on; port 0: any free port"},
    Option{"http", "ADDRESS:PORT", "", "address to listen on for HTTP, too; without it, none"}};

constexpr std::array access_options = {
    password_file_option,
    password_option,
    Option{"listen-without-password", "", "",
           "listen on an address that other machines reach, although each of them can then read "
           "and change the stock"},
    Option{"tls-cert", "FILE", "", "speak TLS, with the certificate (and its chain) in FILE, PEM"},
    Option{"tls-key", "FILE", "", "the certificate's key, PEM"},
    Option{"tls-client-ca", "FILE", "",
           "accept only clients with a certificate of a CA in FILE, PEM"}};

constexpr std::array storage_options = {
    Option{
        "durability", "MODE", "always",
        "when a change is acknowledged: 'always': after it was synced; 'interval=TIME': at once, "
        "synced at this interval; 'os': at once, synced by the operating system"},
    segment_size_option,
    Option{"snapshot-every", "SIZE", "256MiB",
           "take a snapshot whenever the journal has grown by this much; 0: only on command"},
    Option{"keep-journal-size", "SIZE", "0",
           "keep this much of the journal for readers of the feed, beyond what a start needs"},
    Option{"keep-journal-age", "TIME", "0",
           "also keep the facts of the last TIME, such as 7d; a wrong wall clock deletes nothing"}};

constexpr std::array limit_options = {
    Option{"max-clients", "NUMBER", "10000", "connections at a time"},
    Option{"max-line", "SIZE", "64KiB", "longest command as a line"},
    Option{"max-argument", "SIZE", "64KiB", "longest argument of a command"},
    Option{"max-arguments", "NUMBER", "4096", "arguments of a command, its verb included"},
    Option{"max-request", "SIZE", "1MiB", "largest command"},
    Option{"max-output", "SIZE", "1MiB",
           "replies queued for a client; at a quarter of it, no more of its commands are read"},
    Option{"max-clients-memory", "SIZE", "40MiB",
           "memory for the requests and replies of all clients together; above it, the "
           "connection that holds most is closed"}};

constexpr std::array deadline_options = {
    Option{"handshake-timeout", "TIME", "10s",
           "close a connection that has not completed TLS and given the password after this time"},
    Option{"request-timeout", "TIME", "30s",
           "close a connection that does not complete a command within this time"},
    Option{"output-timeout", "TIME", "10s",
           "close a connection that reads none of its replies for this time"},
    Option{"idle-timeout", "TIME", "0",
           "close a connection that sends no command for this time; 0: never"}};

constexpr std::array log_options = {
    Option{"slow-log", "TIME", "10ms",
           "keep commands for SLOWLOG that take at least this time; 0: all, off: none"}};

constexpr auto serve_options =
    joined(in_group("General", general_options), in_group("Listening", listen_options),
           in_group("Passwords and TLS", access_options), in_group("Storage", storage_options),
           in_group("Limits of clients", limit_options),
           in_group("Deadlines of clients", deadline_options), in_group("Logging", log_options),
           in_group("Mail", mail_options), in_group("Webhooks", webhook_options),
           in_group("Mail and webhooks", notify_options));

constexpr std::string_view serve_examples =
    "allot serve --data stock --sample-stock          try it: nc 127.0.0.1 25568\n"
    "allot serve --data stock --http 127.0.0.1:8080   HTTP, too\n"
    "openssl rand -hex 24 > pw                        make a password; then a server for other "
    "machines:\n"
    "allot serve --data stock --listen 0.0.0.0:25568 --password-file pw --tls-cert cert.pem "
    "--tls-key key.pem\n"
    "allot serve --config allot.ini --print-config    the effective settings\n";

RequestLimits request_limits(const Settings& settings) {
    return {.line_bytes_max = settings.get("max-line", request_bytes_rule),
            .argument_bytes_max = settings.get("max-argument", request_bytes_rule),
            .arguments_max = settings.get("max-arguments", arguments_rule),
            .request_bytes_max = settings.get("max-request", request_bytes_rule)};
}

ServerOptions server_options(const Settings& settings) {
    ServerOptions options{
        .clients_max = settings.get("max-clients", clients_rule),
        .clients_memory_max = settings.get("max-clients-memory", clients_memory_rule),
        .session = {.request = request_limits(settings)},
        .idle_max = settings.get("idle-timeout", duration_rule),
        .request_stalled_max = settings.get("request-timeout", duration_rule),
        .output_stalled_max = settings.get("output-timeout", duration_rule),
        .handshake_max = settings.get("handshake-timeout", duration_rule)};
    options.slow_log_from = settings.get("slow-log", slow_log_rule);
    options.session.set_output_bytes_max(settings.get("max-output", output_bytes_rule));
    return options;
}

std::optional<Endpoint> http_endpoint(const Settings& settings) {
    if (settings.text("http").empty()) return {};
    return settings.get("http", endpoint_rule);
}

/// \return null if TLS is not set.
std::shared_ptr<TlsContext> read_tls(const Settings& settings, std::vector<std::string>& warnings) {
    const TlsFiles files{.certificate = settings.text("tls-cert"),
                         .key = settings.text("tls-key"),
                         .client_ca = settings.text("tls-client-ca")};
    if (files.certificate.empty() && files.key.empty() && files.client_ca.empty()) return {};
    for (const std::string_view needed : {"tls-cert", "tls-key"}) {
        if (settings.text(needed).empty()) {
            throw UsageError{std::string{needed} + ": is needed, too, for TLS"};
        }
    }
    if (is_readable_by_all(files.key)) {
        warnings.push_back("every user of this machine can read the key in " + files.key);
    }
    try {
        return std::make_shared<TlsContext>(files);
    } catch (const std::runtime_error& error) {
        throw UsageError{escaped(error.what())};
    }
}

/// Refuses an address that other machines reach, unless clients are checked or the operator allows
/// it.
void check_exposure_at(const Endpoint& endpoint, std::string_view option, const Settings& settings,
                       ServeSettings& serve) {
    if (boost::asio::ip::make_address(endpoint.host).is_loopback()) return;
    if (serve.server.password || !settings.text("tls-client-ca").empty() ||
        settings.is_on("listen-without-password")) {
        return;
    }
    throw UsageError{std::string{option} + " (" + settings.at(option).origin + "): value '" +
                     settings.text(option) +
                     "': other machines reach it and can change the stock; "
                     "set a password (--password-file), ask for certificates (--tls-client-ca), "
                     "listen on a loopback address, or say --listen-without-password"};
}

/// Also warns of likely mistakes.
void check_exposure(const Settings& settings, ServeSettings& serve) {
    check_exposure_at(serve.listen, "listen", settings, serve);
    if (serve.http) check_exposure_at(*serve.http, "http", settings, serve);
    const auto is_open = [](const Endpoint& endpoint) {
        return !boost::asio::ip::make_address(endpoint.host).is_loopback();
    };
    if ((is_open(serve.listen) || (serve.http && is_open(*serve.http))) && serve.server.password &&
        !serve.server.tls) {
        serve.warnings.emplace_back(
            "without TLS, every machine on the network path can read the password");
    }
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
        .http = http_endpoint(settings),
        .store = {.durability = settings.get("durability", durability_rule),
                  .segment_bytes = settings.get("segment-size", segment_bytes_rule),
                  .snapshot_every_bytes = settings.get("snapshot-every", bytes_rule),
                  .keep_journal_bytes = settings.get("keep-journal-size", bytes_rule),
                  .keep_journal_age = settings.get("keep-journal-age", age_rule)},
        .server = server_options(settings),
        .notifications = {},
        .sample_stock = settings.is_on("sample-stock"),
        .warnings = {}};
    PasswordSetting given = read_password(settings);
    serve.server.password = given.password;
    if (!given.warning.empty()) serve.warnings.push_back(std::move(given.warning));
    serve.server.tls = read_tls(settings, serve.warnings);
    serve.notifications = Notifications::from(settings, serve.warnings);
    check_exposure(settings, serve);
    return serve;
}

constinit const Command serve_command{
    .syntax =
        {.name = "serve",
         .operands = "",
         .summary = "open a store and serve it over TCP",
         .details =
             "Speaks RESP2, RESP3 and plain lines: redis-cli, every Redis client library, nc and\n"
             "telnet are clients. Logs are logfmt on standard error; 'msg=listening' shows the\n"
             "address. SIGTERM and SIGINT end it in good order; a second one at once.\n"
             "On an address that other machines reach it starts only with a password\n"
             "(--password-file or ALLOT_PASSWORD), with client certificates (--tls-client-ca), or\n"
             "with --listen-without-password. No option holds the password itself.\n"
             "Every option may also be set in a file or in the environment: see allot --help.\n"
             "docs/limits.md lists all limits.",
         .options = serve_options,
         .examples = serve_examples},
    .run = run_serve,
    .check = check_serve,
    .store = data_directory,
    .when_in_use =
        "end that process first, or open another store with --data; beside it work "
        "'allot check --live', 'allot dump' and 'allot backup'"};

}  // namespace allot::program
