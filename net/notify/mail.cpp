#include "net/notify/mail.hpp"

#include <algorithm>
#include <cstring>

namespace allot::notify {

namespace {

/// A read function of libcurl: copies the next bytes of a text.
std::size_t give(char* into, std::size_t size, std::size_t count, void* rest) {
    auto& text = *static_cast<std::string_view*>(rest);
    const std::size_t bytes = std::min(size * count, text.size());
    std::memcpy(into, text.data(), bytes);
    text.remove_prefix(bytes);
    return bytes;
}

}  // namespace

Mail::Mail(const Settings& settings)
    : envelope_{settings.envelope}, transfer_{settings.server, "smtp,smtps"} {
    for (const std::string& recipient : envelope_.to) to_.add('<' + recipient + '>');
    transfer_.set(CURLOPT_MAIL_FROM, ('<' + envelope_.from + '>').c_str());
    transfer_.set(CURLOPT_MAIL_RCPT, to_.get());
    transfer_.set(CURLOPT_UPLOAD, 1L);
    transfer_.set(CURLOPT_READFUNCTION, give);
    transfer_.set(CURLOPT_FORBID_REUSE, 1L);
    const bool has_password = !settings.password.empty();
    transfer_.set(CURLOPT_USE_SSL, long{has_password ? CURLUSESSL_ALL : CURLUSESSL_TRY});
    if (!has_password) return;
    transfer_.set(CURLOPT_USERNAME, settings.user.c_str());
    transfer_.set(CURLOPT_PASSWORD, settings.password.c_str());
}

bool Mail::notify(const CommittedFact& fact, std::uint64_t store_id) {
    if (!std::holds_alternative<OutOfStock>(fact.fact)) return false;
    const std::string mail = out_of_stock_mail(envelope_, fact, store_id);
    std::string_view rest = mail;
    transfer_.set(CURLOPT_READDATA, static_cast<void*>(&rest));
    (void)transfer_.run();  // libcurl checks the server's replies
    return true;
}

}  // namespace allot::notify
