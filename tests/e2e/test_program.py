"""The program as an operator meets it: options, refusals, signals, files, and damage."""

import json
import os
import random
import shutil
import signal

import load
import server
import store_files


class GivenASecondServer(server.Case):
    def test_when_a_second_server_opens_the_same_store_then_it_is_refused(self):
        first = self.serve()
        second = server.allot("serve", "--data", self.store, "--listen", "127.0.0.1:0")
        self.assertEqual(1, second.returncode)
        self.assertIn(f"{self.store} is open in another process (process id {first.pid}): ", second.stderr)
        for way in ("--data", "allot check --live", "allot backup"):
            self.assertIn(way, second.stderr)
        self.assertNotIn("unavailable", second.stderr)
        with first.client() as client:
            self.assertEqual("PONG", client.call("PING"))

    def test_when_a_second_server_wants_the_same_port_then_it_is_refused(self):
        first = self.serve()
        address = f"127.0.0.1:{first.port}"
        second = server.allot("serve", "--data", self.scratch / "other", "--listen", address)
        self.assertEqual(1, second.returncode)
        self.assertIn(f"cannot listen on {address}", second.stderr)
        self.assertIn("in use; end what listens there, or give another port", second.stderr)

    def test_when_other_commands_need_the_store_alone_then_they_are_refused(self):
        self.serve()
        for command in (["export", str(self.scratch / "out")], ["import", str(self.scratch)],
                        ["check"]):
            (self.scratch / "batches.csv").write_text("batch,sku,quantity,eta\nb,A,1,\n")
            with self.subTest(command=command[0]):
                ran = server.allot(command[0], "--data", self.store, *command[1:])
                self.assertNotEqual(0, ran.returncode)
                self.assertIn("is open in another process", ran.stderr)


class GivenADirectoryThatIsNoStore(server.Case):
    def refused(self, directory):
        ran = server.allot("serve", "--data", directory, "--listen", "127.0.0.1:0")
        self.assertEqual(1, ran.returncode, ran.stderr)
        errors = [line for line in ran.stderr.splitlines() if line.startswith("allot serve: ")]
        self.assertEqual(1, len(errors), ran.stderr)
        return errors[0]

    def test_when_the_directory_cannot_be_made_then_the_path_is_named(self):
        (self.scratch / "file").write_text("")
        for directory in (self.scratch / "file" / "store", self.scratch / "file", "/proc/store"):
            with self.subTest(directory=directory):
                self.assertIn(str(directory), self.refused(directory))

    def test_when_the_directory_holds_other_files_then_they_are_named_and_stay(self):
        self.store.mkdir()
        (self.store / "notes.txt").write_text("mine")
        before = store_files.digest(self.store)
        self.assertIn("notes.txt", self.refused(self.store))
        self.assertEqual(before, store_files.digest(self.store))


