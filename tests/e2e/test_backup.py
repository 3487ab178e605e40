"""Backups of a server under load, restores after the loss of the store, and repairs."""

import shutil
import signal
import time

import load
import server
import store_files


class GivenAServerUnderLoad(server.Case):
    def test_when_the_server_is_backed_up_then_each_backup_holds_everything_acknowledged_before(self):
        running = server.Server(self.store, "--segment-size", "64KiB",
                                "--snapshot-every", "192KiB")
        self.addCleanup(running.end)
        crowd = load.Crowd(running, "backup", 7)
        backup = self.scratch / "backup"
        enough = time.monotonic() + 15  # on a busy machine it grows faster than it is read
        for number in range(8):
            if number >= 3 and time.monotonic() > enough:
                break
            crowd.await_work(200 * (number + 1))
            with running.client() as client:
                last = int(client.info()["durable_lsn"])
            ran = server.allot("backup", self.store, backup)
            self.assertEqual(0, ran.returncode, ran.stdout + ran.stderr)
            said = self.assertGood(backup)
            self.assertGreaterEqual(int(said.split("last LSN ")[1].split(",")[0]), last)
            live = server.allot("check", "--live", self.store)
            self.assertEqual(0, live.returncode, live.stdout + live.stderr)
        running.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, running.await_end(60))  # a snapshot may have its rest to end first
        crowd.join()

    def test_when_the_store_is_lost_after_a_backup_then_a_server_serves_the_restored_one(self):
        running = self.serve()
        crowd = load.Crowd(running, "lost", 8)
        crowd.await_work(500)
        running.kill()
        crowd.join()
        backup = self.scratch / "backup"
        self.assertEqual(0, server.allot("backup", self.store, backup).returncode)
        shutil.rmtree(self.store)
        ran = server.allot("restore", backup, self.store)
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.assertEqual([], crowd.complaints(self.serve())[:5])


class GivenAStoreThatIsInUse(server.Case):
    def test_when_the_store_would_be_changed_then_that_is_refused(self):
        other = self.scratch / "other"
        self.serve(directory=other).stop()
        self.serve()
        for command in (["restore", other, self.store, "--replace"], ["backup", other, self.store],
                        ["repair", self.store, "--apply"], ["repair", self.store]):
            with self.subTest(command=command[0]):
                ran = server.allot(*command)
                self.assertNotEqual(0, ran.returncode)
                self.assertIn("is open in another process", ran.stderr)


class GivenADamagedStore(server.Case):
    def test_when_the_store_is_repaired_then_a_server_serves_the_kept_facts(self):
        running = self.serve()
        with running.client() as client:
            client.call("ADDBATCH", "b", "S", 100)
            for number in range(20):
                client.call("ALLOCATE", f"o{number}", "S", 1)
        running.kill()
        path = store_files.segments(self.store)[0]
        groups = [f for f in store_files.frames(path) if f.kind == store_files.GROUP]
        store_files.patch(path, groups[10].offset + 80, bytes(24))
        before = store_files.digest(self.store)
        refused = server.allot("serve", "--data", self.store, "--listen", "127.0.0.1:0")
        self.assertEqual(1, refused.returncode)
        dry = server.allot("repair", self.store)
        self.assertEqual(1, dry.returncode, dry.stderr)
        self.assertIn("would be lost: LSN 11 to 21", dry.stdout)
        self.assertEqual(before, store_files.digest(self.store))
        ran = server.allot("repair", self.store, "--apply")
        self.assertEqual(0, ran.returncode, ran.stdout + ran.stderr)
        self.assertGood(self.store)
        with self.serve().client() as client:
            self.assertEqual(91, client.call("AVAILABLE", "S"))


if __name__ == "__main__":
    server.main()
