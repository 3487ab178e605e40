"""TLS: real clients, wrong certificates, and clients that do not end what they began."""

import contextlib
import select
import signal
import socket
import ssl
import struct
import subprocess
import time

import certificates
import server
from resp import Client, encoded


MIB = 1024 * 1024


class SecureCase(server.Case):
    def setUp(self):
        super().setUp()
        self.ca = certificates.Authority(self.scratch)
        self.certificate, self.key = self.ca.sign("server")

    def serve_tls(self, *options, **more):
        return self.serve("--tls-cert", self.certificate, "--tls-key", self.key, *options, **more)

    def secure(self, running, certificate=None):
        client = Client(running.address, self.ca.client(certificate))
        self.addCleanup(client.close)
        return client

    def tool(self, running, name, *arguments, ca=None, code=0):
        ran = subprocess.run(
            [server.tool(name), "-h", "127.0.0.1", "-p", str(running.port), "--tls",
             "--cacert", ca or self.ca.pem, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60, check=False)
        self.assertEqual(code, ran.returncode, ran.stdout)
        return ran.stdout

    def await_count(self, client, field, least):
        deadline = time.monotonic() + 20
        while int(client.info()[field]) < least:
            self.assertLess(time.monotonic(), deadline, client.info())
            time.sleep(0.05)

    def assertRefused(self, running, context):
        """The client is not served, whichever side says so."""
        with self.assertRaises((ssl.SSLError, EOFError, ConnectionError)):
            with Client(running.address, context) as client:
                client.call("PING")


class GivenAServerWithACertificate(SecureCase):
    def test_when_redis_cli_speaks_tls_then_it_is_served(self):
        running = self.serve_tls("--sample-stock")
        self.assertIn("tls=yes", running.text)
        self.assertEqual("batch-001\n", self.tool(running, "redis-cli", "ALLOCATE", "o", "SMALL-TABLE", "2"))
        self.assertIn("proto", self.tool(running, "redis-cli", "-3", "HELLO", "3"))
        said = self.tool(running, "redis-benchmark", "-t", "ping", "-q", "-n", "5000", "-P", "16")
        self.assertEqual(2, said.count("requests per second, p50"), said)

    def test_when_many_commands_are_sent_at_once_then_all_are_answered_in_order(self):
        client = self.secure(self.serve_tls())
        client.call("ADDBATCH", "b", "LAMP", 20_000)
        commands = [("ALLOCATE", f"o{i}", "LAMP", 1) if i % 2 else ("ECHO", "x" * (i % 3000))
                    for i in range(4000)]
        for number, reply in enumerate(client.pipeline(commands)):
            self.assertEqual("b" if number % 2 else "x" * (number % 3000), reply)

    def test_when_versions_differ_then_only_1_2_and_1_3_are_spoken(self):
        running = self.serve_tls()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.ca.client()
            context.minimum_version = context.maximum_version = version
            with Client(running.address, context) as client:
                self.assertEqual("PONG", client.call("PING"))
        old = self.ca.client()
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        self.assertRefused(running, old)

    def test_when_the_client_trusts_another_ca_then_it_goes_and_others_are_served(self):
        running = self.serve_tls()
        other = certificates.Authority(self.scratch, "other")
        self.tool(running, "redis-cli", "PING", ca=other.pem, code=1)
        self.assertRefused(running, other.client())
        client = self.secure(running)
        self.await_count(client, "dropped_tls_failed", 2)

    def test_when_there_is_a_password_too_then_it_is_required(self):
        running = self.serve_tls(env={"ALLOT_PASSWORD": "secret"}, listen="0.0.0.0:0")
        self.assertNotIn("level=warning", running.text)
        running.address = ("127.0.0.1", running.port)
        client = self.secure(running)
        self.assertFails(client.call("PING"), "NOAUTH")
        self.assertEqual("OK", client.call("AUTH", "secret"))
        self.assertEqual("PONG", client.call("PING"))

    def test_when_a_client_quits_or_the_server_ends_then_the_end_is_announced(self):
        running = self.serve_tls()
        quits, stays = self.secure(running), self.secure(running)
        quits.send(encoded("QUIT"))
        self.assertEqual(b"+OK\r\n", quits.rest())  # an ssl.SSLEOFError were it cut off
        stays.call("ADDBATCH", "b", "LAMP", 1_000_000)
        stays.send(b"".join(encoded("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(2000)))
        self.assertEqual("b", stays.read())
        running.process.send_signal(signal.SIGTERM)
        answered = 1 + stays.rest().count(b"$1\r\nb\r\n")
        stays.close()
        self.assertEqual(0, running.await_end())
        with self.serve().client() as client:
            self.assertEqual(1_000_000 - answered, client.call("AVAILABLE", "LAMP"))


class GivenAServerThatAsksForCertificates(SecureCase):
    def setUp(self):
        super().setUp()
        self.running = self.serve_tls("--tls-client-ca", self.ca.pem)

    def test_when_a_client_has_a_certificate_of_the_ca_then_it_is_served(self):
        cert, key = self.ca.sign("till-4")
        self.assertEqual("PONG\n", self.tool(self.running, "redis-cli", "--cert", cert, "--key", key, "PING"))
        self.assertEqual("PONG", self.secure(self.running, (cert, key)).call("PING"))

    def test_when_a_client_has_no_or_another_certificate_then_it_is_refused_and_counted(self):
        self.assertNotIn("PONG", self.tool(self.running, "redis-cli", "PING", code=1))
        self.assertRefused(self.running, self.ca.client())
        other = certificates.Authority(self.scratch, "other")
        self.assertRefused(self.running, self.ca.client(other.sign("thief")))
        client = self.secure(self.running, self.ca.sign("till-4"))
        self.await_count(client, "dropped_tls_failed", 3)

    def test_when_the_address_is_public_then_no_password_is_needed(self):
        running = self.serve_tls("--tls-client-ca", self.ca.pem, listen="0.0.0.0:0",
                                 directory=self.scratch / "other-store")
        self.assertIn("password=no", running.text)


class GivenClientsThatMistakeThePort(SecureCase):
    def test_when_a_client_speaks_plain_to_a_tls_port_then_it_is_dropped(self):
        running = self.serve_tls()
        known = self.secure(running)
        for raw in (b"PING\r\n", encoded("PING"), b"GET / HTTP/1.1\r\n\r\n", b"\0" * 1000, b"\x16\x03\x01\xff\xff" * 99):
            with running.client() as plain:
                plain.send(raw)
                try:
                    self.assertNotIn(b"PONG", plain.rest())
                except ConnectionError:
                    pass  # closed with bytes of ours unread
        self.await_count(known, "dropped_tls_failed", 5)
        self.assertEqual("PONG", known.call("PING"))

    def test_when_a_client_speaks_tls_to_a_plain_port_then_it_gets_an_error_at_once(self):
        running = self.serve()
        with self.assertRaises(ssl.SSLError):
            self.secure(running)
        self.tool(running, "redis-cli", "PING", code=1)
        with running.client() as client:
            self.await_count(client, "dropped_protocol_error", 2)


class GivenHandshakesThatDoNotEnd(SecureCase):
    def hello(self):
        """The first bytes that a client sends."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.ca.client().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def test_when_a_handshake_stops_anywhere_then_there_is_a_deadline(self):
        running = self.serve_tls("--handshake-timeout", "1s")
        known = self.secure(running)
        hello = self.hello()
        before = running.resident_bytes()
        sockets = []
        for number in range(300):
            each = socket.create_connection(running.address)
            self.addCleanup(each.close)
            each.sendall(hello[: (0, 3, 100, len(hello))[number % 4]])
            sockets.append(each)
        grown = (running.resident_bytes() - before) / 300 / 1024
        print(f"\n  {grown:.0f} KiB of memory for each", flush=True)
        poll = select.poll()
        for each in sockets:
            poll.register(each, select.POLLRDHUP)
        waiting = {each.fileno() for each in sockets}
        deadline = time.monotonic() + 20
        while waiting and time.monotonic() < deadline:
            for fd, _ in poll.poll(250):
                waiting.discard(fd)
                poll.unregister(fd)
        self.assertEqual(set(), waiting)
        self.assertEqual("300", known.info()["dropped_handshake_stalled"])


    def test_when_thousands_of_handshakes_stop_in_a_long_message_then_memory_is_bounded(self):
        running = self.serve_tls()
        known = self.secure(running)
        claimed = 16_000
        message = b"\x01" + claimed.to_bytes(3, "big") + b"\x03\x03" + b"a" * 15_000
        part = b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message
        before = running.resident_bytes()
        for _ in range(2000):
            each = socket.create_connection(running.address)
            self.addCleanup(each.close)
            with contextlib.suppress(ConnectionError):
                each.sendall(part)
        self.assertEqual("PONG", known.call("PING"))
        self.await_count(known, "dropped_clients_memory", 1)
        grown = (running.resident_bytes() - before) / MIB
        print(f"\n  {grown:.1f} MiB of memory for all", flush=True)
        self.assertLess(grown, 64)


class GivenAConnectionThatBreaks(SecureCase):
    def test_when_clients_die_in_the_middle_then_others_are_served(self):
        running = self.serve_tls()
        known = self.secure(running)
        known.call("ADDBATCH", "b", "LAMP", 1_000_000)
        for number in range(50):
            client = Client(running.address, self.ca.client())
            client.send(b"".join(encoded("ALLOCATE", f"{number}-{i}", "LAMP", 1) for i in range(100)))
            if number % 2:  # with a reset, as a crash or a firewall would
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            self.assertEqual("PONG", known.call("PING"))
        deadline = time.monotonic() + 20
        while known.info()["connected_clients"] != "1":
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(0, running.stop())
        self.assertGood(self.store)

    def test_when_the_server_is_killed_in_the_middle_then_everything_acknowledged_is_there(self):
        running = self.serve_tls()
        client = self.secure(running)
        client.call("ADDBATCH", "b", "LAMP", 1_000_000)
        client.send(b"".join(encoded("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(5000)))
        acknowledged = 0
        try:
            while client.read() == "b":
                acknowledged += 1
                if acknowledged == 100:
                    running.kill()
        except (EOFError, OSError):
            pass
        with self.serve().client() as again:
            self.assertLessEqual(again.call("AVAILABLE", "LAMP"), 1_000_000 - acknowledged)
        self.assertGreaterEqual(acknowledged, 100)


class GivenFilesForTls(SecureCase):
    def refused(self, *options):
        ran = server.allot("serve", "--data", self.store, "--listen", "127.0.0.1:0", *options)
        self.assertEqual((2, ""), (ran.returncode, ran.stdout))
        self.assertEqual(1, len(ran.stderr.splitlines()), ran.stderr)
        self.assertFalse(self.store.exists())
        return ran.stderr

    def test_when_a_file_cannot_be_used_then_one_line_names_it_and_nothing_is_made(self):
        junk = self.scratch / "junk.pem"
        junk.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n")
        none = str(self.scratch / "none.pem")
        _, other_key = self.ca.sign("other")
        cert, key, ca = "--tls-cert", "--tls-key", "--tls-client-ca"
        for options, parts in (
            ((cert, none, key, self.key), (none, "No such file")),
            ((cert, self.certificate, key, none), (none, "No such file")),
            ((cert, str(junk), key, self.key), ("the certificate in", str(junk))),
            ((cert, self.certificate, key, str(junk)), ("the key in", str(junk))),
            ((cert, self.certificate, key, other_key), (other_key, "mismatch")),
            ((cert, self.certificate, key, self.key, ca, none), (none,)),
            ((cert, self.certificate, key, self.key, ca, str(junk)), (str(junk),)),
            ((cert, self.certificate), ("tls-key: is needed",)),
            ((key, self.key), ("tls-cert: is needed",)),
            ((ca, self.ca.pem), ("tls-cert: is needed",)),
        ):
            with self.subTest(options=options):
                said = self.refused(*options)
                for part in parts:
                    self.assertIn(part, said)

    def test_when_the_key_is_encrypted_then_there_is_no_prompt_for_its_password(self):
        locked = str(self.scratch / "locked.key")
        subprocess.run([server.tool("openssl"), "ec", "-aes256", "-passout", "pass:secret",
                        "-in", self.key, "-out", locked], check=True, capture_output=True)
        self.assertIn(locked, self.refused("--tls-cert", self.certificate, "--tls-key", locked))

    def test_when_everyone_can_read_the_key_then_there_is_a_warning(self):
        (self.scratch / "server.key").chmod(0o644)
        self.assertRegex(self.serve_tls().text, "level=warning .*every user of this machine can read the key")


if __name__ == "__main__":
    server.main()
