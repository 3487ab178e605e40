"""The server is killed at every system call of a script; and each that can fail fails, in turn."""

import contextlib
import itertools
import pathlib
import random
import shutil
from typing import Any, Iterator

import traced
from failures import judge_failure
from report import Broken, Report, scratch
from stages import Run, Stage, judge, play, stages
from traced import CallSite

ERRORS = ("EIO", "ENOSPC")
BEYOND = 3  # so many call sites more than one run had: the next may have a few more


def kill_everywhere(report: Report) -> None:
    """Kills at every call site of every stage, until the script ends before it."""
    with scratch("killed-everywhere", in_memory=True) as directory:
        for stage in stages(directory):
            counts = _counts(_sites(stage, directory))
            total = sum(counts.values())
            for (thread, call), count in counts.items():
                for nth in range(1, count + BEYOND + 1):
                    report.progress(f"system calls of '{stage.name}', killed", nth, count)
                    if not _kill(stage, directory, CallSite(thread, call, nth), report):
                        break
            report.say(f"'{stage.name}' has {total} call sites to be killed at")


def kill_somewhere(seed: int, kills: int, report: Report) -> None:
    """Kills at a sample of all call sites."""
    with scratch(f"killed-{seed}", in_memory=True) as directory:
        sites = [(stage, site) for stage in stages(directory) for site in _sites(stage, directory)]
        dealt = _deal(sites, random.Random(f"system-calls-{seed}"))
        for done, (stage, site) in enumerate(itertools.islice(dealt, kills)):
            report.progress("killed at a system call", done, kills)
            _kill(stage, directory, site, report)


def fail_everywhere(report: Report) -> None:
    """Makes every call fail that can, once and permanently, with each error."""
    with scratch("failed-everywhere", in_memory=True) as directory:
        for stage in stages(directory):
            cases = _cases(stage, directory)
            for done, case in enumerate(cases):
                report.progress(f"system calls of '{stage.name}', failed", done, len(cases))
                _fail(stage, directory, *case, report)


def fail_somewhere(seed: int, failures: int, report: Report) -> None:
    with scratch(f"failed-{seed}", in_memory=True) as directory:
        cases = [(stage, *case) for stage in stages(directory) for case in _cases(stage, directory)]
        dealt = _deal(cases, random.Random(f"failures-{seed}"))
        for done, (stage, *case) in enumerate(itertools.islice(dealt, failures)):
            report.progress("failed at a system call", done, failures)
            _fail(stage, directory, *case, report)


def _deal(cases: list[Any], rng: random.Random) -> Iterator[Any]:
    """All call sites, without end, alternating between stages, threads and calls, so that rare calls are
    tested as often as frequent ones."""
    suits: dict[tuple[Any, ...], list[Any]] = {}
    for case in cases:
        stage, site, *_ = case
        suits.setdefault((stage.name, site.thread, site.call), []).append(case)
    while True:
        for suit in rng.sample(list(suits.values()), len(suits)):
            yield rng.choice(suit)


def _sites(stage: Stage, directory: pathlib.Path) -> list[CallSite]:
    """The call sites in a run of the stage."""
    run = _run(stage, directory, tracer := traced.counting(directory))
    if run.exit_code != 0:
        raise Broken(f"traced, it ends with {run.exit_code}: {run.log}")
    return traced.call_sites(tracer.calls(), tracer.threads)


def _counts(sites: list[CallSite]) -> dict[tuple[int, str], int]:
    return {(site.thread, site.call): site.nth for site in sites}


def _cases(stage: Stage, directory: pathlib.Path) -> list[tuple[CallSite, str, bool]]:
    """Each call site with each error, one of which is permanent."""
    some = [each for each in _sites(stage, directory) if each.call in traced.FAILED_AT]
    return [(site, error, (site.nth + at) % 2 == 0)
            for site in some for at, error in enumerate(ERRORS)]


def _run(stage: Stage, directory: pathlib.Path, tracer: traced.Tracer) -> Run:
    shutil.rmtree(directory / "run", ignore_errors=True)
    tracer.log.unlink(missing_ok=True)
    return play(stage, directory / "run", tracer)


def _kill(stage: Stage, directory: pathlib.Path, site: CallSite, report: Report) -> bool:
    """False: the script ended before that call site."""
    run = _run(stage, directory, traced.killing(directory, site))
    if not run.killed and run.exit_code != 0:
        raise Broken(f"'{stage.name}', to be killed at {site}, ends with {run.exit_code}: {run.log}")
    with _named(f"'{stage.name}', killed at {site}"):
        judge(run)
    report.counts["kills at a system call"] += run.killed
    return run.killed


def _fail(stage: Stage, directory: pathlib.Path, site: CallSite, error: str, for_ever: bool,
          report: Report) -> None:
    tracer = traced.failing(directory, site, error, for_ever)
    run = _run(stage, directory, tracer)
    calls = tracer.calls()
    with _named(f"'{stage.name}', {error} {'from' if for_ever else 'once at'} {site}"):
        judge_failure(run, site.thread, calls)
    report.counts["failed system calls"] += any(call.injected for call in calls)


@contextlib.contextmanager
def _named(what: str) -> Iterator[None]:
    """Says of a failure where it was."""
    try:
        yield
    except Exception as failure:
        failure.add_note(what)
        raise
