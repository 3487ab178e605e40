"""Common clients: nc, telnet, redis-cli, redis-benchmark and Redis's libraries."""

import json
import subprocess
import sys
import unittest

import server
from resp import Failure, Status, encoded

ALLOCATE = ("ALLOCATE", "order-1", "SMALL-TABLE", "2")


class GivenStock(server.ServedCase):
    def setUp(self):
        super().setUp()
        self.add(("batch-1", "SMALL-TABLE", 100_000), ("batch-2", "RARE-VASE", 1))

    def tool(self, name, *arguments, typed="", code=0):
        """Runs another program to its end. Returns all that it printed."""
        ran = subprocess.run(
            [server.tool(name), *map(str, arguments)],
            input=typed.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
            cwd=server.HERE,
        )
        said = ran.stdout.decode()
        self.assertEqual(code, ran.returncode, said)
        return said

    def cli(self, *arguments, **more):
        return self.tool("redis-cli", "-p", self.server.port, "-e", *arguments, **more)

    def nc(self, typed):
        """-N: closes its side at the end of the input; the replies still come."""
        return self.tool("nc", "-N", "-w", "5", "127.0.0.1", self.server.port, typed=typed)


class GivenPlainText(GivenStock):
    def test_when_nc_sends_a_line_then_it_is_answered(self):
        self.assertEqual("+batch-1\r\n", self.nc("ALLOCATE order-1 SMALL-TABLE 2\n"))
        self.assertEqual(99_998, self.one.call("AVAILABLE", "SMALL-TABLE"))

    def test_when_nc_sends_several_lines_then_each_is_answered(self):
        answers = self.nc("ping\r\nAllocate o SMALL-TABLE ten\r\nALLOCATIONS x\r\nQUIT\r\nPING\r\n")
        pong, refused, none, ok, end = answers.split("\r\n")
        self.assertEqual(("+PONG", "*0", "+OK", ""), (pong, none, ok, end))
        self.assertTrue(refused.startswith("-BADQTY "), refused)

    def test_when_lines_end_as_in_telnet_or_in_unix_then_both_are_understood(self):
        for ending in ("\r\n", "\n"):
            for case in (str.upper, str.lower):
                with self.subTest(ending=ending), self.server.client() as telnet:
                    line = case("allocate") + " order-1 SMALL-TABLE 2" + ending
                    self.assertEqual("batch-1", telnet.type(line))
        self.assertEqual(99_998, self.one.call("AVAILABLE", "SMALL-TABLE"))

    def test_when_a_person_types_slowly_then_the_line_counts_when_it_ends(self):
        with self.server.client() as telnet:
            for letter in "ALLOCATE order-1 SMALL-TABLE 2":
                telnet.send(letter.encode())
            telnet.socket.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                telnet.socket.recv(1)
            telnet.socket.settimeout(5)
            telnet.send(b"\r\n")
            self.assertEqual("batch-1", telnet.read())

    def test_when_help_is_typed_then_every_verb_is_explained_in_lines(self):
        with self.server.client() as telnet:
            lines = telnet.type("HELP\r\n")
            self.assertTrue(all(isinstance(line, str) for line in lines), lines)
            for verb in ("ALLOCATE", "SETQTY", "QUIT"):
                self.assertTrue(any(verb in line for line in lines), verb)
            self.assertIn("ALLOCATE", telnet.type("HELP allocate\r\n")[0])


