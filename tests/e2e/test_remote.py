"""`allot import` and `export` against a running server, compared with a closed store."""

import contextlib
import shutil
import socket
import threading

import certificates
import server

NORTHWIND = server.DATA / "northwind"
FILES = ("batches.csv", "allocations.csv")


class RemoteCase(server.Case):
    def setUp(self):
        super().setUp()
        self.files = self.scratch / "in"
        self.files.mkdir()

    def write(self, **texts):
        for name, text in texts.items():
            (self.files / f"{name}.csv").write_text(text)

    def northwind(self):
        for name in ("batches.csv", "orders.csv"):
            shutil.copy(NORTHWIND / name, self.files)

    def run_ok(self, *arguments, **more):
        ran = server.allot(*arguments, **more)
        self.assertEqual((0, ""), (ran.returncode, ran.stderr), ran.stdout)
        return ran.stdout

    def run_bad(self, *arguments, code=1, **more):
        ran = server.allot(*arguments, **more)
        self.assertEqual((code, ""), (ran.returncode, ran.stdout), ran.stderr)
        return ran.stderr

    def offline(self, *options):
        """What an import into a closed store says, and what an export of it writes."""
        store = self.scratch / "offline"
        said = self.run_ok("import", "--data", store, *options, self.files)
        self.run_ok("export", "--data", store, self.scratch / "offline-out")
        return said.split(": ", 1)[1].rsplit("; ", 1)[0], self.read("offline-out")

    def online(self, running, *options, **more):
        to = f"127.0.0.1:{running.port}"
        said = self.run_ok("import", "--to", to, *options, self.files, **more)
        self.run_ok("export", "--from", to, *options, self.scratch / "online-out", **more)
        return said.split(": ", 1)[1].rstrip("\n"), self.read("online-out")

    def read(self, directory):
        return [(self.scratch / directory / name).read_bytes() for name in FILES]


