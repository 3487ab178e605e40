#include "net/notify/transfer.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>

namespace allot::notify {

namespace {

/// To be called before the first use, on one thread. libcurl keeps its memory until the process
/// ends.
void begin_curl() {
    static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (begun != CURLE_OK) throw std::runtime_error{curl_easy_strerror(begun)};
}

/// A parsed URL.
class Url {
public:
    explicit Url(const std::string& text) : url_{curl_url()} {
        if (!url_) throw std::bad_alloc{};
        good_ = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK &&
                text.find('\0') == std::string::npos;
    }
    [[nodiscard]] bool is_good() const noexcept { return good_; }
    /// Empty if it is missing.
    [[nodiscard]] std::string part(CURLUPart part, unsigned flags = 0) const {
        char* text = nullptr;
        if (curl_url_get(url_.get(), part, &text, flags) != CURLUE_OK) return {};
        std::string copy{text};
        curl_free(text);
        return copy;
    }

private:
    struct Cleanup {
        void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
    };
    std::unique_ptr<CURLU, Cleanup> url_;
    bool good_;
};

std::string server_part(const Url& url) {
    const std::string server = url.part(CURLUPART_SCHEME) + "://" + url.part(CURLUPART_HOST);
    const std::string port = url.part(CURLUPART_PORT);
    return port.empty() ? server : server + ':' + port;
}

}  // namespace

Transfer::Transfer(Peer peer, const char* protocols)
    : peer_{std::move(peer)}, server_{server_part(Url{peer_.url})} {
    begin_curl();
    easy_.reset(curl_easy_init());
    if (!easy_) throw std::bad_alloc{};
    set(CURLOPT_URL, peer_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // an interruption does not wait for a name's resolution
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(peer_.connect_max.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(peer_.whole_max.count()));
    // The reply to a mail's end, and to QUIT, is not waited for under the limit above.
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT,
        std::max(1L, static_cast<long>(peer_.whole_max / std::chrono::seconds{1})));
    if (!peer_.ca_file.empty()) set(CURLOPT_CAINFO, peer_.ca_file.c_str());
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, check_interrupt);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, discard);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

void Transfer::check(CURLcode code) {
    if (code != CURLE_OK) throw std::runtime_error{curl_easy_strerror(code)};
}

std::size_t Transfer::discard(char* /*bytes*/, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.reply_bytes_ += size * count;
    return transfer.reply_bytes_ <= reply_bytes_max ? size * count : 0;
}

int Transfer::check_interrupt(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(self)->interrupted_ ? 1 : 0;
}

long Transfer::run() {
    std::array<char, CURL_ERROR_SIZE> said{};
    reply_bytes_ = 0;
    set(CURLOPT_ERRORBUFFER, said.data());
    const CURLcode code = interrupted_ ? CURLE_ABORTED_BY_CALLBACK : curl_easy_perform(easy_.get());
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    // A reply beyond the limit has a status nevertheless.
    const bool has_status = code == CURLE_WRITE_ERROR && reply_bytes_ > reply_bytes_max;
    if (code != CURLE_OK && !has_status) {
        const std::string why = said.front() != '\0' ? said.data() : curl_easy_strerror(code);
        throw std::runtime_error{server_ + ": " + why};
    }
    long status = 0;
    check(curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status));
    return status;
}

std::string Transfer::header(const char* name) const {
    curl_header* found = nullptr;
    const auto code = curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found);
    return code == CURLHE_OK ? found->value : std::string{};
}

void StringList::add(const std::string& text) {
    curl_slist* const longer = curl_slist_append(list_.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    (void)list_.release();
    list_.reset(longer);
}

std::string server_of(const std::string& url, std::span<const std::string_view> schemes) {
    const Url parts{url};
    if (!parts.is_good()) return {};
    const bool is_known = std::ranges::find(schemes, parts.part(CURLUPART_SCHEME)) != schemes.end();
    const bool has_secret =
        !parts.part(CURLUPART_USER).empty() || !parts.part(CURLUPART_PASSWORD).empty();
    return is_known && !has_secret ? server_part(parts) : std::string{};
}

std::string canonical_url(const std::string& url) {
    const Url parts{url};
    std::string host = parts.part(CURLUPART_HOST);
    for (char& c : host) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return parts.part(CURLUPART_SCHEME) + "://" + host + ':' +
           parts.part(CURLUPART_PORT, CURLU_DEFAULT_PORT) + parts.part(CURLUPART_PATH) + '?' +
           parts.part(CURLUPART_QUERY);
}

}  // namespace allot::notify
