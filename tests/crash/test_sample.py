"""A seeded sample of the runs of `./dev torture` with the real program, and a loss that must be detected."""

import os
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import store_files
import system_calls
from histories import histories
from listeners import listeners
from model import Past
from random_kills import random_kills
from report import Broken, Report, scratch
from script import NEW
from stages import Stage, judge, play

SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(31)))


class GivenTheRealProgram(unittest.TestCase):
    def setUp(self) -> None:
        self.report = Report()
        print(f"SEED={SEED}", flush=True)
        self.addCleanup(lambda: print(self.report.summary(), flush=True))

    def test_when_the_server_is_killed_at_a_system_call_then_everything_acknowledged_is_there(self) -> None:
        system_calls.kill_somewhere(SEED, 30, self.report)
        self.assertGreater(self.report.counts["kills at a system call"], 15)

    def test_when_a_system_call_fails_then_nothing_more_is_acknowledged(self) -> None:
        system_calls.fail_somewhere(SEED, 30, self.report)
        self.assertGreater(self.report.counts["failed system calls"], 15)

    def test_when_the_server_is_killed_under_load_then_everything_acknowledged_is_there(self) -> None:
        random_kills(SEED, 5, self.report)
        self.assertGreater(self.report.counts["commands acknowledged before them"], 100)

    def test_when_clients_compete_and_it_is_killed_then_their_history_is_linearizable(self) -> None:
        histories(SEED, 8, self.report)
        self.assertGreater(self.report.counts["operations in them"], 500)

    def test_when_consumers_are_killed_then_none_misses_a_fact_or_gets_it_twice(self) -> None:
        listeners(SEED, 50_000, self.report)
        self.assertGreater(self.report.counts["kills of a consumer (feed)"], 1)
        self.assertGreater(self.report.counts["kills of a consumer (events)"], 1)


class GivenAStoreThatForgets(unittest.TestCase):
    def test_when_the_last_groups_are_gone_then_the_loss_is_seen(self) -> None:
        with scratch("forgets", in_memory=True) as directory:
            run = play(Stage("new", None, Past(), NEW), directory / "run", None)
            end = store_files.segments(run.store)[-1]
            groups = [each for each in store_files.frames(end) if each.kind == store_files.GROUP]
            store_files.forget_from(end, groups[-2].offset)
            with self.assertRaises(Broken):
                judge(run)


if __name__ == "__main__":
    unittest.main(verbosity=2)