class GivenAServer(RemoteCase):
    def test_when_files_are_imported_then_all_is_as_in_a_closed_store(self):
        self.northwind()
        running = self.serve()
        self.assertEqual(self.offline(), self.online(running))
        self.assertGreater(len(self.read("online-out")[1]), 9_000)
        with running.client() as client:
            short = client.call("SHORTAGES")
        self.assertEqual(1000, len(short))

    def test_when_orders_are_whole_then_all_is_as_in_a_closed_store(self):
        self.northwind()
        running = self.serve()
        self.assertEqual(self.offline("--whole-orders")[0],
                         self.run_ok("import", "--to", f"127.0.0.1:{running.port}", "--whole-orders",
                                     self.files).split(": ", 1)[1].rstrip("\n"))
        self.run_ok("export", "--to", f"127.0.0.1:{running.port}", self.scratch / "online-out")
        self.assertEqual(self.read("offline-out"), self.read("online-out"))

    def test_when_an_import_is_repeated_then_it_is_quiet(self):
        self.northwind()
        running = self.serve()
        self.online(running)
        with running.client() as client:
            before = client.info()["last_lsn"]
            said, _ = self.online(running)
            self.assertIn("already there: 368;", said)
            self.assertEqual(before, client.info()["last_lsn"])

    def test_when_batches_were_emptied_and_lines_moved_then_an_export_is_imported_elsewhere(self):
        running = self.serve()
        with running.client() as client:
            for command in (("ADDBATCH", "b1", "S", 10), ("ADDBATCH", "b2", "S", 10, "2030-01-02"),
                            ("ADDBATCH", "gone", "S", 5, "2030-01-01"), ("ALLOCATE", "o2", "S", 4),
                            ("ALLOCATE", "o1", "S", 5), ("SETQTY", "gone", 0),
                            ("SETQTY", "b1", 6), ("RESCHEDULE", "b2", "2031-01-01")):
                client.call(*command)
        to = f"127.0.0.1:{running.port}"
        self.run_ok("export", "--from", to, self.scratch / "first")
        self.assertIn(b"\ngone,S,0,2030-01-01\n", self.read("first")[0])
        other = self.serve(directory=self.scratch / "other")
        self.run_ok("import", "--to", f"127.0.0.1:{other.port}", self.scratch / "first")
        self.run_ok("export", "--from", f"127.0.0.1:{other.port}", self.scratch / "second")
        self.assertEqual(self.read("first"), self.read("second"))
        self.run_ok("import", "--data", self.scratch / "closed", self.scratch / "first")
        self.run_ok("export", "--data", self.scratch / "closed", self.scratch / "third")
        self.assertEqual(self.read("first"), self.read("third"))

    def test_when_rows_contradict_the_stock_then_each_is_named_and_nothing_changes(self):
        running = self.serve()
        with running.client() as client:
            client.call("ADDBATCH", "b1", "S", 10)
            client.call("ADDBATCH", "b2", "T", 10)
        self.write(batches="batch,sku,quantity,eta\nb1,S,11,\nb3,S,1,\nb3,S,2,\n",
                   allocations="order,sku,quantity,batch\no1,U,1,b1\no1,S,1,b9\no1,S,1,b2\n",
                   orders="order,sku,quantity\no1,U,1\no1,T,1\n")
        said = self.run_bad("import", "--to", f"127.0.0.1:{running.port}", self.files)
        taken = "the reference is taken by a batch with other contents"
        for line in (f"batches.csv:2:1: value 'b1': {taken}", f"batches.csv:4:1: value 'b3': {taken}",
                     "allocations.csv:2:4: value 'U': no batch of this SKU is known",
                     "allocations.csv:3:8: value 'b9': no batch has this reference",
                     "allocations.csv:4:8: value 'b2': this batch is of another SKU",
                     "orders.csv:2:4: value 'U': no batch of this SKU is known",
                     "allot import: bad input, nothing was changed"):
            self.assertIn(line + "\n", said)
        with running.client() as client:
            self.assertEqual("2", client.info()["last_lsn"])

    def test_when_rows_are_refused_later_then_it_prints_how_many_were_done(self):
        running = self.serve()
        self.write(batches="batch,sku,quantity,eta\nb1,S,10,\n",
                   allocations="order,sku,quantity,batch\no1,S,9,b1\no2,S,9,b1\no3,S,1,b1\n",
                   orders="order,sku,quantity\no1,S,1\n")
        said = self.run_bad("import", "--to", f"127.0.0.1:{running.port}", self.files)
        self.assertIn("allocations.csv:3:6: value '9': ", said)
        self.assertIn("imported so far: 1 of 1 batches, 2 of 3 allocations and 0 of 1 order lines, "
                      "of which 0 were there already", said)

    def test_when_others_write_meanwhile_then_an_export_is_a_state_that_the_store_had(self):
        running = self.serve("--durability", "os")
        to = f"127.0.0.1:{running.port}"
        with running.client() as client:
            client.pipeline(("ADDBATCH", f"b{i}", f"S{i % 7}", 50) for i in range(1500))
            client.call("ADDBATCH", "t", "TOKEN", 10)
            client.call("ALLOCATE", "token-0", "TOKEN", 1)
            client.pipeline(("ALLOCATE", f"o{i}", f"S{i % 7}", 3) for i in range(4000))
        ended = threading.Event()
        writing = threading.Thread(target=self.pass_on, args=(running, ended))
        writing.start()
        try:
            for _ in range(5):
                self.run_ok("export", "--from", to, self.scratch / "out")
                held = [row.split(",")[0] for row in self.read("out")[1].decode().splitlines()[1:]]
                tokens = sorted(int(order.removeprefix("token-")) for order in held
                                if order.startswith("token-"))
                # One of them, or for a moment the next one, too.
                self.assertTrue(tokens)
                self.assertIn(tokens[1:], ([], [tokens[0] + 1]))
                self.assertEqual(4000 + len(tokens), len(set(held)))
                self.assertEqual(len(held), len(set(held)))
        finally:
            ended.set()
            writing.join()

    @staticmethod
    def pass_on(running, ended):
        """Repeatedly allocates a line and releases the previous one. Their slots in memory are alternately the first
        and the last of all lines: a listing alone would miss both, or show two that were never there together."""
        with running.client() as client:
            number = 0
            while not ended.is_set():
                client.pipeline([("ALLOCATE", f"token-{number + 1}", "TOKEN", 1),
                                 ("DEALLOCATE", f"token-{number}")])
                number += 1


