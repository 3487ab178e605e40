#include <boost/test/unit_test.hpp>
#include <mutex>
#include <string>
#include <utility>

#include "net/commands/registry.hpp"
#include "net/core/figures.hpp"
#include "tests/net/fakes.hpp"

using allot::test::contains;

BOOST_FIXTURE_TEST_SUITE(given_a_server, allot::test::RespFixture<>)

BOOST_AUTO_TEST_CASE(when_the_library_reads_settings_then_patterns_select_them) {
    BOOST_TEST(ask("CONFIG GET save") == "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
    BOOST_TEST(ask("CONFIG GET appendonly") == "*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n");
    BOOST_TEST(ask("CONFIG GET S?VE app*only nothing") ==
               "*4\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n$4\r\nsave\r\n$0\r\n\r\n");
    BOOST_TEST(ask("CONFIG GET *").starts_with("*18\r\n"));
    BOOST_TEST(ask("CONFIG GET sav") == "*0\r\n");
    BOOST_TEST(ask("CONFIG GET saves*") == "*0\r\n");
    ask("HELLO 3");
    BOOST_TEST(ask("CONFIG GET save") == "%1\r\n$4\r\nsave\r\n$0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_library_reads_the_commands_then_they_are_those_of_the_table) {
    const std::size_t count = allot::command_table().size();
    BOOST_TEST(ask("COMMAND COUNT") == ":" + std::to_string(count) + "\r\n");
    BOOST_TEST(ask("COMMAND").starts_with("*" + std::to_string(count) + "\r\n*10\r\n"));
    BOOST_TEST(
        ask("COMMAND LIST").starts_with("*" + std::to_string(count) + "\r\n$8\r\nallocate\r\n"));
    BOOST_TEST(
        ask("COMMAND INFO Setqty nope") ==
        "*2\r\n*10\r\n$6\r\nsetqty\r\n:3\r\n*1\r\n+write\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@stock\r\n"
        "*0\r\n*0\r\n*0\r\n$-1\r\n");
    BOOST_TEST(contains(ask("COMMAND INFO allocate"), "$8\r\nallocate\r\n:-4\r\n"));
    BOOST_TEST(
        ask("COMMAND DOCS QUIT nope").starts_with("*2\r\n$4\r\nquit\r\n*4\r\n$7\r\nsummary\r\n"));
    BOOST_TEST(contains(ask("COMMAND DOCS receive"),
                        "$9\r\narguments\r\n*1\r\n*4\r\n$4\r\nname\r\n$5\r\nbatch\r\n"));
}

BOOST_AUTO_TEST_CASE(when_the_person_sends_help_then_it_gets_lines) {
    BOOST_TEST(contains(ask("HELP"),
                        "+STOCK sku  -  Lists the batches of a SKU in order of preference\r\n"));
    BOOST_TEST(ask("HELP receive") ==
               "*4\r\n+RECEIVE batch\r\n+  Notes that a batch is in the warehouse; its allocations "
               "stay.\r\n"
               "+  Reply: +OK\r\n+  Group: stock\r\n");
    BOOST_TEST(ask("HELP nope") == "-ERR no command 'nope'; HELP lists all\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_person_sends_info_then_sections_can_be_selected) {
    context.store.backend.add_figures = [](allot::Figures& to) {
        to.begin("persistence");
        to.gauge("oldest_lsn", "allot_oldest_lsn", "The first fact", std::uint64_t{7});
    };
    ask("ADDBATCH b s 1");
    const std::string all = ask("INFO");
    for (const std::string_view part :
         {"# Server\r\nallot_version:", "\r\n\r\n# Clients\r\nconnected_clients:1\r\n",
          "# Stats\r\n", "dropped_protocol_error:0\r\n", "errorstat_OUTOFSTOCK:count=0\r\n",
          "# Stock\r\nproducts:1\r\nbatches:1\r\n",
          "# Persistence\r\nloading:0\r\nstorage_failed:0\r\n",
          "durable_lsn:1\r\njournal_lag_facts:0\r\noldest_lsn:7\r\n"}) {
        BOOST_TEST(contains(all, part), part);
    }
    BOOST_TEST(!contains(all, "cmdstat_"));
    BOOST_TEST(contains(ask("INFO commandstats"), "\r\ncmdstat_addbatch:calls=1,usec="));
    constexpr std::string_view sinks = "# Sinks\r\n\r\n";
    BOOST_TEST(ask("INFO sinks") == "$9\r\n" + std::string{sinks});
    BOOST_TEST(contains(ask("INFO STOCK clients"), "# Stock"));
    BOOST_TEST(ask("INFO nope") == "$0\r\n\r\n");
    ask("HELLO 3");
    BOOST_TEST(ask("INFO sinks") == "=13\r\ntxt:" + std::string{sinks});
}

BOOST_AUTO_TEST_CASE(when_the_person_sends_snapshot_then_the_storage_decides_whether_it_begins) {
    BOOST_TEST(ask("SNAPSHOT") == "-ERR this store takes no snapshots\r\n");
    bool running = false;
    context.store.backend.start_snapshot = [&] {
        // The storage locks the mutex by itself.
        const std::scoped_lock lock{engine.mutex};
        return !std::exchange(running, true);
    };
    send("STOCK s\r\nSNAPSHOT\r\nSNAPSHOT\r\nSTOCK s\r\n");
    BOOST_TEST(take() ==
               "-INVALIDSKU Invalid sku s\r\n+OK\r\n-ERR a snapshot is being taken already\r\n"
               "-INVALIDSKU Invalid sku s\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
