#include "net/notify/messages.hpp"

#include <boost/test/unit_test.hpp>

#include "net/notify/transfer.hpp"

using namespace allot;

namespace {

constexpr std::uint64_t store_id = 0x05922658499e07cb;
const notify::Envelope envelope{"allocations@example.com", {"stock@example.com"}};

/// \param sku holds the name of the fact.
CommittedFact out_of_stock(std::string_view sku) {
    return {12, 1'795'784'709'000'123, OutOfStock{{"o\"1", SkuView::unchecked(sku), 500}}, 0xa1};
}

std::string mail_of(const std::string& sku) {
    return notify::out_of_stock_mail(envelope, out_of_stock(sku), store_id);
}

std::string body_of(const std::string& mail) { return mail.substr(mail.find("\r\n\r\n") + 4); }

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_short_line)

BOOST_AUTO_TEST_CASE(when_the_line_is_mailed_then_header_and_body_are_those_of_a_mail) {
    BOOST_TEST(mail_of("LAMP") ==
               "Date: Fri, 27 Nov 2026 13:05:09 +0000\r\n"
               "From: <allocations@example.com>\r\n"
               "To: <stock@example.com>\r\n"
               "Subject: Out of stock\r\n"
               "Message-ID: <05922658499e07cb-12-1795784709000123@example.com>\r\n"
               "Auto-Submitted: auto-generated\r\n"
               "MIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=us-ascii\r\n"
               "Content-Transfer-Encoding: 7bit\r\n"
               "\r\n"
               "Out of stock for LAMP\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_line_goes_to_several_then_each_has_a_line_of_the_header) {
    const notify::Envelope both{"allocations@example.com", {"b@example.com", "a@example.com"}};
    const std::string mail = notify::out_of_stock_mail(both, out_of_stock("LAMP"), store_id);
    BOOST_TEST(
        mail.find("\r\nTo: <b@example.com>,\r\n <a@example.com>\r\nSubject: ") != std::string::npos,
        mail);
}

BOOST_AUTO_TEST_CASE(when_its_name_has_invisible_characters_then_the_mail_escapes_them) {
    BOOST_TEST(body_of(mail_of("\uFEFFLAMP")) == "Out of stock for \\xef\\xbb\\xbfLAMP\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_name_is_not_ascii_then_the_mail_encodes_it) {
    const std::string mail = mail_of("LÄMPCHEN-ö");
    BOOST_TEST(mail.find("charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n") !=
               std::string::npos);
    BOOST_TEST(body_of(mail) == "T3V0IG9mIHN0b2NrIGZvciBMw4RNUENIRU4tw7YNCg==\r\n");
    // The longest name takes two lines.
    std::string longest;
    for (int i = 0; i < 32; ++i) longest += "ö";
    const std::string body = body_of(mail_of(longest));
    BOOST_TEST(body.find("\r\n") == 76U);
    BOOST_TEST(body.size() == 76U + 2U + 36U + 2U);
}

BOOST_AUTO_TEST_CASE(when_the_line_is_posted_then_its_fields_are_those_of_the_channels) {
    BOOST_TEST(notify::json_of(out_of_stock("LAMP")) ==
               R"({"event":"out_of_stock","lsn":12,"time":1795784709000123,)"
               R"("cursor":"00000000000000a1:12",)"
               R"("order":"o\"1","sku":"LAMP","quantity":500})");
}

BOOST_AUTO_TEST_CASE(when_a_restored_store_gives_its_lsn_again_then_its_key_is_another) {
    CommittedFact fact = out_of_stock("LAMP");
    BOOST_TEST(notify::key_of(fact, store_id) == "05922658499e07cb-12-1795784709000123");
    const std::string key = notify::key_of(fact, store_id);
    ++fact.time;
    BOOST_TEST(notify::key_of(fact, store_id) != key);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_the_addresses_of_notifications)

BOOST_AUTO_TEST_CASE(when_an_address_could_be_several_then_it_is_refused) {
    BOOST_TEST(notify::is_mail_address("stock+a.b@mail.example.com"));
    for (const std::string bad :
         {"", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a,b@c",
          "\"a\"@b", "ä@b", "a@b\x7f"}) {
        BOOST_TEST(!notify::is_mail_address(bad), bad);
    }
    BOOST_TEST(notify::is_mail_address(std::string(252, 'x') + "@b"));
    BOOST_TEST(!notify::is_mail_address(std::string(253, 'x') + "@b"));
}

BOOST_AUTO_TEST_CASE(when_a_url_has_another_scheme_or_a_secret_then_it_is_refused) {
    constexpr std::array<std::string_view, 2> web{"http", "https"};
    BOOST_TEST(notify::server_of("http://127.0.0.1:8080/hook?key=1", web) ==
               "http://127.0.0.1:8080");
    BOOST_TEST(notify::server_of("https://[::1]/x", web) == "https://[::1]");
    for (const std::string bad :
         {"", "example.com", "ftp://example.com", "file:///etc/passwd", "http://user@example.com",
          "http://user:password@example.com", "http://", "http://a b", "http://a\r\nX: y",
          "smtp://example.com"}) {
        BOOST_TEST(notify::server_of(bad, web) == "", bad);
    }
    BOOST_TEST(notify::server_of(std::string("http://a\0b", 10), web) == "");
}

BOOST_AUTO_TEST_CASE(when_two_urls_name_the_same_resource_then_they_are_equal) {
    const auto same = [](const char* a, const char* b) {
        return notify::canonical_url(a) == notify::canonical_url(b);
    };
    BOOST_TEST(same("http://A.example:80", "HTTP://a.EXAMPLE/"));
    BOOST_TEST(same("https://a:443/in?x=1", "https://a/in?x=1"));
    BOOST_TEST(!same("http://a/in", "https://a/in"));
    BOOST_TEST(!same("http://a/in", "http://a/IN"));
    BOOST_TEST(!same("http://a/in?x=1", "http://a/in?x=2"));
    BOOST_TEST(!same("http://a:81/", "http://a/"));
}

BOOST_AUTO_TEST_SUITE_END()