class GivenRedisCli(GivenStock):
    def test_when_redis_cli_allocates_then_the_batch_is_printed(self):
        self.assertEqual("batch-1\n", self.cli(*ALLOCATE))

    def test_when_redis_cli_speaks_resp3_then_the_batch_is_printed(self):
        self.assertEqual("batch-1\n", self.cli("-3", *ALLOCATE))
        hello = json.loads(self.cli("-3", "--json", "HELLO", "3"))
        self.assertGreater(hello.pop("id"), 0)
        self.assertRegex(hello.pop("version"), r"^\d+\.\d+\.\d+$")
        self.assertRegex(hello.pop("history"), "^[0-9a-f]{16}$")
        self.assertEqual({"server": "allot", "proto": 3, "mode": "standalone", "role": "master",
                          "modules": []}, hello)

    def test_when_redis_cli_is_refused_then_the_error_is_an_error(self):
        self.assertIn("INVALIDSKU Invalid sku NO-SUCH",
                      self.cli("ALLOCATE", "o", "NO-SUCH", "2", code=1))
        self.assertIn("OUTOFSTOCK Out of stock for sku RARE-VASE",
                      self.cli("-3", "ALLOCATE", "o", "RARE-VASE", "2", code=1))

    def test_when_redis_cli_reads_commands_from_a_pipe_then_each_is_answered(self):
        typed = "ALLOCATE order-1 SMALL-TABLE 2\nALLOCATIONS order-1\nAVAILABLE SMALL-TABLE\n"
        self.assertEqual("batch-1\nSMALL-TABLE\n2\nbatch-1\n99998\n", self.cli(typed=typed))

    def test_when_redis_cli_loads_in_bulk_then_every_reply_is_counted(self):
        commands = "".join(f"ALLOCATE bulk-{i} SMALL-TABLE 1\r\n" for i in range(5000))
        said = self.tool("redis-cli", "-p", self.server.port, "--pipe", typed=commands)
        self.assertIn("errors: 0, replies: 5000", said)
        self.assertEqual(95_000, self.one.call("AVAILABLE", "SMALL-TABLE"))

    def test_when_redis_cli_sends_a_transaction_then_that_is_one_unit(self):
        typed = "MULTI\nALLOCATE o SMALL-TABLE 2\nAVAILABLE SMALL-TABLE\nEXEC\n"
        self.assertEqual("OK\nQUEUED\nQUEUED\nbatch-1\n99998\n", self.cli(typed=typed))

    def test_when_redis_cli_sends_commands_for_redis_then_it_gets_replies(self):
        self.assertGreater(int(self.cli("COMMAND", "COUNT")), 20)
        self.assertIn("Allocates", self.cli("-3", "COMMAND", "DOCS", "ALLOCATE"))
        self.assertEqual("save\n\n", self.cli("CONFIG", "GET", "save"))
        self.assertEqual("OK\n", self.cli("-n", "0", "SELECT", "0"))
        self.assertIn("lines:0", self.cli("INFO", "stock"))


class GivenRedisBenchmark(GivenStock):
    def benchmark(self, *arguments):
        return self.tool("redis-benchmark", "-p", self.server.port, "-q", *arguments)

    def assertMeasured(self, said, *names):
        """It divides by whole milliseconds, and prints "inf" for a run that took less than one."""
        self.assertNotIn("rror", said)
        for name in names:
            self.assertRegex(said, rf"{name}.*: ([\d.]+|inf) requests per second")

    def test_when_redis_benchmark_pings_in_pipelines_then_it_succeeds(self):
        said = self.benchmark("-t", "ping", "-n", "1000", "-P", "16")
        self.assertMeasured(said, "PING_INLINE", "PING_MBULK")
        said = self.benchmark("-3", "-t", "ping", "-n", "1000", "-P", "16")
        self.assertMeasured(said, "PING_INLINE", "PING_MBULK")

    def test_when_redis_benchmark_allocates_then_every_unit_is_accounted_for(self):
        said = self.benchmark("-n", "2000", "-P", "16", "-c", "20", "-r", "100000",
                              "ALLOCATE", "order-__rand_int__", "SMALL-TABLE", "1")
        self.assertMeasured(said, "ALLOCATE order-")
        lines = int(self.one.info()["lines"])
        self.assertTrue(1000 < lines <= 2000, lines)
        self.assertEqual(100_000 - lines, self.one.call("AVAILABLE", "SMALL-TABLE"))


