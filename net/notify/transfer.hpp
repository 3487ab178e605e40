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

/// How one is to speak to a server.
struct Peer {
    std::string url;
    /// Trust certificates of the authorities in this file, PEM; empty: those that the system
    /// trusts.
    std::string ca_file = {};
    std::chrono::milliseconds connect_max{10'000};
    std::chrono::milliseconds whole_max{30'000};  ///< of a transfer, its connection included
};

/// Speaks to one server through libcurl, one transfer at a time. What the server says is bounded
/// and thrown away; redirections are not followed, and no proxy, variable of the environment or
/// file but Peer's is used.
class Transfer {
public:
    /// Of a reply's body no more is read.
    static constexpr std::size_t reply_bytes_max = 64U << 10U;

    /// \param protocols all that it may speak, as libcurl lists them: `http,https`.
    Transfer(Peer peer, const char* protocols);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    template <class Value>
    void set(CURLoption option, Value value) {
        check(curl_easy_setopt(easy_.get(), option, value));
    }
    /// \return the server's last status.
    /// \throws std::runtime_error, which names the server and no secret, when there is none.
    long run();
    /// The value of a header field of the last reply over HTTP. \return empty when it has none.
    [[nodiscard]] std::string header(const char* name) const;
    /// Has run() throw within a second, now and ever after. From any thread.
    void interrupt() noexcept { interrupted_ = true; }

    /// `https://example.com:8443`: what may be shown of where it goes.
    [[nodiscard]] const std::string& server() const noexcept { return server_; }

private:
    static void check(CURLcode code);
    static std::size_t discard(char* bytes, std::size_t size, std::size_t count, void* self);
    static int look(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    struct Cleanup {
        void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    };
    const Peer peer_;
    const std::string server_;
    std::atomic<bool> interrupted_ = false;
    std::size_t reply_bytes_ = 0;
    std::unique_ptr<CURL, Cleanup> easy_;
};

/// A list of strings, as libcurl wants it.
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

/// `scheme://host[:port]`, less what else the URL says.
/// \return empty when it is no URL of one of these schemes, or has a user or password in it.
[[nodiscard]] std::string server_of(const std::string& url,
                                    std::span<const std::string_view> schemes);

/// Of a URL of which there is a server_of(): the same of those that ask the same server for the
/// same, however they are written.
[[nodiscard]] std::string canonical_url(const std::string& url);

}  // namespace allot::notify