class GivenOptions(server.Case):
    def usage(self, *arguments, **more):
        ran = server.allot(*arguments, **more)
        self.assertEqual((2, ""), (ran.returncode, ran.stdout), ran.stderr)
        self.assertEqual(1, len(ran.stderr.splitlines()), ran.stderr)
        return ran.stderr

    def config(self, *arguments, **env):
        ran = server.allot("serve", "--print-config", *arguments, env=env)
        self.assertEqual(0, ran.returncode, ran.stderr)
        lines = [line for line in ran.stdout.splitlines() if not line.startswith("#")]
        return dict(line.split(" = ", 1) for line in lines)

    def test_when_options_are_wrong_then_one_line_says_which_and_how(self):
        for arguments, parts in (
            (["serv"], ["'serv'"]),
            (["serve", "--port", "1"], ["--port"]),
            (["serve", "--durability", "never"], ["durability", "'never'", "flag --durability"]),
            (["serve", "--listen", "here"], ["listen", "'here'"]),
            (["serve", "--listen", "127.0.0.1:65536"], ["'127.0.0.1:65536'"]),
            (["serve", "--listen", "0.0.0.0:0"], ["0.0.0.0:0"]),
            (["serve", "--data"], ["data"]),
            (["serve", "--data", ""], ["data"]),
            (["serve", "x"], ["'x'"]),
            (["serve", "--max-clients=0"], ["max-clients", "'0'"]),
            (["allocate"], ["DIR"]),
            (["dump", "--from", "0"], ["from", "'0'"]),
        ):
            with self.subTest(arguments=arguments):
                said = self.usage(*arguments)
                for part in parts:
                    self.assertIn(part, said)

    def test_when_the_file_has_an_unknown_key_then_its_line_is_named(self):
        ini = self.scratch / "allot.ini"
        ini.write_text("# mine\ndata = x\ncolour = red\n")
        said = self.usage("serve", "--config", ini)
        self.assertIn(f"{ini}:3: 'colour'", said)
        self.assertIn("no-such.ini", self.usage("serve", "--config", self.scratch / "no-such.ini"))

    def test_when_options_come_from_several_sources_then_the_nearest_wins(self):
        ini = self.scratch / "allot.ini"
        ini.write_text("data = from-ini\ndurability = interval=7ms\nmax-clients = 70\n")
        merged = self.config("--config", ini, "--data", "from-flag",
                             ALLOT_DATA="from-env", ALLOT_DURABILITY="os")
        self.assertEqual("from-flag", merged["data"])
        self.assertEqual("os", merged["durability"])
        self.assertEqual("70", merged["max-clients"])
        self.assertEqual("127.0.0.1:25568", merged["listen"])
        self.assertEqual("always", self.config()["durability"])
        self.assertEqual("from-ini", self.config(ALLOT_CONFIG=str(ini))["data"])

    def test_when_the_printed_settings_are_read_back_then_they_are_the_same(self):
        printed = server.allot("serve", "--print-config", "--max-clients", "5").stdout
        (self.scratch / "again.ini").write_text(printed)
        again = self.config("--config", self.scratch / "again.ini")
        self.assertEqual(("5", "always"), (again["max-clients"], again["durability"]))

    def test_when_called_with_help_or_version_then_it_is_printed(self):
        self.assertRegex(server.allot("--version").stdout, r"^allot \d+\.\d+\.\d+\n$")
        overview = server.allot("--help").stdout
        for command in ("serve", "allocate", "import", "export", "check", "repair", "dump", "backup",
                        "restore"):
            self.assertIn(command, overview)
            ran = server.allot(command, "--help")
            self.assertEqual((0, ""), (ran.returncode, ran.stderr))
            self.assertIn(f"allot {command}", ran.stdout)
            self.assertEqual(ran.stdout, server.allot(command, "-h").stdout)
        self.assertEqual(2, server.allot().returncode)


class GivenASignal(server.Case):
    def test_when_the_signal_comes_under_load_then_the_server_ends_well_and_nothing_is_lost(self):
        for number, mode in (
            (signal.SIGTERM, "always"), (signal.SIGINT, "always"),
            (signal.SIGTERM, "interval=60s"), (signal.SIGTERM, "os"),
        ):
            with self.subTest(signal=number.name, mode=mode):
                running = self.serve("--durability", mode)
                crowd = load.Crowd(running, f"{number.name}-{mode}", 1)
                crowd.await_work(1000)
                with server.within(server.STOP_S, "to stop"):
                    self.assertEqual(0, running.stop(number), running.text)
                crowd.join()
                self.assertRegex(running.text, r"(?s)msg=draining.*msg=stopped")
                self.assertTrue(list(self.store.glob("snapshot-*")), os.listdir(self.store))
                self.assertGood(self.store)
                again = self.serve()
                self.assertEqual([], crowd.complaints(again)[:5])
                self.assertNotIn("level=warning", again.text)
                again.kill()

    def test_when_a_client_never_reads_then_the_server_still_ends_in_time(self):
        running = self.serve()
        deaf = self.client(running)
        deaf.send(b"COMMAND DOCS\r\n" * 3000)
        with running.client() as client:
            self.assertEqual("PONG", client.call("PING"))
        self.assertEqual(0, running.stop())


