#include "net/cli/remote/remote.hpp"

#include <ostream>
#include <thread>

#include "net/cli/settings/password_setting.hpp"
#include "net/core/password.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

void append_bulk(std::string& to, std::string_view word) {
    to.append("$").append(std::to_string(word.size())).append("\r\n");
    to.append(word).append("\r\n");
}

template <class Words>
void append_words(std::string& to, const Words& words) {
    to.append("*").append(std::to_string(words.size())).append("\r\n");
    for (const auto& word : words) append_bulk(to, word);
}

std::optional<ClientTls> client_tls(const Settings& settings) {
    ClientTls tls{.ca = settings.text("tls-ca"),
                  .certificate = settings.text("client-cert"),
                  .key = settings.text("client-key")};
    if (tls.certificate.empty() != tls.key.empty()) {
        throw UsageError{
            "client-cert: a certificate and its key (--client-key) are needed together"};
    }
    if (settings.is_on("tls") || !tls.ca.empty() || !tls.certificate.empty()) return tls;
    return {};
}

}  // namespace

void append_request(std::string& to, std::initializer_list<std::string_view> words) {
    append_words(to, words);
}

void append_request(std::string& to, const std::vector<std::string>& words) {
    append_words(to, words);
}

std::optional<RemoteSettings> RemoteSettings::from(const Settings& settings,
                                                   std::string_view option) {
    if (settings.text(option).empty()) return {};
    RemoteSettings remote{.server = settings.get(option, server_rule),
                          .tls = client_tls(settings),
                          .password = {},
                          .warnings = {}};
    SecretSetting given =
        read_secret(settings, {.file = "password-file", .secret = "password", .what = "password"});
    remote.password = std::move(given.text);
    if (!given.warning.empty()) remote.warnings.push_back(std::move(given.warning));
    return remote;
}

std::optional<RemoteSettings> remote_of(const Settings& settings,
                                        std::initializer_list<std::string_view> options,
                                        Console& console) {
    std::optional<RemoteSettings> remote;
    for (const std::string_view option : options) {
        auto named = RemoteSettings::from(settings, option);
        if (named && remote) throw UsageError{std::string{option} + ": a server is named already"};
        if (named) remote = std::move(named);
    }
    if (!remote) return {};
    if (settings.at("data").origin == "flag --data") {
        throw UsageError{"data (flag --data): a server is named, too, and has a store of its own"};
    }
    for (const std::string& warning : remote->warnings) {
        console.err << "allot: warning: " << escaped(warning) << '\n';
    }
    return remote;
}

Remote::Remote(const RemoteSettings& settings, Console& console)
    : link_{settings.server, settings.tls} {
    if (settings.password) give_password(*settings.password);
    await_stock(console);
}

void Remote::exchange(std::string_view requests, std::size_t count,
                      const std::function<void(const Reply&)>& take) {
    link_.send(requests);
    for (; count > 0; --count) take(next_reply());
}

Reply Remote::ask(std::initializer_list<std::string_view> words) {
    std::string request;
    append_request(request, words);
    Reply answer;
    exchange(request, 1, [&](const Reply& reply) { answer = reply; });
    return answer;
}

Reply Remote::demand(std::initializer_list<std::string_view> words) {
    Reply reply = ask(words);
    if (reply.is_error()) throw refused(reply);
    return reply;
}

Reply Remote::next_reply() {
    for (;;) {
        try {
            Reply reply;
            const std::size_t bytes = take_reply(std::string_view{received_}.substr(taken_), reply);
            taken_ += bytes;
            if (bytes > 0) return reply;
        } catch (const NoReply& error) {
            throw RemoteError{name() + " does not answer as a server of Allot does, but with " +
                              error.what() +
                              "; its address is the one of --listen, not of --http, and a server "
                              "that speaks TLS needs --tls or --tls-ca"};
        }
        received_.erase(0, taken_);
        taken_ = 0;
        link_.receive(received_);
    }
}

RemoteError Remote::refused(const Reply& error) const {
    std::string text = name() + ": " + escaped(error.text);
    if (error.code() == "NOAUTH") text += "; give it by --password-file, or in ALLOT_PASSWORD";
    if (error.text.starts_with("ERR unknown command")) {
        text += "; is it Allot, and of this version?";
    }
    return RemoteError{text};
}

void Remote::give_password(const std::string& password) { (void)demand({"AUTH", password}); }

void Remote::await_stock(Console& console) {
    constexpr std::chrono::milliseconds pause{250};
    const auto end = std::chrono::steady_clock::now() + loading_max;
    // Beyond the last: it asks whether stock is served, and for no row.
    for (bool announced = false;; announced = true) {
        const Reply reply = ask({"EXPORT", "BATCHES", "4294967294"});
        if (!reply.is_error()) return;
        const bool is_loading = reply.code() == "LOADING";
        if (!is_loading || std::chrono::steady_clock::now() > end) throw refused(reply);
        if (!announced)
            console.err << "waiting for " << name() << ": " << escaped(reply.text) << '\n';
        std::this_thread::sleep_for(pause);
    }
}

void ReplyFields::refuse(std::string_view what) const {
    throw RemoteError{remote.name() + " answers what this version of allot does not know: '" +
                      escaped_short(what) + "'"};
}

const std::vector<Reply>& ReplyFields::items(const Reply& reply, std::size_t least) const {
    if (reply.kind != Reply::Kind::list || reply.items.size() < least) refuse(reply.text);
    return reply.items;
}

std::uint64_t ReplyFields::number(const Reply& reply) const {
    if (reply.kind != Reply::Kind::integer || reply.number < 0) refuse(reply.text);
    return static_cast<std::uint64_t>(reply.number);
}

Listed for_each_row(Remote& remote, std::string_view what,
                    const std::function<void(const Reply& row)>& take) {
    const ReplyFields read{remote};
    Listed listed;
    std::uint64_t cursor = 0;
    do {
        const Reply page = remote.demand({"EXPORT", what, std::to_string(cursor)});
        const auto& parts = read.items(page, 3);
        listed.last = read.number(parts[0]);
        if (cursor == 0) listed.first = listed.last;
        cursor = read.number(parts[1]);
        for (const Reply& row : read.items(parts[2], 0)) take(row);
    } while (cursor != 0);
    return listed;
}

}  // namespace allot::program