class GivenAServerThatIsHardToReach(RemoteCase):
    def setUp(self):
        super().setUp()
        self.write(batches="batch,sku,quantity,eta\nb1,S,10,\n")

    def refused(self, to, *options, **more):
        said = self.run_bad("import", "--to", to, *options, self.files, **more)
        self.assertEqual(1, len(said.splitlines()), said)
        self.assertIn(to, said)
        return said

    def test_when_nothing_listens_there_then_it_says_so(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            to = f"127.0.0.1:{free.getsockname()[1]}"
            self.assertIn("Connection refused; is 'allot serve' running there?", self.refused(to))

    def test_when_the_address_is_invalid_then_that_is_wrong_usage(self):
        for to in ("somewhere", "host:", "host:0", "host:65536", ":1", "::1:5"):
            said = self.run_bad("import", "--to", to, self.files, code=2)
            self.assertIn(f"to (flag --to): value '{to}': expected HOST:PORT", said)
        said = self.run_bad("import", "--to", "h:1", "--data", "x", self.files, code=2)
        self.assertIn("--data", said)

    def test_when_a_password_is_needed_then_it_is_given_from_a_file_or_the_environment(self):
        running = self.serve(env={"ALLOT_PASSWORD": "a secret"})
        to = f"127.0.0.1:{running.port}"
        said = self.refused(to)
        self.assertIn("NOAUTH", said)
        self.assertIn("--password-file, or in ALLOT_PASSWORD", said)
        self.assertIn("WRONGPASS", self.refused(to, env={"ALLOT_PASSWORD": "another"}))
        self.run_ok("import", "--to", to, self.files, env={"ALLOT_PASSWORD": "a secret"})
        password = self.scratch / "password"
        password.write_text("a secret\n")
        password.chmod(0o600)
        self.assertIn("already there: 1;",
                      self.run_ok("import", "--to", to, "--password-file", password, self.files))

    def test_when_the_server_speaks_tls_then_it_is_trusted_by_its_ca(self):
        ca = certificates.Authority(self.scratch)
        certificate, key = ca.sign("server")
        running = self.serve("--tls-cert", certificate, "--tls-key", key)
        to = f"127.0.0.1:{running.port}"
        self.assertIn("already there: 0;", self.run_ok("import", "--to", to, "--tls-ca", ca.pem, self.files))
        self.assertIn("already there: 1;", self.run_ok("import", "--to", f"localhost:{running.port}",
                                                       "--tls-ca", ca.pem, self.files))
        self.assertIn("verify failed", self.refused(to, "--tls"))
        other = certificates.Authority(self.scratch, "other")
        self.assertIn("verify failed", self.refused(to, "--tls-ca", other.pem))
        self.assertIn("--tls", self.refused(to))

    def test_when_the_server_wants_a_certificate_then_it_is_shown_one(self):
        ca = certificates.Authority(self.scratch)
        certificate, key = ca.sign("server")
        running = self.serve("--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", ca.pem)
        to = f"127.0.0.1:{running.port}"
        mine, my_key = ca.sign("me")
        self.run_ok("import", "--to", to, "--tls-ca", ca.pem, "--client-cert", mine, "--client-key",
                    my_key, self.files)
        self.refused(to, "--tls-ca", ca.pem)

    def test_when_the_server_is_something_else_then_it_says_so(self):
        running = self.serve("--http", "127.0.0.1:0")
        http = [word for line in running.log for word in line.split() if word.startswith("http=")][-1]
        self.assertIn("--listen, not of --http", self.refused(http.removeprefix("http=")))
        self.assertIn("no TLS with", self.refused(f"127.0.0.1:{running.port}", "--tls"))

    def test_when_the_server_closes_the_connection_then_it_says_how_far_it_came(self):
        with fake_server([b"*3\r\n:0\r\n:0\r\n*0\r\n"] * 2 + [b":1\r\n"]) as to:
            self.write(orders="order,sku,quantity\no1,S,1\n")
            said = self.refused(to)
            self.assertIn("has closed the connection; imported so far: 1 of 1 batches, 0 of 0 "
                          "allocations and 0 of 1 order lines", said)

    def test_when_the_server_is_loading_then_it_is_waited_for(self):
        loading = b"-LOADING Allot is loading: replaying journal, 42 %\r\n"
        page = b"*3\r\n:0\r\n:0\r\n*0\r\n"
        with fake_server([loading, loading, page, page, b":1\r\n"]) as to:
            ran = server.allot("import", "--to", to, self.files)
            self.assertEqual(0, ran.returncode, ran.stderr)
            self.assertEqual(1, ran.stderr.count("waiting for"))

    def test_when_the_server_is_another_server_then_it_says_so(self):
        with fake_server([b"-ERR unknown command 'EXPORT', with args beginning with: \r\n"]) as to:
            self.assertIn("is it Allot, and of this version?", self.refused(to))


@contextlib.contextmanager
def fake_server(replies):
    """Answers whatever comes with one reply after the other, then closes. Gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def answer():
            client, _ = listener.accept()
            with client:
                for reply in replies:
                    if not client.recv(65536):
                        return
                    client.sendall(reply)
                client.recv(65536)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


if __name__ == "__main__":
    server.main()