class GivenAStoreThatWasKilled(server.Case):
    """With 100 acknowledged orders in it."""

    def setUp(self):
        super().setUp()
        running = self.serve()
        with running.client() as client:
            client.call("ADDBATCH", "b", "LAMP", 1000)
            for number in range(100):
                self.assertEqual("b", client.call("ALLOCATE", f"o{number}", "LAMP", 1))
        running.kill()
        self.journal = store_files.segments(self.store)[-1]

    def assertAllThere(self, running):
        with running.client() as client:
            self.assertEqual([["b", "warehouse", 1000, 900]], client.call("STOCK", "LAMP"))
            held = client.pipeline(("ALLOCATIONS", f"o{number}") for number in range(100))
            self.assertEqual([[["LAMP", 1, "b"]]] * 100, held)

    def assertCutOff(self, garbage):
        copy = self.scratch / "copy"
        shutil.copytree(self.store, copy)
        store_files.patch(copy / self.journal.name, store_files.end_of(self.journal), garbage)
        self.assertGood(copy)
        running = self.serve(directory=copy)
        self.assertAllThere(running)
        self.assertRegex(running.text, r"level=warning .*torn tail is cut off: \d+ bytes")
        self.assertEqual(0, running.stop())
        self.assertGood(copy)

    def test_when_garbage_follows_the_end_then_it_is_cut_off_with_a_warning(self):
        self.assertCutOff(random.Random(7).randbytes(300))

    def test_when_half_a_frame_follows_the_end_then_it_is_cut_off_with_a_warning(self):
        last = store_files.frames(self.journal)[-1]
        self.assertCutOff(self.journal.read_bytes()[last.offset :][: last.bytes // 2])

    def test_when_the_file_ends_with_its_last_frame_then_it_is_refused_for_its_length(self):
        os.truncate(self.journal, store_files.end_of(self.journal))
        ran = server.allot("serve", "--data", self.store, "--listen", "127.0.0.1:0")
        self.assertEqual(1, ran.returncode, ran.stderr)
        self.assertIn(f"{self.journal.name}: offset 0, LSN 1: the file has", ran.stderr)

    def test_when_a_byte_in_the_middle_is_flipped_then_it_is_refused_and_nothing_is_changed(self):
        frames = store_files.frames(self.journal)
        for frame in (frames[1], frames[len(frames) // 2]):
            for within in (0, 16, frame.bytes - 9):
                with self.subTest(frame=frame, within=within):
                    self._check_refusal(frame, within)

    def _check_refusal(self, frame, within):
        store_files.flip(self.journal, frame.offset + within)
        before = store_files.digest(self.store)
        position = f"{self.journal.name}: offset {frame.offset}, LSN {frame.first_lsn}: "
        for command in (["serve", "--listen", "127.0.0.1:0"], ["export", str(self.scratch / "x")]):
            ran = server.allot(command[0], "--data", self.store, *command[1:])
            self.assertEqual(1, ran.returncode, ran.stderr)
            self.assertIn(position, ran.stderr)
            for way in (f"'allot check {self.store}'", f"'allot repair {self.store}'",
                        f"'allot restore --replace BACKUP {self.store}'"):
                self.assertIn(way, ran.stderr)
        checked = server.allot("check", "--data", self.store)
        self.assertEqual(1, checked.returncode)
        self.assertIn(position, checked.stdout)
        self.assertEqual(before, store_files.digest(self.store))
        store_files.flip(self.journal, frame.offset + within)

    def test_when_the_store_is_dumped_then_facts_are_json_lines_in_order(self):
        ran = server.allot("dump", "--json", "--data", self.store)
        self.assertEqual((0, ""), (ran.returncode, ran.stderr))
        facts = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(list(range(1, 102)), [fact["lsn"] for fact in facts])
        self.assertEqual("batch_added", facts[0]["fact"])
        self.assertEqual(("line_allocated", "o99", "LAMP", 1, "b"), tuple(
            facts[100][key] for key in ("fact", "order", "sku", "quantity", "batch")))
        rest = server.allot("dump", "--from", "100", "--data", self.store).stdout.splitlines()
        self.assertEqual(["100", "101"], [line.split()[0] for line in rest])


if __name__ == "__main__":
    server.main()
