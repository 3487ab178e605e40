"""Attacks by the bytes that clients send, or by not reading. See attack.py."""

import contextlib
import os
import select
import time

import server
from attack import ASKS, MIB, Attack, all_from, try_to_send
from resp import Failure, encoded

PASSWORD = "a long and random one"


class GivenALineWithoutEnd(Attack):
    def refused_after(self, running, most, password="-"):
        """The byte that reaches the limit is one too many; nothing shorter is."""
        with self.attack(running, password):
            on_the_edge = self.connect(running, 50)
            for each in on_the_edge:
                each.sendall(b"A" * (most - 1))
            for each in self.connect(running, 50):
                try_to_send(each, b"A" * 4 * MIB)
                self.assertIn(all_from(each), (b"", b"-ERR Protocol error: too big inline request\r\n"))
            known = None if password == "-" else password
            self.await_count(running, "dropped_request_limit", 50, known)
            for each in on_the_edge:
                each.sendall(b"A")
                self.assertEqual(b"-ERR Protocol error: too big inline request\r\n", all_from(each))

    def test_when_the_line_reaches_64_kib_then_the_connection_is_closed(self):
        self.refused_after(self.serve(), 64 * 1024)

    def test_when_a_client_has_no_password_then_4_kib_close_the_connection(self):
        running = self.serve(env={"ALLOT_PASSWORD": PASSWORD})
        self.refused_after(running, 4 * 1024, PASSWORD)

    def test_when_the_operator_wants_it_shorter_then_it_is(self):
        self.refused_after(self.serve("--max-line", "1KiB"), 1024)


class Given500ClientsThatTrickle(Attack):
    def trickle(self, running, counter, request, password="-"):
        """Each sends a byte from time to time, so that it is never idle."""
        with self.attack(running, password):
            sockets = self.connect(running, 500)
            last_round = time.monotonic() + 20
            for byte in request:
                for each in sockets:
                    try_to_send(each, bytes([byte]))
                if time.monotonic() > last_round or self.is_closed(sockets[-1]):
                    break
                time.sleep(0.25)
            self.await_closed(sockets)
        known = None if password == "-" else password
        self.assertEqual("500", self.info(running, known)[counter])

    @staticmethod
    def is_closed(each):
        poll = select.poll()
        poll.register(each, select.POLLRDHUP)
        return bool(poll.poll(0))

    def test_when_a_request_does_not_end_then_there_is_a_deadline(self):
        running = self.serve("--request-timeout", "1s")
        self.trickle(running, "dropped_request_stalled", b"*2\r\n$4\r\nECHO\r\n$1000\r\n" + b"x" * 999)

    def test_when_clients_have_no_password_then_complete_commands_buy_no_time(self):
        running = self.serve("--handshake-timeout", "1s", env={"ALLOT_PASSWORD": PASSWORD})
        self.trickle(running, "dropped_handshake_stalled", b"RESET\r\n" * 200, PASSWORD)

    def test_when_clients_send_nothing_then_they_are_closed_as_idle(self):
        running = self.serve("--idle-timeout", "1s")
        self.trickle(running, "dropped_idle", b"")


