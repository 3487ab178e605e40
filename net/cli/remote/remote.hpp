#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"
#include "net/cli/io/console.hpp"
#include "net/cli/remote/reply_reader.hpp"
#include "net/cli/remote/server_link.hpp"
#include "net/cli/settings/option.hpp"
#include "net/cli/settings/settings.hpp"

namespace allot::program {

/// Where a server is, and how one is let in.
struct RemoteSettings {
    Endpoint server;
    std::optional<ClientTls> tls;
    std::optional<std::string> password;
    std::vector<std::string> warnings;

    /// \param option names the server: `to`.
    /// \return none where that is not set. \throws UsageError
    [[nodiscard]] static std::optional<RemoteSettings> from(const Settings& settings,
                                                            std::string_view option);
};

/// The server that one of `options` names, whose warnings it prints. \return none: it is about
/// --data. \throws UsageError, also where two are named, or one and --data.
[[nodiscard]] std::optional<RemoteSettings> remote_of(
    const Settings& settings, std::initializer_list<std::string_view> options, Console& console);

inline constexpr std::array remote_options = {
    Option{"password-file", "FILE", "",
           "give the server the password in FILE's first line; or set ALLOT_PASSWORD"},
    Option{"password", "SECRET", "", "the password, where --password-file is not set",
           Option::From::environment_only},
    Option{"tls", "", "", "speak TLS with the server", Option::From::flag_only},
    Option{"tls-ca", "FILE", "",
           "speak TLS, and trust certificates of a CA in FILE, PEM, instead of the system's",
           Option::From::flag_only},
    Option{"client-cert", "FILE", "",
           "speak TLS, and show the certificate in FILE, PEM, to a server that asks for one",
           Option::From::flag_only},
    Option{"client-key", "FILE", "", "the certificate's key, PEM", Option::From::flag_only}};

/// Appends a request of RESP.
void append_request(std::string& to, std::initializer_list<std::string_view> words);
void append_request(std::string& to, const std::vector<std::string>& words);

/// An error reply that ends a command of the program. The text names the server.
class RemoteError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A running server, and one connection to it.
class Remote {
public:
    /// A server that is still opening its store is waited for, so long.
    static constexpr std::chrono::seconds loading_max{60};

    /// Connects, gives the password, and waits until stock is served.
    /// \throws LinkError, RemoteError
    Remote(const RemoteSettings& settings, Console& console);

    /// Sends `count` requests at once, and gives each reply, in order.
    /// \throws LinkError when the connection ends; RemoteError when what comes is no reply.
    void exchange(std::string_view requests, std::size_t count,
                  const std::function<void(const Reply&)>& take);
    /// One request and its reply. \throws as exchange()
    [[nodiscard]] Reply ask(std::initializer_list<std::string_view> words);
    /// Likewise; \throws RemoteError with the words of an error reply, too.
    [[nodiscard]] Reply demand(std::initializer_list<std::string_view> words);

    [[nodiscard]] const std::string& name() const noexcept { return link_.name(); }

private:
    void give_password(const std::string& password);
    void await_stock(Console& console);
    [[nodiscard]] Reply next_reply();
    [[nodiscard]] RemoteError refused(const Reply& error) const;

    ServerLink link_;
    std::string received_;
    std::size_t taken_ = 0;  // of received_
};

/// Reads the parts of a reply. \throws RemoteError where they are not what they should be.
struct ReplyFields {
    const Remote& remote;

    [[noreturn]] void refuse(std::string_view what) const;
    [[nodiscard]] const std::vector<Reply>& items(const Reply& reply, std::size_t least) const;
    [[nodiscard]] std::uint64_t number(const Reply& reply) const;
};

/// The last LSN at the beginning of a listing, and at its end.
struct Listed {
    Lsn first = 0;
    Lsn last = 0;
};

/// Lists all `BATCHES` or `ALLOCATIONS` of a server, each as one row of EXPORT.
Listed for_each_row(Remote& remote, std::string_view what,
                    const std::function<void(const Reply& row)>& take);

}  // namespace allot::program
