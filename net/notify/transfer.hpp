#pragma once

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace allot::notify {

/// A server, and how to connect to it.
struct Peer {
    std::string url;
    /// PEM file of the trusted CAs; empty: those of the system.
    std::string ca_file = {};
    std::chrono::milliseconds connect_max{10'000};
    std::chrono::milliseconds whole_max{30'000};  ///< for a transfer, with its connection
};

/// Transfers to one server with libcurl, one at a time. Discards the replies, whose size is
/// bounded. Follows no redirections, and uses no proxy, no environment variable, and no file except
/// Peer's.
class Transfer {
public:
    /// Limit of a reply's body; its rest is not read.
    static constexpr std::size_t reply_bytes_max = 64U << 10U;

    /// \param protocols the allowed ones, in libcurl's form: `http,https`.
    Transfer(Peer peer, const char* protocols);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    template <class Value>
    void set(CURLoption option, Value value) {
        check(curl_easy_setopt(easy_.get(), option, value));
    }
    /// \return the server's last status.
    /// \throws std::runtime_error if there is none; it names the server and no secret.
    long run();
    /// The value of a header field of the last HTTP reply; empty if it is missing.
    [[nodiscard]] std::string header(const char* name) const;
    /// Makes the present and each later run() throw within a second. May be called from any thread.
    void interrupt() noexcept { interrupted_ = true; }

    /// `https://example.com:8443`: the part of the URL that has no secrets.
    [[nodiscard]] const std::string& server() const noexcept { return server_; }

private:
    static void check(CURLcode code);
    static std::size_t discard(char* bytes, std::size_t size, std::size_t count, void* self);
    static int check_interrupt(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    struct Cleanup {
        void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    };
    const Peer peer_;
    const std::string server_;
    std::atomic<bool> interrupted_ = false;
    std::size_t reply_bytes_ = 0;
    std::unique_ptr<CURL, Cleanup> easy_;
};

/// Owns a string list of libcurl.
class StringList {
public:
    void add(const std::string& text);
    [[nodiscard]] curl_slist* get() const noexcept { return list_.get(); }

private:
    struct Free {
        void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    };
    std::unique_ptr<curl_slist, Free> list_;
};

/// The part `scheme://host[:port]` of a URL.
/// \return empty if it is no URL of one of these schemes, or has a user or password.
[[nodiscard]] std::string server_of(const std::string& url,
                                    std::span<const std::string_view> schemes);

/// One form of all spellings of a URL. \pre server_of() is not empty
[[nodiscard]] std::string canonical_url(const std::string& url);

}  // namespace allot::notify
