"""Kills at random moments while a crowd of pipelined clients works, each judged by the crowd."""

import pathlib
import random
import time

import load
import server
from report import Broken, Report, scratch

KILLS_A_STORE = 10
KILLED_STARTS = 0.25
OPTIONS = ("--segment-size", "64KiB", "--snapshot-every", "192KiB")


def random_kills(seed: int, kills: int, report: Report) -> None:
    """Raises when a line that was acknowledged or read is missing, or is there twice."""
    rng = random.Random(f"kills-{seed}")
    done = 0
    while done < kills:
        with scratch(f"kills-{seed}") as directory:
            for _ in range(min(KILLS_A_STORE, kills - done)):
                report.progress("random kills under load", done, kills)
                _kill_once(directory / "store", f"k{done}", rng, report)
                done += 1


def _kill_once(store: pathlib.Path, name: str, rng: random.Random, report: Report) -> None:
    running = server.Server(store, *OPTIONS)
    try:
        crowd = load.Crowd(running, name, rng.getrandbits(32))
        time.sleep(rng.uniform(0.01, 0.6))  # the random moment itself
        running.kill()
        crowd.join()
    finally:
        running.end()
    report.counts["random kills"] += 1
    report.counts["commands acknowledged before them"] += crowd.acknowledged()
    if crowd.failures:
        raise Broken(f"{name}: refused: {crowd.failures[:3]}")
    if rng.random() < KILLED_STARTS:
        _kill_while_starting(store, rng)
        report.counts["random kills"] += 1
    _judge(store, crowd, name)


def _kill_while_starting(store: pathlib.Path, rng: random.Random) -> None:
    starting = server.Server(store, *OPTIONS, await_start=False)
    time.sleep(rng.uniform(0, 0.05))
    starting.kill()


def _judge(store: pathlib.Path, crowd: load.Crowd, name: str) -> None:
    checked = server.allot("check", "--data", store)
    if checked.returncode != 0:
        raise Broken(f"{name}: allot check: {checked.stdout}{checked.stderr}")
    again = server.Server(store, *OPTIONS)
    try:
        found = crowd.complaints(again)
    finally:
        again.end()
    if found:
        raise Broken(f"{name}: {found[:5]}\n{again.text}")
