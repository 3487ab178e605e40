"""The replies that are allowed around a failed system call."""

import time

from history import Operation
from report import Broken
from rules import WRITES
from stages import Run, judge
from traced import MAIN, Call

GROUP = "FRM"  # stands in what the journal's thread writes; before it, the main thread may
JOURNAL = "/journal-"


def judge_failure(run: Run, thread: int, calls: list[Call]) -> None:
    """After the failure nothing is acknowledged that depends on it, and nothing that was
    acknowledged is lost. `calls` are those of the thread of which one failed."""
    if run.exit_code < 0:
        raise Broken(f"signal {-run.exit_code} instead of an exit code: {run.log}")
    operations = [each for client in run.clients for each in client]
    refused = [each for each in operations if not _answered(each) and not _found_disk_full(each)]
    if (refused or not run.served) and run.exit_code == 0:
        raise Broken(f"it refuses {refused[:1]}, and ends as if nothing had been: {run.log}")
    failed = [call for call in calls if call.injected and str(run.store) in call.text]
    if thread == MAIN:
        must_not_serve(operations, failed)
    elif failed and any(GROUP in call.text for call in calls):
        must_refuse(operations, failed[0].at, calls)
    judge(run._replace(clients=[[_unknown(each) for each in client if not _found_disk_full(each)]
                                for client in run.clients]))


def must_not_serve(operations: list[Operation], failed: list[Call]) -> None:
    """The main thread reads the journal, and prepares it for writing, before it serves."""
    served_at = min((_clock() + each.invoked / 1e9 for each in operations), default=0.0)
    for call in failed:
        if JOURNAL in call.text and call.at < served_at:
            raise Broken(f"it serves although the journal failed: {call.text}")


def _clock() -> float:
    """When the monotonic clock began, in s since 1970."""
    return time.time() - time.monotonic()


def _answered(operation: Operation) -> bool:
    reply = operation.reply
    refusals = ("READONLY", "EXECABORT")
    return operation.completed is not None and getattr(reply, "code", "") not in refusals


def _found_disk_full(operation: Operation) -> bool:
    """The next segment could not be created: nothing acknowledged is affected, and the operation has changed
    nothing."""
    return getattr(operation.reply, "text", "").startswith("the disk is full")


def _unknown(operation: Operation) -> Operation:
    """A command that was refused because of the storage may have happened."""
    return operation if _answered(operation) else operation._replace(completed=None, reply=None)


def must_refuse(operations: list[Operation], failed_at: float, calls: list[Call]) -> None:
    """The journal's thread had a failure: units that were not synced by then are not acknowledged."""
    clock = _clock()
    synced = [call.at for call in calls
              if call.name == "fdatasync" and not call.failed and call.at < failed_at]
    done: set[tuple[object, ...]] = set()
    refused = None
    for each in operations:
        changes = each.command[0] in WRITES and each.command not in done
        done.add(each.command)
        if not _answered(each):
            refused = refused or (None if _found_disk_full(each) else each)
            continue
        # Reads are answered as long as every change in memory is durable.
        if refused and each.command[0] in WRITES:
            raise Broken(f"{refused} was refused, and {each} after it was not")
        invoked, completed = (clock + at / 1e9 for at in (each.invoked, each.completed or 0))
        if changes and completed > failed_at and not any(at > invoked for at in synced):
            raise Broken(f"{each} was acknowledged; the storage failed {failed_at - invoked:.6f} s "
                         "after it was sent, and before it was synced")
