"""No acknowledged allocation is lost, and none is there twice, however the server ends."""

import os
import random
import resource
import shutil
import time
import unittest

import load
import server
import store_files

KILLS = 20
SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))


class GivenAServerUnderLoad(server.Case):
    def test_when_the_server_is_killed_at_random_moments_then_everything_acknowledged_is_there(self):
        print(f"SEED={SEED}", flush=True)
        rng = random.Random(SEED)
        options = ("--segment-size", "64KiB", "--snapshot-every", "192KiB")
        crowds = []
        acknowledged = 0
        running = self._serve(options)
        for kill in range(KILLS):
            crowd = load.Crowd(running, f"k{kill}", SEED)
            crowds.append(crowd)
            crowd.await_work(50)
            time.sleep(rng.uniform(0.01, 0.6))  # the random moment itself
            running.kill()
            crowd.join()
            self.assertEqual([], crowd.failures)
            self.assertGood(self.store)
            if kill % 4 == 3:
                self._kill_while_starting(options, rng)
            running = self._serve(options)
            found = crowd.complaints(running)
            self.assertEqual([], found[:5], f"after kill {kill}, SEED={SEED}\n{running.text}")
            acknowledged += crowd.acknowledged()
        crowds.append(self._await_changed_files(running))
        self.assertEqual(0, running.stop())
        crowds[-1].join()
        self._check_all_in_the_end(crowds)
        self.assertGreaterEqual(acknowledged, KILLS * 50)
        print(f"{KILLS} kills, {acknowledged} acknowledged commands, all there", flush=True)

    def _serve(self, options):
        started = server.Server(self.store, *options)
        self.addCleanup(started.end)
        return started

    def _kill_while_starting(self, options, rng):
        starting = server.Server(self.store, *options, await_start=False)
        time.sleep(rng.uniform(0, 0.05))
        starting.kill()

    def _await_changed_files(self, running):
        """Works until snapshots are taken and journal files removed, if kills have not come to hit those yet."""
        crowd = load.Crowd(running, "last", SEED)
        deadline = time.monotonic() + 120
        while (self.store / "journal-0000000000000001.log").exists() or not list(self.store.glob("snapshot-*")):
            self.assertLess(time.monotonic(), deadline, running.text)
            time.sleep(0.05)
        return crowd

    def _check_all_in_the_end(self, crowds):
        """What an early kill left must have outlived the later ones, too."""
        self.assertGood(self.store)
        exported = server.allot("export", "--data", self.store, self.scratch / "all")
        self.assertEqual(0, exported.returncode, exported.stderr)
        picture = load.read_export(self.scratch / "all")
        histories = [history for crowd in crowds for history in crowd.histories]
        self.assertEqual([], load.complaints(histories, picture)[:5])


class GivenAJournalThatLostItsEnd(server.Case):
    """A store that has lost acknowledged changes, made on purpose: the judge must detect it."""

    def test_when_the_last_frames_are_gone_then_the_judge_reports_the_loss(self):
        running = self.serve()
        crowd = load.Crowd(running, "load", 1)
        crowd.await_work(500)
        running.kill()
        crowd.join()
        whole, half = self.scratch / "whole", self.scratch / "half"
        shutil.copytree(self.store, whole)
        shutil.copytree(self.store, half)
        self._drop_half(half)
        self.assertEqual([], crowd.complaints(self.serve(directory=whole))[:5])
        self.assertNotEqual([], crowd.complaints(self.serve(directory=half)))

    def _drop_half(self, directory):
        """As if the later half of the groups had never been written."""
        path = store_files.segments(directory)[-1]
        groups = [f for f in store_files.frames(path) if f.kind == store_files.GROUP]
        store_files.forget_from(path, groups[len(groups) // 2].offset)


class GivenAStorageThatFails(server.Case):
    def test_when_writing_fails_under_load_then_nothing_more_is_acknowledged_and_nothing_lost(self):
        running = self.serve()
        crowd = load.Crowd(running, "fail", 2)
        crowd.await_work(500)
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (0, 0))  # writing gives EFBIG
        crowd.join()
        self.assertLessEqual({failure.code for failure in crowd.failures}, {"READONLY"})
        with running.client() as client:
            self.assertEqual("PONG", client.call("PING"))
            self.assertEqual("1", client.info()["storage_failed"])
            for command in (("ALLOCATE", "o", crowd.skus[0], 1), ("STOCK", crowd.skus[0])):
                self.assertFails(client.call(*command), "READONLY")
        self.assertEqual(1, running.stop())
        self.assertIn("level=error", running.text)
        self.assertEqual([], crowd.complaints(self.serve())[:5])

class GivenADoctoredPicture(unittest.TestCase):
    """The judge itself, without a server."""

    def setUp(self):
        self.history = load.History()
        self.history.sent = [
            ("ALLOCATE", "o1", "S", 2),
            ("ALLOCATE", "o2", "S", 3, "T", 1),
            ("SETQTY", "b1", 40),
            ("DEALLOCATE", "o1"),
            ("SETQTY", "b1", 30),
        ]
        self.history.replies = ["b1", ["b1", "b2"], 0]
        self.lines = {"o1": [("S", 2, "b1")], "o2": [("S", 3, "b1"), ("T", 1, "b2")]}
        self.batches = {"b1": (40, 35), "b2": (5, 4)}
        self.seen = {"o2"}

    def judge(self):
        return load.complaints([self.history], load.Picture(self.lines, self.batches), self.seen)

    def test_an_acknowledged_state_is_no_loss(self):
        self.assertEqual([], self.judge())

    def test_a_command_without_a_reply_may_have_happened(self):
        self.lines["o1"] = []
        self.batches["b1"] = (40, 37)
        self.assertEqual([], self.judge())

    def test_a_later_command_cannot_happen_without_the_earlier_ones(self):
        self.batches["b1"] = (30, 25)
        self.assertNotEqual([], self.judge())

    def test_a_lost_line_is_reported(self):
        self.lines["o2"].pop()
        self.batches["b2"] = (5, 5)
        self.assertIn("o2 has", self.judge()[0])

    def test_an_order_that_was_seen_and_is_gone_is_reported(self):
        self.history.sent.append(("ALLOCATE", "o3", "S", 1))
        self.assertEqual([], self.judge())
        self.seen.add("o3")
        self.assertEqual(["o3 was seen, and is gone"], self.judge())

    def test_a_line_on_two_batches_is_reported(self):
        self.lines["o2"].append(("T", 1, "b3"))
        self.batches["b3"] = (1, 0)
        self.assertTrue(any("2 times" in each for each in self.judge()))

    def test_a_batch_with_more_than_it_holds_is_reported(self):
        self.batches["b2"] = (0, -1)
        self.assertIn("b2 holds 1 of 0", self.judge())

    def test_units_without_a_line_are_reported(self):
        self.batches["b2"] = (5, 3)
        self.assertIn("b2 holds 1: 5 less 3 available", self.judge())

    def test_a_quantity_that_was_not_kept_is_reported(self):
        self.batches["b1"] = (50, 45)
        self.assertTrue(any("was set to 40" in each for each in self.judge()))


if __name__ == "__main__":
    server.main()
