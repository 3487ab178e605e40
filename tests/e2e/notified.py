"""A real mail server and a real receiver of webhooks that fail on demand, and a store that notifies them."""

import contextlib
import email
import email.policy
import email.utils
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time

import server

PATIENCE_S = 60
QUICK = ("--notify-retry-max", "200ms", "--notify-timeout", "1s")


class MailServer:
    def __init__(self, directory, *certificate):
        directory.mkdir(exist_ok=True)
        self._directory = directory
        self._certificate = certificate
        self.port = 0
        self._process = None
        self.is_to("good")
        self.start()

    def is_to(self, mode):
        (self._directory / "mode").write_text(mode)

    def start(self):
        script = pathlib.Path(__file__).with_name("smtp_server.py")
        self._process = subprocess.Popen(
            [sys.executable, script, self._directory, str(self.port), *self._certificate],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def mails(self):
        """(envelope, message) of each mail, in the order of their arrival."""
        kept = self._directory / "mails"
        if not kept.exists():
            return []
        mails = [json.loads(line) for line in kept.read_text().splitlines()]
        return [(mail, email.message_from_string(mail["content"], policy=email.policy.default))
                for mail in mails]

    def lsns(self):
        """The LSNs of the facts that they are about."""
        return [int(message["Message-ID"].split("-")[1]) for _, message in self.mails()]


class Receiver:
    """Answers a POST as `mode` says: good, broken (500), busy (429), gone (404), hangs.
    
    An answer that is not good has `retry_after` as Retry-After, if that is set: a text, or a function for one."""

    def __init__(self, tls=None):
        self.mode = "good"
        self.posts = []  # (header, body) of those that were answered well
        self.asked = []  # the mode of each, however it was answered
        self.times = []  # (time.monotonic(), mode) of each
        self.retry_after = None
        self.port = 0
        self._tls = tls
        self._server = None
        self._hanging = threading.Event()
        self._connections = []  # of which a client may keep some
        self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                receiver._connections.append(self.connection)

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mode = receiver.mode
                receiver.asked.append(mode)
                receiver.times.append((time.monotonic(), mode))
                if mode == "hangs":
                    receiver._hanging.wait(PATIENCE_S)
                    self.close_connection = True
                    return
                if mode == "good":
                    receiver.posts.append((self.headers, json.loads(body)))
                self.send_response({"good": 204, "broken": 500, "busy": 429, "gone": 404}[mode])
                self.send_header("Content-Length", "0")
                asks = receiver.retry_after
                if mode != "good" and asks:
                    self.send_header("Retry-After", asks() if callable(asks) else asks)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._hanging.clear()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._server = None
        self._hanging.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def lsns(self):
        return [body["lsn"] for _, body in self.posts]


class SinksCase(server.Case):
    def await_sinks(self, client, lag=0):
        """Waits until no more than so many facts are left to be delivered."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            info = client.info()
            if int(info["mail_lag_events"]) <= lag and int(info["webhook_lag_events"]) <= lag:
                return info
            self.assertLess(time.monotonic(), ends, info)
            time.sleep(0.02)

    def await_true(self, condition, client):
        ends = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), ends, client.info())
            time.sleep(0.02)

    def await_lag(self, client, field, wanted=0):
        self.await_true(lambda: int(client.info()[field]) <= wanted, client)


class NotifiedCase(SinksCase):
    def setUp(self):
        super().setUp()
        self.mail = MailServer(self.scratch / "mail")
        self.addCleanup(self.mail.kill)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.options = ("--smtp", f"smtp://127.0.0.1:{self.mail.port}",
                        "--mail-to", "stock@example.com",
                        "--webhook", f"http://127.0.0.1:{self.receiver.port}/in")

    def short(self):
        """The LSNs of all out_of_stock facts of a closed store."""
        lines = server.allot("dump", "--json", "--data", self.store).stdout.splitlines()
        facts = [json.loads(line) for line in lines]
        return [fact["lsn"] for fact in facts if fact["fact"] == "out_of_stock"]