class GivenLengthsThatLie(Attack):
    LIES = (
        (b"*1000000000\r\n", b"invalid multibulk length"),
        (b"*4097\r\n", b"invalid multibulk length"),
        (b"*9223372036854775807\r\n", b"invalid multibulk length"),
        (b"*18446744073709551617\r\n", b"invalid multibulk length"),
        (b"*-9223372036854775809\r\n", b"invalid multibulk length"),
        (b"*" + b"9" * 1000, b"invalid multibulk length"),
        (b"*0x10\r\n", b"invalid multibulk length"),
        (b"*+1\r\n", b"invalid multibulk length"),
        (b"*01\r\n", b"invalid multibulk length"),
        (b"*1\r\n$-1\r\n", b"invalid bulk length"),
        (b"*1\r\n$65537\r\n", b"invalid bulk length"),
        (b"*1\r\n$4294967296\r\n", b"invalid bulk length"),
        (b"*1\r\n$18446744073709551620\r\nPING\r\n", b"invalid bulk length"),
        (b"*1\r\n$ 4\r\nPING\r\n", b"invalid bulk length"),
        (b"*17\r\n" + b"$65536\r\n%b\r\n" % (b"x" * 65536) * 16, b"too big request"),
        (b"*1\r\n$4\r\nPINGPONG", b"expected CRLF after bulk string"),
    )
    BEFORE_AUTH = (
        (b"*11\r\n", b"unauthenticated multibulk length"),
        (b"*1\r\n$16385\r\n", b"unauthenticated bulk length"),
        (b"*1000000000\r\n", b"unauthenticated multibulk length"),
    )

    def test_when_a_length_is_absurd_then_it_is_a_protocol_error_and_nothing_is_allocated(self):
        self.refused(self.serve(), self.LIES)

    def test_when_a_client_has_no_password_then_smaller_lengths_are_refused(self):
        running = self.serve(env={"ALLOT_PASSWORD": PASSWORD})
        self.refused(running, self.LIES[4:6] + self.BEFORE_AUTH, PASSWORD)

    def refused(self, running, lies, password="-"):
        with self.attack(running, password):
            for raw, why in lies * 10:
                with self.subTest(raw=raw[:40]), running.client() as liar:
                    try_to_send(liar.socket, raw)
                    self.assertEqual(b"-ERR Protocol error: " + why + b"\r\n", all_from(liar.socket))

    def test_when_the_most_is_claimed_and_little_sent_then_nothing_is_reserved(self):
        running = self.serve()
        with self.attack(running):
            for each in self.connect(running, 1000):
                each.sendall(b"*4096\r\n$65536\r\n")
            self.await_count(running, "connected_clients", 1002)

    def test_when_1000_clients_send_almost_all_of_a_request_then_most_of_them_are_dropped(self):
        running = self.serve()
        with self.attack(running):
            almost = b"*16\r\n" + b"$65000\r\n%b\r\n" % (b"x" * 65000) * 15
            sockets = self.connect(running, 1000)
            for each in sockets:
                try_to_send(each, almost)
            info = self.await_count(running, "dropped_clients_memory", 900)
            self.assertLess(int(info["client_buffer_bytes"]), 41 * MIB)


class GivenClientsThatNeverRead(Attack):
    def flood(self, deaf, seconds=60):
        """Asks for much more than it sends, until the server takes no more of it."""
        deaf.settimeout(0.5)
        deadline = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError, ConnectionError):
            while time.monotonic() < deadline:
                deaf.send(ASKS)
            raise AssertionError("the server takes more and more")

    def test_when_a_client_pipelines_then_reading_stops_and_it_is_dropped_at_the_deadline(self):
        running = self.serve("--output-timeout", "3s")
        with self.attack(running):
            deaf, = self.connect(running, 1, receive_buffer=4096)
            self.flood(deaf)
            queued = [0]
            while (info := self.info(running))["dropped_output_stalled"] == "0":
                queued.append(int(info["client_output_bytes"]))
            self.await_closed([deaf])
        self.assertTrue(0 < max(queued) <= MIB, max(queued))
        self.assertEqual("0", info["dropped_output_limit"])

    def test_when_a_client_reads_slowly_then_it_is_served_on(self):
        """The system has space for a write again long after the client began to take something."""
        running = self.serve("--output-timeout", "2s")
        slow, = self.connect(running, 1, receive_buffer=4096)
        slow.sendall(ASKS[:len(encoded("COMMAND", "DOCS")) * 1500])
        deadline = time.monotonic() + 6
        while time.monotonic() < deadline:
            self.assertTrue(slow.recv(4000), "dropped although it reads")
            time.sleep(0.05)
        self.assertEqual("0", self.info(running)["dropped_output_stalled"])

    def test_when_many_clients_never_read_then_those_that_hold_most_are_dropped(self):
        running = self.serve("--max-clients-memory", "4MiB")
        asks = encoded("ECHO", b"x" * 60_000) * 20
        with self.attack(running):
            crowd = self.connect(running, 60, receive_buffer=4096)
            for each in crowd:
                each.setblocking(False)
            while int((info := self.info(running))["dropped_clients_memory"]) < 20:
                self.assertLessEqual(int(info["client_buffer_bytes"]), 5 * MIB)
                for each in crowd:
                    with contextlib.suppress(BlockingIOError, OSError):
                        each.send(asks)


class GivenOneMessageToMany(Attack):
    TEXT = b"x" * 65_000
    MESSAGE = encoded("message", "news", TEXT)

    def listen(self, running, count, **how):
        crowd = self.connect(running, count, **how)
        for each in crowd:
            each.sendall(encoded("SUBSCRIBE", "news"))
            each.recv(100)
        return crowd

    def test_when_subscribers_read_then_each_gets_the_whole_message(self):
        running = self.serve("--max-clients-memory", "4MiB")
        crowd = self.listen(running, 200)
        with self.attack(running), running.client() as sender:
            self.assertEqual(len(crowd), sender.call("PUBLISH", "news", self.TEXT))
            for each in crowd:
                with each.makefile("rb") as stream:
                    received = stream.read(len(self.MESSAGE))
                self.assertTrue(received == self.MESSAGE, len(received))
            self.assertEqual("0", self.info(running)["dropped_clients_memory"])

    def test_when_subscribers_read_nothing_then_some_are_dropped_and_the_sender_is_not(self):
        running = self.serve()
        self.listen(running, 1000, receive_buffer=4096)
        with self.attack(running), running.client() as sender:
            while self.info(running)["dropped_clients_memory"] == "0":
                sender.call("PUBLISH", "news", self.TEXT)


