#include "net/cli/settings/rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace allot;
using namespace allot::program;

BOOST_AUTO_TEST_SUITE(given_the_text_of_an_option)

BOOST_AUTO_TEST_CASE(when_an_address_is_well_formed_then_it_is_taken_apart) {
    BOOST_TEST((read_endpoint("127.0.0.1:25568") == Endpoint{"127.0.0.1", 25568}));
    BOOST_TEST((read_endpoint("[::1]:0") == Endpoint{"::1", 0}));
    BOOST_TEST((read_endpoint("localhost:80") == Endpoint{"127.0.0.1", 80}));
    BOOST_TEST((read_endpoint("0.0.0.0:65535") == Endpoint{"0.0.0.0", 65535}));
}

BOOST_AUTO_TEST_CASE(when_an_address_is_malformed_then_there_is_none) {
    for (const char* const bad :
         {"", "127.0.0.1", "127.0.0.1:", ":25568", "127.0.0.1:65536", "127.0.0.1:-1", "1.2.3:4",
          "::1:25568", "[::1]", "[::1]25568", "[127.0.0.1]:1", "[]:1", "example.org:80",
          "127.0.0.1 :1", "127.0.0.1:0x50", "127.0.0.1:1 "}) {
        BOOST_TEST(!read_endpoint(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(
    when_the_text_is_a_server_to_connect_to_then_it_may_have_a_name_and_has_a_port) {
    BOOST_TEST((read_server("127.0.0.1:25568") == Endpoint{"127.0.0.1", 25568}));
    BOOST_TEST((read_server("[::1]:1") == Endpoint{"::1", 1}));
    BOOST_TEST((read_server("localhost:80") == Endpoint{"localhost", 80}));
    BOOST_TEST(
        (read_server("stock-1.example.com:65535") == Endpoint{"stock-1.example.com", 65535}));
    for (const char* const bad :
         {"", "host", "host:", ":80", "host:0", "127.0.0.1:0", "host:65536", "ho st:80", "::1:80",
          "[::1]", "host/x:80", "host:80:90", "user@host:80", "host:+8"}) {
        BOOST_TEST(!read_server(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(when_a_durability_is_named_then_it_is_that) {
    using std::chrono::milliseconds;
    BOOST_TEST((read_durability("always") == Durability{}));
    BOOST_TEST((read_durability("os") == Durability{Durability::Mode::os, milliseconds{0}}));
    BOOST_TEST((read_durability("interval=1ms") ==
                Durability{Durability::Mode::interval, milliseconds{1}}));
    BOOST_TEST((read_durability("interval=60s") ==
                Durability{Durability::Mode::interval, milliseconds{60'000}}));
    for (const char* const bad : {"", "never", "Always", "interval", "interval=", "interval=0",
                                  "interval=60001ms", "interval=5"}) {
        BOOST_TEST(!read_durability(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(when_a_size_has_a_unit_then_it_counts) {
    BOOST_TEST((read_bytes("0") == 0U));
    BOOST_TEST((read_bytes("1000") == 1000U));
    BOOST_TEST((read_bytes("64KiB") == 65'536U));
    BOOST_TEST((read_bytes("3GiB") == 3U * (1ULL << 30U)));
    for (const char* const bad : {"", "KiB", "1KB", "1 KiB", "-1", "1.5MiB", "1KiBKiB",
                                  "17179869184GiB", "18446744073709551616"}) {
        BOOST_TEST(!read_bytes(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(when_a_number_is_out_of_its_range_then_it_is_refused) {
    BOOST_TEST((read_segment_bytes("64KiB") == 65'536U));
    BOOST_TEST((read_segment_bytes("1GiB") == 1ULL << 30U));
    BOOST_TEST(!read_segment_bytes("65535"));
    BOOST_TEST(!read_segment_bytes("1073741825"));
    BOOST_TEST((read_request_bytes("1KiB") == 1024U));
    BOOST_TEST(!read_request_bytes("1023"));
    BOOST_TEST(!read_request_bytes("65MiB"));
    BOOST_TEST((read_output_bytes("512KiB") == 524'288U));
    BOOST_TEST(!read_output_bytes("511KiB"));
    BOOST_TEST((read_arguments("16") == 16U));
    BOOST_TEST(!read_arguments("15"));
    BOOST_TEST(!read_arguments("1000001"));
    BOOST_TEST((read_clients("1") == 1U));
    BOOST_TEST(!read_clients("0"));
    BOOST_TEST(!read_clients("100001"));
    BOOST_TEST(!read_lsn("0"));
    BOOST_TEST((read_lsn("18446744073709551615") == ~0ULL));
}

BOOST_AUTO_TEST_CASE(when_a_time_has_a_unit_then_it_counts) {
    using namespace std::chrono_literals;
    BOOST_TEST((read_duration("0") == 0ms));
    BOOST_TEST((read_duration("250ms") == 250ms));
    BOOST_TEST((read_duration("30s") == 30s));
    BOOST_TEST((read_duration("5min") == 5min));
    BOOST_TEST((read_duration("24h") == 24h));
    for (const char* const bad : {"", "5", "s", "ms", "-1s", "1.5s", "1 s", "25h", "86400001ms",
                                  "1m", "1d", "99999999999999999999s"}) {
        BOOST_TEST(!read_duration(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(when_a_time_for_the_slow_log_has_a_unit_then_it_counts) {
    using namespace std::chrono_literals;
    BOOST_TEST((read_slow_log("0") == 0us));
    BOOST_TEST((read_slow_log("500us") == 500us));
    BOOST_TEST((read_slow_log("10ms") == 10ms));
    BOOST_TEST((read_slow_log("2s") == 2s));
    BOOST_TEST((read_slow_log("1h") == 1h));
    BOOST_TEST((read_slow_log("off") == SlowLog::never));
    for (const char* const bad : {"", "10000", "us", "-1us", "2h", "3600000001us", "none"}) {
        BOOST_TEST(!read_slow_log(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(when_a_switch_is_set_then_the_usual_values_are_accepted) {
    for (const char* const yes : {"true", "yes", "on", "1"}) BOOST_TEST((read_switch(yes) == true));
    for (const char* const no : {"false", "no", "off", "0"}) BOOST_TEST((read_switch(no) == false));
    BOOST_TEST(!read_switch("maybe"));
    BOOST_TEST(!read_switch(""));
}

BOOST_AUTO_TEST_SUITE_END()
