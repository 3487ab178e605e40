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

/// The address of a server, and the client's credentials.
struct RemoteSettings {
    Endpoint server;
    std::optional<ClientTls> tls;
    std::optional<std::string> password;
    std::vector<std::string> warnings;

    /// \param option names the server: `to`.
    /// \return none if it is not set. \throws UsageError
    [[nodiscard]] static std::optional<RemoteSettings> from(const Settings& settings,
                                                            std::string_view option);
};

/// Returns the server that one of `options` names, and prints its warnings; none if the command
/// uses --data. \throws UsageError, also if two are set, or one and --data.
[[nodiscard]] std::optional<RemoteSettings> remote_of(
    const Settings& settings, std::initializer_list<std::string_view> options, Console& console);

inline constexpr std::array remote_options = {
    Option{"password-file", "FILE", "",
           "give the server the password in FILE's first line; or set ALLOT_PASSWORD"},
    Option{"password", "SECRET", "", "the password, if --password-file is not set",
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
    /// The limit of the wait for a server that is still opening its store.
    static constexpr std::chrono::seconds loading_max{60};

    /// Connects, gives the password, and waits until stock is served.
    /// \throws LinkError, RemoteError
    Remote(const RemoteSettings& settings, Console& console);

    /// Sends `count` requests at once, and calls `take` with each reply, in order.
    /// \throws LinkError if the connection ends; RemoteError if the server sends no valid reply.
    void exchange(std::string_view requests, std::size_t count,
                  const std::function<void(const Reply&)>& take);
    /// Sends one request, and returns its reply. \throws what exchange() throws
    [[nodiscard]] Reply ask(std::initializer_list<std::string_view> words);
    /// Likewise, but an error reply becomes a RemoteError with its words.
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

/// Reads the parts of a reply. \throws RemoteError if their types are wrong.
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