class GivenAPipelineOf100000Commands(Attack):
    def test_when_the_pipeline_comes_at_once_then_others_are_served_in_between(self):
        running = self.serve()
        count = 100_000
        with running.client() as client:
            client.call("ADDBATCH", "b", "LAMP", count)
        with self.attack(running):
            with running.client() as busy, running.client() as other:
                raw = b"".join(encoded("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(count))
                pid = os.fork()
                if pid == 0:
                    with contextlib.suppress(OSError):
                        busy.socket.sendall(raw)
                    os._exit(0)
                served = 0
                for _ in range(20):
                    for _ in range(count // 20):
                        self.assertEqual("b", busy.read())
                    self.assertEqual("PONG", other.call("PING"))
                    served += 1
                os.waitpid(pid, 0)
                self.assertEqual(0, other.call("AVAILABLE", "LAMP"))


class GivenABrowser(Attack):
    def test_when_a_page_makes_it_post_then_it_is_closed_at_once_and_nothing_is_executed(self):
        running = self.serve()
        with running.client() as client:
            client.call("ADDBATCH", "b", "LAMP", 10)
        body = b"ALLOCATE o LAMP 1\r\n" * 20
        with self.attack(running):
            for raw, said in (
                (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n" + body, b""),
                (b"post /" + b"A" * 60_000 + b" HTTP/1.1\r\n" + body, b""),
                (b"Host: x\r\n" + body, b""),
                (b"PUT / HTTP/1.1\r\nhost: x\r\n\r\n" + body, b"-ERR unknown command 'PUT'"),
                (b"GET / HTTP/1.1\r\nHOST: x\r\n\r\n" + body, b"-ERR unknown command 'GET'"),
            ) * 40:
                with running.client() as browser:
                    try_to_send(browser.socket, raw)
                    received = all_from(browser.socket)
                    self.assertTrue(received.startswith(said) if received else True, received)
                    self.assertLessEqual(received.count(b"\r\n"), 1)
        with running.client() as client:
            self.assertEqual(10, client.call("AVAILABLE", "LAMP"))
            self.assertEqual("200", client.info()["dropped_cross_protocol"])


class GivenBytesThatBreakLines(Attack):
    EVIL = (b"x\r\n+OK", b"\n", b"\r", b"\0", b"\xff\xfe", b"\r\n$3\r\nabc\r\n", b"\x1b[2J", b"\xe2\x80\xa8")

    def test_when_any_argument_of_any_command_has_them_then_a_reply_gains_no_frame(self):
        running = self.serve()
        with self.attack(running), running.client() as client:
            verbs = [verb for verb in client.call("COMMAND", "LIST")
                     if verb not in ("quit", "snapshot", "hello")]
            for version in (2, 3):
                for evil in self.EVIL:
                    self.stays_in_step(client, version, verbs, evil)
            self.assertEqual(("1", "1"), (client.info()["batches"], client.info()["lines"]))

    def stays_in_step(self, client, version, verbs, evil):
        commands = [(verb, *arguments)
                    for verb in (*verbs, evil)
                    for count in range(1, 5)
                    for at in range(count)
                    for arguments in [[b"1"] * at + [evil] + [b"1"] * (count - at - 1)]]
        self.assertIsInstance(client.call("HELLO", version), dict if version == 3 else list)
        for command in commands:
            if isinstance(command[0], str) and command[0].endswith("subscribe"):
                self.listens_in_step(client, version, command)
                continue
            reply, after = client.pipeline([command, ("ECHO", "in step")])
            self.assertEqual("in step", after, command)
            if isinstance(reply, Failure):
                self.assertTrue(reply.text.isprintable(), (command, reply))
            if reply == "RESET":
                client.call("HELLO", version)

    def listens_in_step(self, client, version, command):
        """A reply for each channel; a subscriber may send few other commands until RESET."""
        client.send(encoded(*command) + encoded("RESET") + encoded("ECHO", "in step"))
        while (reply := client.read()) != "RESET":
            self.assertEqual(command[0], reply[0], command)
        self.assertEqual("in step", client.read(), command)
        client.call("HELLO", version)


if __name__ == "__main__":
    server.main()