class GivenALibrary(GivenStock):
    def test_when_node_redis_connects_by_default_then_all_of_it_works(self):
        self.assertEqual("ok\n", self.tool("node", "node_redis.mjs", self.server.port))

    def test_when_ioredis_connects_then_all_of_it_works(self):
        self.assertEqual("ok\n", self.tool("node", "ioredis.mjs", self.server.port))

    def test_when_redis_py_connects_then_all_of_it_works(self):
        import redis  # Debian's python3-redis

        with redis.Redis(port=self.server.port) as client:
            self.assertTrue(client.ping())
            self.assertEqual(b"batch-1", client.execute_command(*ALLOCATE))
            with self.assertRaisesRegex(redis.ResponseError, "INVALIDSKU Invalid sku NO"):
                client.execute_command("ALLOCATE", "o", "NO", 1)
            with client.pipeline(transaction=False) as pipe:
                for i in range(1000):
                    pipe.echo(f"reply {i}")
                self.assertEqual([b"reply %d" % i for i in range(1000)], pipe.execute())


    def test_when_redis_py_sends_a_pipeline_by_default_then_it_is_a_transaction(self):
        import redis

        with redis.Redis(port=self.server.port) as client:
            pipe = client.pipeline()  # transaction=True
            for order in ("p-1", "p-2"):
                pipe.execute_command("ALLOCATE", order, "SMALL-TABLE", 2)
            self.assertEqual([b"batch-1", b"batch-1"], pipe.execute())
            pipe.execute_command("ALLOCATE", "p-3", "RARE-VASE", 2)
            pipe.execute_command("ALLOCATE", "p-4", "SMALL-TABLE", 2)
            short, batch = pipe.execute(raise_on_error=False)
            self.assertEqual(("OUTOFSTOCK Out of stock for sku RARE-VASE", b"batch-1"), (str(short), batch))
            pipe.execute_command("ALLOCATE", "p-5", "SMALL-TABLE", 2)
            pipe.execute_command("ALLOCATE", "p-5", "SMALL-TABLE", 0)
            with self.assertRaisesRegex(redis.ResponseError, "BADQTY"):
                pipe.execute()
            self.assertEqual([], client.execute_command("ALLOCATIONS", "p-5"))

    def test_when_redis_py_watches_then_a_change_by_another_is_noticed(self):
        import redis

        with redis.Redis(port=self.server.port) as client, client.pipeline() as pipe:
            pipe.watch("RARE-VASE")
            self.assertEqual(1, pipe.execute_command("AVAILABLE", "RARE-VASE"))
            client.execute_command("ALLOCATE", "first", "RARE-VASE", 1)
            pipe.multi()
            pipe.execute_command("ALLOCATE", "second", "SMALL-TABLE", 1)
            with self.assertRaises(redis.WatchError):
                pipe.execute()
            self.assertEqual([], client.execute_command("ALLOCATIONS", "second"))

            def take_the_last_tables(within):
                left = within.execute_command("AVAILABLE", "SMALL-TABLE")
                within.multi()
                within.execute_command("ALLOCATE", "third", "SMALL-TABLE", left)

            self.assertEqual([b"batch-1"], client.transaction(take_the_last_tables, "SMALL-TABLE"))

    def test_when_redis_py_sends_commands_for_redis_then_it_gets_replies(self):
        import redis

        with redis.Redis(port=self.server.port) as client:
            replication = client.info("replication")
            self.assertEqual(("master", 0), (replication["role"], replication["connected_slaves"]))
            self.assertRegex(replication["master_replid"], "^[0-9a-f]{40}$")
            self.assertEqual([b"master", replication["master_repl_offset"], []], client.execute_command("ROLE"))
            self.assertEqual("standalone", client.info("SERVER")["redis_mode"])
            self.assertEqual([], client.execute_command("LATENCY", "LATEST"))
            self.assertEqual([], client.execute_command("MODULE", "LIST"))
            with self.assertRaisesRegex(redis.ResponseError, "cluster support disabled"):
                client.execute_command("CLUSTER", "INFO")
            with self.assertRaisesRegex(redis.ResponseError, "unknown subcommand"):
                client.execute_command("CLIENT", "MAINT_NOTIFICATIONS", "ON")


