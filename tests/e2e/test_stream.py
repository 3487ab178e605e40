"""A connection with many commands: every command gets its reply, in order."""

import select
import socket
import subprocess
import time

import server
from resp import Client, Failure, bytes_of, encoded

MIB = 1024 * 1024


class GivenAPipeline(server.ServedCase):
    def exchange(self, raw):
        """Sends bytes, closes our side, and returns all that comes back."""
        with self.server.client() as client:
            client.send(raw)
            client.socket.shutdown(socket.SHUT_WR)
            return client.rest()

    def test_when_commands_in_the_middle_fail_then_the_others_are_answered(self):
        self.add(("b", "LAMP", 10))
        replies = self.one.pipeline([
            ("PING",),
            ("NOSUCH", "a", "b"),
            ("ALLOCATE", "o", "LAMP"),
            ("ALLOCATE", "o", "LAMP", "3"),
            ("ALLOCATE", "o", "LAMP", "ten"),
            ("ALLOCATE", "o", "LAMP", "3", "LAMP"),
            ("ALLOCATE", "o", "NO-SUCH", "1"),
            ("ECHO", "last"),
        ])
        codes = [each.code if isinstance(each, Failure) else each for each in replies]
        self.assertEqual(
            ["PONG", "ERR", "ERR", "b", "BADQTY", "ERR", "INVALIDSKU", "last"], codes)
        self.assertIn("NOSUCH", replies[1].text)
        self.assertIn("wrong number of arguments for 'allocate' command", replies[2].text)

    def test_when_redis_benchmark_pings_then_a_wrong_command_leaves_the_stream_in_step(self):
        ran = subprocess.run(
            [server.tool("redis-benchmark"), "-p", str(self.server.port), "-t", "ping", "-q",
             "-n", "1000", "-P", "16"], capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual(2, ran.stdout.count("requests per second"), ran.stdout)
        commands = [("PING",), ("PING", "x")] * 50
        commands[33] = ("WRONG",)
        replies = self.one.pipeline(commands)
        self.assertFails(replies.pop(33), "ERR", "unknown command")
        self.assertEqual({"PONG", "x"}, set(replies))

    def test_when_the_pipeline_arrives_byte_by_byte_then_the_replies_are_the_same(self):
        raw = encoded("PING") + b"ECHO 'a b'\r\n\r\n" + encoded("ECHO", b"\r\n\0") + b"ping\nnope\n"
        whole = self.exchange(raw)
        with self.server.client() as client:
            for byte in raw:
                client.send(bytes([byte]))
            client.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(whole, client.rest())
        self.assertTrue(whole.startswith(b"+PONG\r\n$3\r\na b\r\n$3\r\n\r\n\0\r\n+PONG\r\n-ERR "))

    def test_when_a_pipeline_has_quit_then_no_command_after_it_is_executed(self):
        self.add(("b", "LAMP", 10))
        raw = encoded("PING") + encoded("QUIT") + encoded("ALLOCATE", "o", "LAMP", 1)
        self.assertEqual(b"+PONG\r\n+OK\r\n", self.exchange(raw))
        self.assertEqual(10, self.one.call("AVAILABLE", "LAMP"))

    def test_when_the_client_closes_its_side_then_all_that_it_sent_is_answered(self):
        self.add(("b", "LAMP", 5000))
        raw = b"".join(encoded("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(5000))
        self.assertEqual(b"$1\r\nb\r\n" * 5000, self.exchange(raw))
        self.assertEqual(b"+PONG\r\n", self.exchange(encoded("PING") + b"*2\r\n$4\r\nEC"))

    def test_when_many_clients_speak_at_once_then_each_has_its_own_replies(self):
        clients = [self.client(self.server) for _ in range(200)]
        for number, client in enumerate(clients):
            client.send(encoded("ECHO", f"first {number}") + encoded("ECHO", f"second {number}"))
        for number, client in enumerate(clients):
            replies = [client.read(), client.read()]
            self.assertEqual([f"first {number}", f"second {number}"], replies)

    def test_when_the_pipeline_is_no_request_then_it_gets_an_error_and_the_connection_is_closed(self):
        for raw, why in (
            (b'ECHO "abc\r\n', b"unbalanced quotes"),
            (b"ECHO 'abc\r\n", b"unbalanced quotes"),
            (b'ECHO "abc"def\r\n', b"unbalanced quotes"),
            (b"*x\r\n", b"invalid multibulk length"),
            (b"*1000000000\r\n", b"invalid multibulk length"),
            (b"*99999999999999999999\r\n", b"invalid multibulk length"),
            (b"*1\r\n$-1\r\n", b"invalid bulk length"),
            (b"*1\r\n$\r\n", b"invalid bulk length"),
            (b"*1\r\n$999999999\r\n", b"invalid bulk length"),
            (b"*1\r\n:4\r\nPING\r\n", b"expected '$', got ':'"),
            (b"*1\r\n$4\r\nPINGPONG\r\n", b""),
            (b"A" * 200_000, b"too big inline request"),
        ):
            with self.subTest(raw=raw[:40]), self.server.client() as client:
                client.send(encoded("ECHO", "before") + raw)
                said = client.rest()
                self.assertTrue(said.startswith(b"$6\r\nbefore\r\n-ERR Protocol error: "), said)
                self.assertIn(why, said)
                self.assertEqual((2, 3), (said.count(b"\r\n") - 1, said.count(b"\n")), said)
        self.assertEqual("PONG", self.one.call("PING"))

    def test_when_a_browser_sends_the_pipeline_then_nothing_of_it_is_executed(self):
        self.add(("b", "LAMP", 10))
        raw = (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 24\r\n\r\n"
               b"ALLOCATE o LAMP 1\r\n")
        self.assertEqual(b"", self.exchange(raw))
        self.assertEqual(10, self.one.call("AVAILABLE", "LAMP"))


class GivenInlineCommands(server.ServedCase):
    def test_when_lines_are_empty_then_they_are_passed_over(self):
        self.one.send(b"\r\n\n   \r\n*0\r\n*-1\r\n\t\nPING\r\n")
        self.assertEqual("PONG", self.one.read())
        self.assertEqual("next", self.one.call("ECHO", "next"))

    def test_when_words_are_quoted_then_they_mean_what_they_mean_in_redis(self):
        for typed, meant in (
            ('"a b"', b"a b"),
            (r'"\x41\x0a\xff"', b"A\n\xff"),
            (r'"\n\r\t\b\a\\\""', b'\n\r\t\b\a\\"'),
            (r"'it\'s'", b"it's"),
            (r"'a\nb'", rb"a\nb"),
            ('""', b""),
            (r'"\x4"', b"x4"),
            ("plain\\n", rb"plain\n"),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(meant, bytes_of(self.one.type(f"ECHO {typed}\r\n")))

    def test_when_arguments_are_far_apart_then_they_are_still_two(self):
        self.assertEqual("x", self.one.type("  echo \t  x  \r\n"))

    def test_when_inline_and_framed_are_mixed_then_each_is_read_in_its_form(self):
        self.one.send(b"PING\r\n" + encoded("ECHO", "PING") + b"ECHO *1\n" + encoded("PING"))
        self.assertEqual(["PONG", "PING", "*1", "PONG"], [self.one.read() for _ in range(4)])


class GivenArgumentsOfAnyBytes(server.ServedCase):
    def test_when_arguments_are_echoed_then_not_a_byte_differs(self):
        every = bytes(range(256))
        for sent in (b"", every, every * 200, b"\r\n", b"$3\r\nabc\r\n", b"+OK\r\n" * 9):
            self.assertEqual(sent, bytes_of(self.one.call("ECHO", sent)))
            self.assertEqual(sent, bytes_of(self.one.call("PING", sent)))

    def test_when_arguments_are_refused_then_the_reply_gains_no_frame(self):
        evil = b"x\r\n+OK\r\n:1\r\n"
        for command in (
            ("ALLOCATE", evil, "LAMP", 1),
            ("ALLOCATE", "o", evil, 1),
            ("ALLOCATE", "o", "LAMP", evil),
            ("ADDBATCH", "b", "LAMP", 1, evil),
            ("STOCK", evil),
            ("HELLO", evil),
            ("HELLO", 3, evil),
            ("CLIENT", evil),
            ("CLIENT", "SETNAME", evil),
            ("COMMAND", evil),
            ("CONFIG", evil, evil),
            ("HELP", evil),
            (evil, evil),
            (b"\xff\x00" * 500, b"\xff" * 5000),
        ):
            with self.subTest(command=command[:2]):
                refused, pong = self.one.pipeline([command, ("PING", "in step")])
                self.assertIsInstance(refused, Failure)
                self.assertTrue(refused.text.isprintable(), refused)
                self.assertEqual("in step", pong)


class GivenAClientThatNeverReads(server.ServedCase):
    def test_when_the_client_sends_without_end_then_memory_stays_and_others_are_served(self):
        for _ in range(100):  # what every server needs, the deaf client or not
            self.one.call("COMMAND", "DOCS")
        before = self.server.resident_bytes()
        deaf = self._deaf_client()
        sent = self._send_until_stuck(deaf)
        self.assertGreater(sent, 100_000)
        with server.within(server.START_S, "1,000 commands of another client"):
            for _ in range(1000):
                self.assertEqual("PONG", self.one.call("PING"))
        self.assertLess(self.server.resident_bytes() - before, 8 * MIB)

        poll = select.poll()
        poll.register(deaf, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        self.assertTrue(poll.poll(20_000), "it was never dropped")
        self.assertLess(self.server.resident_bytes() - before, 8 * MIB)
        info = self.one.info()
        self.assertEqual(("1", "1"), (info["dropped_output_stalled"], info["connected_clients"]))

    def _deaf_client(self):
        deaf = socket.socket()
        self.addCleanup(deaf.close)
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(self.server.address)
        return deaf

    def _send_until_stuck(self, deaf):
        """Asks for much more than it sends, until the server takes no more of it."""
        asked = encoded("COMMAND", "DOCS") * 2000
        deaf.settimeout(1)
        sent = 0
        deadline = time.monotonic() + 10
        try:
            while time.monotonic() < deadline:
                sent += deaf.send(asked)
        except TimeoutError:
            return sent
        raise AssertionError(f"the server took {sent} bytes, and would take more")


class GivenFewConnectionsAllowed(server.Case):
    def test_when_one_more_client_connects_then_it_gets_an_error_and_the_others_stay(self):
        running = self.serve("--max-clients", "3")
        clients = [self.client(running) for _ in range(3)]
        for client in clients:
            self.assertEqual("PONG", client.call("PING"))
        with Client(running.address) as late:
            self.assertIn(b"-ERR max number of clients reached", late.rest())
        clients.pop().close()
        deadline = time.monotonic() + 5
        while clients[0].info()["connected_clients"] != "2" and time.monotonic() < deadline:
            pass
        self.assertEqual("PONG", self.client(running).call("PING"))


if __name__ == "__main__":
    server.main()
