#include "net/core/redis_terms.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/fakes.hpp"

namespace {

using allot::test::contains;

struct Library : allot::test::RespFixture<allot::test::HandJournal> {
    Library() { context.identity.run_id = std::string(40, 'a'); }
    std::string ask_framed(const allot::testing::Words& args) {
        send(allot::test::framed(args));
        return take();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_client_library_that_expects_redis, Library)

BOOST_AUTO_TEST_CASE(when_the_library_wants_a_master_then_there_is_one_without_replicas) {
    ask("ADDBATCH b SKU 1");
    engine.journal.sync();
    (void)take();
    const std::string expected =
        "# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_replid:" +
        std::string(40, 'a') + "\r\nmaster_repl_offset:1\r\n";
    for (const std::string_view asked :
         {"INFO REPLICATION", "info replication", "INFO", "INFO all", "INFO EVERYTHING",
          "INFO default", "INFO server Replication"}) {
        BOOST_TEST(contains(ask(asked), expected), asked);
    }
    BOOST_TEST(!contains(ask("INFO replication"), "# Server"));
    BOOST_TEST(ask_framed({"ROLE"}) == "*3\r\n$6\r\nmaster\r\n:1\r\n*0\r\n");
    BOOST_TEST(contains(ask("INFO cluster"), "cluster_enabled:0\r\n"));
}

BOOST_AUTO_TEST_CASE(when_the_library_compares_versions_then_it_gets_that_of_the_imitated_redis) {
    const std::string info = ask("INFO server");
    BOOST_TEST(contains(info, "allot_version:" ALLOT_VERSION "\r\n"));
    BOOST_TEST(contains(info, "redis_version:7.2.0\r\n"));
    BOOST_TEST(contains(info, "redis_mode:standalone\r\n"));
    BOOST_TEST(contains(info, "run_id:" + std::string(40, 'a') + "\r\n"));
    for (const std::string_view key : {"process_id:", "tcp_port:", "uptime_in_seconds:"}) {
        BOOST_TEST(contains(info, key), key);
    }
}

BOOST_AUTO_TEST_CASE(when_a_run_has_an_id_then_it_is_forty_digits_and_another_each_time) {
    const std::string id = allot::random_run_id();
    BOOST_TEST(id.size() == 40U);
    BOOST_TEST(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    BOOST_TEST(id != allot::random_run_id());
}

BOOST_AUTO_TEST_CASE(when_the_library_lists_latency_events_or_modules_then_there_are_none) {
    BOOST_TEST(ask("LATENCY LATEST") == "*0\r\n");
    BOOST_TEST(ask("LATENCY HISTORY command") == "*0\r\n");
    BOOST_TEST(ask("LATENCY HISTOGRAM allocate stock") == "*0\r\n");
    BOOST_TEST(ask("LATENCY RESET") == ":0\r\n");
    BOOST_TEST(contains(ask("LATENCY DOCTOR"), "SLOWLOG GET"));
    BOOST_TEST(ask_framed({"LATENCY", "HELP"}).starts_with("*10\r\n$14\r\nLATENCY LATEST\r\n"));
    BOOST_TEST(ask("LATENCY GRAPH x") == "-ERR unknown subcommand 'GRAPH'. Try LATENCY HELP.\r\n");
    BOOST_TEST(ask("MODULE LIST") == "*0\r\n");
    ask("HELLO 3");
    BOOST_TEST(ask("LATENCY HISTOGRAM") == "%0\r\n");
    BOOST_TEST(ask("LATENCY DOCTOR").starts_with("="));
}

BOOST_AUTO_TEST_CASE(
    when_the_library_tries_what_only_newer_or_larger_servers_have_then_it_is_refused_as_by_redis) {
    BOOST_TEST(ask_framed({"CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type",
                           "internal-ip"}) ==
               "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n");
    BOOST_TEST(ask("CLIENT TRACKING ON") ==
               "-ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.\r\n");
    for (const std::string_view asked :
         {"CLUSTER INFO", "cluster nodes", "CLUSTER SHARDS", "CLUSTER SLOTS", "CLUSTER MYID"}) {
        BOOST_TEST(ask(asked) == "-ERR This instance has cluster support disabled\r\n", asked);
    }
}

BOOST_AUTO_TEST_CASE(when_the_library_reads_the_memory_settings_then_nothing_is_evicted) {
    BOOST_TEST(ask("CONFIG GET maxmemory*") ==
               "*4\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n$16\r\nmaxmemory-policy\r\n"
               "$10\r\nnoeviction\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