class GivenTheRunnerOfAllClients(unittest.TestCase):
    """`./dev clients` has many more, and the table that it writes."""

    def test_when_the_runner_drives_redis_py_then_each_step_is_right(self):
        runner = server.HERE.parent / "clients" / "run.py"
        ran = subprocess.run([sys.executable, runner, "--only", "redis-py", "redis-py-asyncio"],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False)
        self.assertEqual(0, ran.returncode, ran.stderr)
        rows = [line for line in ran.stdout.splitlines() if line.startswith("| Python: redis-py")]
        self.assertEqual([8, 8], [row.count(" yes ") for row in rows], ran.stdout + ran.stderr)


class GivenRequestsOfBothForms(GivenStock):
    def assertData(self, reply):
        """Text, and no status, however deep."""
        if isinstance(reply, list):
            for each in reply:
                self.assertData(each)
        else:
            self.assertNotIsInstance(reply, (Status, Failure))

    def test_when_a_framed_request_gets_data_then_none_of_it_is_a_status(self):
        self.assertEqual("batch-1", self.one.call(*ALLOCATE))
        for command in (ALLOCATE, ("STOCK", "SMALL-TABLE"), ("ALLOCATIONS", "order-1"), ("FEED", 1), ("HELP",),
                        ("EXPLAIN", "o", "RARE-VASE", 2), ("COMMAND",)):
            with self.subTest(command=command):
                self.assertData(self.one.call(*command))
        self.assertIsInstance(self.one.call("PING"), Status)

    def test_when_a_line_comes_between_framed_requests_then_only_its_reply_is_a_status(self):
        self.one.send(encoded(*ALLOCATE) + b"ALLOCATE order-1 SMALL-TABLE 2\r\n" + encoded(*ALLOCATE))
        replies = [self.one.read() for _ in range(3)]
        self.assertEqual(["batch-1"] * 3, replies)
        self.assertEqual([False, True, False], [isinstance(each, Status) for each in replies])


class GivenAHandshake(GivenStock):
    def test_when_hello_3_is_said_then_replies_are_of_resp3(self):
        self.assertIsInstance(self.one.call("HELLO", "2"), list)
        hello = self.one.call("HELLO", "3", "AUTH", "default", "any", "SETNAME", "till-4")
        self.assertEqual(("allot", 3), (hello["server"], hello["proto"]))
        self.assertEqual("till-4", self.one.call("CLIENT", "GETNAME"))
        self.assertIsInstance(self.one.call("CONFIG", "GET", "save"), dict)
        self.assertEqual("RESET", self.one.call("RESET"))
        self.assertIsNone(self.one.call("CLIENT", "GETNAME"))
        self.assertIsInstance(self.one.call("CONFIG", "GET", "save"), list)

    def test_when_another_version_is_requested_then_it_is_refused_and_nothing_changes(self):
        self.assertFails(self.one.call("HELLO", "4"), "NOPROTO")
        self.assertEqual("PONG", self.one.call("PING"))
        self.assertIsInstance(self.one.call("HELLO"), list)

    def test_when_a_library_names_itself_then_client_list_shows_it(self):
        self.assertEqual("OK", self.one.call("CLIENT", "SETINFO", "LIB-NAME", "my-lib(v1)"))
        self.assertEqual("OK", self.one.call("CLIENT", "SETINFO", "LIB-VER", "1.2.3"))
        self.assertEqual("OK", self.one.call("CLIENT", "SETNAME", "till-4"))
        mine = self.one.call("CLIENT", "INFO")
        for part in ("name=till-4", "lib-name=my-lib(v1)", "lib-ver=1.2.3"):
            self.assertIn(part, mine)
        with self.server.client() as other:
            self.assertEqual("PONG", other.call("PING"))
            listed = self.one.call("CLIENT", "LIST").splitlines()
        self.assertEqual(2, len(listed))
        self.assertFails(self.one.call("CLIENT", "SETNAME", "till 4"), "ERR")
        self.assertFails(self.one.call("SELECT", "1"), "ERR")


if __name__ == "__main__":
    server.main()
