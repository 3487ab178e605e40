"""Attacks by connections: too many of them, wrong passwords, other machines, and a server that ends during an
attack. See attack.py."""

import contextlib
import os
import resource
import signal
import sys
import time

import load
import server
from attack import ASKS, Attack, all_from
from resp import Client, encoded

PASSWORD = "a long and random one"
REFUSAL = b"-ERR max number of clients reached\r\n"


class GivenMoreConnectionsThanAllowed(Attack):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.most = min(10_000, hard - 300)  # where a test may not open more
        if self.most < 10_000:
            print(f"\n  with {self.most} clients: descriptors end at {hard}", file=sys.stderr)

    def test_when_the_10001st_connects_then_it_gets_an_error_and_is_accepted_once_another_leaves(self):
        running = self.serve("--max-clients", str(self.most))
        with self.attack(running):
            crowd = self.connect(running, self.most - 1)  # and the polite one
            for late in self.connect(running, 100):
                self.assertEqual(REFUSAL, all_from(late))
            for each in crowd[:100]:
                each.sendall(b"PING\r\n")
                self.assertEqual(b"+PONG\r\n", each.recv(7))
            crowd.pop().close()
            self.assertEqual("PONG", self.accepted(running).call("PING"))
        info = self.info(running)
        self.assertGreaterEqual(int(info["dropped_clients_max"]), 100)

    def accepted(self, running):
        """A client, once there is space for one."""
        deadline = time.monotonic() + 20
        while True:
            client = self.client(running)
            if client.call("PING") == "PONG":
                return client
            self.assertLess(time.monotonic(), deadline, "it never accepts again")

    def test_when_descriptors_run_out_then_the_next_get_an_error_and_later_ones_are_accepted(self):
        running = self.serve()
        with self.attack(running):
            known = self.connect(running, 20)
            for each in known:
                each.sendall(b"PING\r\n")
                self.assertEqual(b"+PONG\r\n", each.recv(7))
            before = resource.prlimit(running.pid, resource.RLIMIT_NOFILE)
            open_now = max(map(int, os.listdir(f"/proc/{running.pid}/fd"))) + 1
            resource.prlimit(running.pid, resource.RLIMIT_NOFILE, (open_now, before[1]))
            for late in self.connect(running, 200):
                self.assertEqual(REFUSAL, all_from(late))
            known[0].sendall(b"PING\r\n")
            self.assertEqual(b"+PONG\r\n", known[0].recv(7))
            resource.prlimit(running.pid, resource.RLIMIT_NOFILE, before)
            self.assertEqual("PONG", self.accepted(running).call("PING"))
        self.assertGreaterEqual(int(self.info(running)["dropped_no_descriptors"]), 200)
        self.assertEqual(0, running.stop())
        self.assertGood(self.store)


class Given1000WrongPasswords(Attack):
    def test_when_passwords_are_guessed_then_each_is_answered_late_and_every_tenth_is_the_last(self):
        running = self.serve(env={"ALLOT_PASSWORD": PASSWORD})
        with self.attack(running, PASSWORD):
            guessers = [self.client(running) for _ in range(100)]
            began = time.monotonic()
            for number, each in enumerate(guessers):
                each.send(b"".join(encoded("AUTH", f"{PASSWORD}{number}{i}") for i in range(20)))
                each.send(encoded("AUTH", PASSWORD) + encoded("INFO"))
            with running.client() as known:
                self.assertEqual("OK", known.call("AUTH", PASSWORD))
                self.assertLess(int(known.info()["errorstat_WRONGPASS"].split("=")[1]), 1000)
            for each in guessers:
                received = all_from(each.socket)
                self.assertEqual(10, received.count(b"-WRONGPASS "))
                self.assertEqual(10, received.count(b"\r\n"))
            # Not how fast, but how slow it has to be, by the clock of the server's own deadlines.
            self.assertGreater(time.monotonic() - began, 5)
        info = self.info(running, PASSWORD)
        self.assertEqual(("count=1000", "100"),
                         (info["errorstat_WRONGPASS"], info["dropped_wrong_passwords"]))


class GivenAnAddressThatOthersReach(server.Case):
    def test_when_there_is_no_password_then_the_server_does_not_start_and_makes_no_store(self):
        for listen in ("0.0.0.0:0", "[::]:0"):
            ran = server.allot("serve", "--data", self.store, "--listen", listen)
            self.assertEqual(2, ran.returncode, ran.stderr)
            self.assertIn("other machines reach it", ran.stderr)
            self.assertFalse(self.store.exists())

    def test_when_the_option_allows_it_then_the_server_starts(self):
        running = self.serve("--listen-without-password", listen="0.0.0.0:0")
        self.assertIn("password=no", running.text)
        with Client(("127.0.0.1", running.port)) as client:
            self.assertEqual("PONG", client.call("PING"))

    def test_when_there_is_a_password_then_the_server_starts_and_never_shows_it(self):
        secret = self.scratch / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o644)
        running = self.serve("--password-file", str(secret), listen="0.0.0.0:0")
        self.assertRegex(running.text, r"level=warning .*every user of this machine can read")
        self.assertRegex(running.text, r"level=warning .*without TLS")
        with Client(("127.0.0.1", running.port)) as client:
            self.assertFails(client.call("PING"), "NOAUTH", "Authentication required.")
            self.assertFails(client.call("AUTH", "guess"), "WRONGPASS")
            self.assertEqual("OK", client.call("AUTH", PASSWORD))
            shown = client.call("INFO") + client.call("CLIENT", "LIST")
            shown += repr(client.call("CONFIG", "GET", "*"))
        self.assertEqual(0, running.stop())
        self.assertNotIn(PASSWORD, shown + running.text)


class GivenASignalUnderLoad(Attack):
    def test_when_the_signal_comes_amid_every_attack_then_it_ends_in_time_and_loses_no_reply(self):
        running = self.serve("--max-clients", "1000")
        crowd = load.Crowd(running, "load", 1)
        deaf = self.connect(running, 20, receive_buffer=4096)
        for each in deaf:
            each.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                each.send(ASKS)
        for each in self.connect(running, 100):
            each.sendall(b"*2\r\n$4\r\nECHO\r\n$1000\r\nx")
        crowd.await_work(1000)
        with server.within(server.STOP_S, "to stop"):
            self.assertEqual(0, running.stop(signal.SIGTERM), running.text)
        crowd.join()
        self.assertGood(self.store)
        again = self.serve()
        self.assertEqual([], crowd.complaints(again)[:5])

    def test_when_a_pipeline_was_read_then_all_of_it_is_answered(self):
        running = self.serve()
        with running.client() as client:
            client.call("ADDBATCH", "b", "LAMP", 1_000_000)
            client.send(b"".join(encoded("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(2000)))
            self.assertEqual("b", client.read())
            running.process.send_signal(signal.SIGTERM)
            received = client.rest()
        self.assertEqual(0, running.await_end())
        answered = 1 + received.count(b"$1\r\nb\r\n")
        self.assertEqual(b"$1\r\nb\r\n" * (answered - 1), received)
        with self.serve().client() as client:
            self.assertEqual(1_000_000 - answered, client.call("AVAILABLE", "LAMP"))


if __name__ == "__main__":
    server.main()
