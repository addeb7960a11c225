"""The processes of a local run, with all that it started: which of them are running, and stopping them.

A run is recognised by its process id and the time that this process started, since ids are used again. Linux shows
both, and who started whom, in /proc (proc(5)), and the environment too: by a variable in it a process is known that has
left its group and its session, and whose parent has ended. Elsewhere a run is its process group, and is recognised by
its id alone.
"""

import os
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from heracles.lean import NamedTuple

__all__ = ["MARK", "Leader", "Process", "is_running", "members", "parent_of", "sees_others", "start_of", "stop"]

MARK = "HERACLES_LOCAL_RUN"
"""The variable in the environment of all processes of a run."""

_GRACE = 5.0
_LOOK = 0.05
_DEAD = ("Z", "X")
_PROCESSES = "/proc"
_FIRST = 1  # the process that all others descend from


class Leader(NamedTuple):
    """The first process of a run, in a process group or a session of its own.

    Attributes:
        pid: Its process id.
        start: When it started, as `start_of` returns it; None if that is unknown.
        mark: The value that the variable `MARK` has for the run, and for no other; empty if it has none.

    """

    pid: int
    start: int | None
    mark: str = ""


class Process(NamedTuple):
    """A process: the ids of it, of its parent, its process group and its session, and when it started."""

    pid: int
    parent: int
    group: int
    session: int
    start: int | None
    is_dead: bool


def start_of(pid: int) -> int | None:
    """Return when a process started, in clock ticks since the machine was started; None if that is unknown."""
    process = _process(pid)
    return process.start if process else None


def parent_of(leader: Leader) -> int | None:
    """Return the process id of what started a run and waits for it; None if the run's first process has ended."""
    process = _process(leader.pid)
    return process.parent if process and _is(process, leader) else None


def sees_others() -> bool:
    """Return whether the processes of other users are shown: /proc may be mounted with `hidepid`."""
    return _process(_FIRST) is not None or not _has_processes()


def is_running(leader: Leader) -> bool:
    """Return whether any process of a run is running."""
    process = _process(leader.pid)
    is_there = process is not None and not process.is_dead and _is(process, leader)
    return is_there or bool(members([leader]))


def members(leaders: Iterable[Leader]) -> list[Process]:
    """Return the processes of runs that are running: those in their groups and sessions, and what these started."""
    if not _has_processes():
        return [Process(each.pid, 0, each.pid, 0, None, is_dead=False) for each in leaders if _has_group(each.pid)]
    table = _table()
    chosen: dict[int, Process] = {}
    marks = set[str]()
    for leader in leaders:
        chosen |= _first_members(leader, table)
        marks |= {leader.mark} - {""}
    chosen |= {pid: process for pid, process in table.items() if marks and _mark(pid) in marks}
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    waiting = list(chosen)
    while waiting:
        new = [each for each in children.get(waiting.pop(), ()) if each.pid not in chosen]
        chosen |= {each.pid: each for each in new}
        waiting += [each.pid for each in new]
    return [process for process in chosen.values() if not process.is_dead]


def stop(leaders: Iterable[Leader], *, grace: float = _GRACE) -> bool:
    """Stop all processes of runs: they are asked to end (SIGTERM), and are killed if they do not.

    Args:
        leaders: The runs.
        grace: How many seconds they have to end.

    Returns:
        Whether all have ended.

    """
    known = set(leaders)
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _GRACE)):
        end, signalled = time.monotonic() + seconds, set[Leader]()
        while running := members(known):
            # A process whose parent has ended is found as itself.
            known |= {Leader(each.pid, each.start) for each in running}
            new = [each for each in running if Leader(each.pid, each.start) not in signalled]
            _signal(new, number)
            signalled |= known
            if time.monotonic() > end:
                break
            time.sleep(_LOOK)
        if not running:
            return True
    return False


def _signal(processes: Iterable[Process], number: signal.Signals) -> None:
    """Send a signal to processes, to whole groups where these are theirs: so none gets it twice, and none is missed."""
    listed = list(processes)
    pids = {each.pid for each in listed}
    for target in {-each.group if each.group in pids else each.pid for each in listed}:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(target, number)
            os.kill(target, signal.SIGCONT)  # one that is suspended would not end


def _first_members(leader: Leader, table: Mapping[int, Process]) -> dict[int, Process]:
    """Return the leader, if it is there, and the processes of its group and its session."""
    pid = leader.pid
    if pid <= _FIRST or (pid in table and not _is(table[pid], leader)):
        return {}
    return {each.pid: each for each in table.values() if pid in (each.pid, each.group, each.session)}


def _is(process: Process, leader: Leader) -> bool:
    """Return whether a process is the leader, and no later one; an id that names a group is not used again."""
    return process.pid == leader.pid and leader.start in (None, process.start)


def _has_processes() -> bool:
    return os.path.exists(f"{_PROCESSES}/self/stat")


def _table() -> dict[int, Process]:
    found = (_process(int(name)) for name in os.listdir(_PROCESSES) if name.isdigit())
    return {process.pid: process for process in found if process}


def _process(pid: int) -> Process | None:
    try:
        with open(f"{_PROCESSES}/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()  # the program's name before it may hold anything
    except OSError:
        return None
    parent, group, session = map(int, fields[1:4])
    return Process(pid, parent, group, session, int(fields[19]), is_dead=fields[0].decode() in _DEAD)


def _mark(pid: int) -> str:
    """Return the value of `MARK` in a process' environment; empty if it has none, or is another user's."""
    try:
        with open(f"{_PROCESSES}/{pid}/environ", "rb") as file:
            variables = file.read().split(b"\0")
    except OSError:
        return ""
    start = f"{MARK}=".encode()
    return next((each[len(start) :].decode("ascii", "replace") for each in variables if each.startswith(start)), "")


def _has_group(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
