"""Runs on this machine: some at a time, each with a log of its own, and their ends recorded."""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import NamedTuple

from heracles.errors import FileError, RunError
from heracles.jobs.plan import LocalCall, Plan
from heracles.jobs.reporter import Progress, Reporter
from heracles.schedulers.process import die_with_parent, exit_description, spelled_command
from heracles.store.events import Announced, Ended, Event, Started
from heracles.store.history import LOCAL, History, LocalRun
from heracles.store.place import user
from heracles.text import counted, printable

__all__ = ["LocalSettings", "Ran", "Runner", "dry_run", "host", "is_alive", "run_here"]

_GRACE = 5.0
_LOOK = 0.05
_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class LocalSettings(NamedTuple):
    """How runs are run here.

    Attributes:
        jobs: How many run at a time, each with a log; None for one at a time, which prints to the terminal.
        fail_fast: Whether a failed run stops the others; None for: only without `jobs`.
        round: How often all runs of the sweep are run again, with these.

    """

    jobs: int | None = None
    fail_fast: bool | None = None
    round: int = 0

    @property
    def stops_at_failure(self) -> bool:
        """Whether a failed run stops the others."""
        return self.jobs is None if self.fail_fast is None else self.fail_fast


class Ran(NamedTuple):
    """Runs have come to their end here, all with success."""

    runs: int
    command: str


def host() -> str:
    """Return a name for this machine since it was started: process ids mean something there alone."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()[:8]
    except OSError:
        boot = ""
    return f"{socket.gethostname()}/{boot}"


def is_alive(run: LocalRun) -> bool:
    """Return whether a run that was started on this machine is still running."""
    if run.has_ended or run.host != host():
        return False
    return any(_exists(ask, run.pid) for ask in (os.killpg, os.kill))


def _exists(ask: Callable[[int, int], None], pid: int) -> bool:
    try:
        ask(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def run_here(
    plan: Plan,
    items: Sequence[range],
    history: History,
    command: Sequence[str],
    settings: LocalSettings,
    reporter: Reporter,
) -> Ran:
    """Call a command with the script of each item, and record its exit code as the item's.

    Args:
        plan: What was written.
        items: Which items, as ranges.
        history: Where that is recorded; its journal is locked.
        command: The words of the command.
        settings: How they are run.
        reporter: Reports the progress.

    Raises:
        RunError: If a run failed, or the command cannot be started.

    """
    batch = os.urandom(6).hex()
    spans = tuple((part.start, part.stop) for part in items)
    history.record(
        Announced(
            batch,
            plan.compilation.key,
            tuple(command),
            spans,
            scheduler=LOCAL,
            folder=os.getcwd(),
            pid=os.getpid(),
            host=host(),
            user=user(),
            source=plan.script_digest,
            round=settings.round,
        )
    )
    runner = Runner(command, settings, batch, history.record)
    progress = _watched(runner, plan, items, settings, reporter)
    if progress.failed:
        total = counted(sum(map(len, items)), "run")
        raise RunError(f"{progress.failed:,} of {total} failed: -s lists them, --retry runs them again")
    return Ran(progress.done, spelled_command(command))


def dry_run(plan: Plan, items: Sequence[range], command: Sequence[str], reporter: Reporter) -> Ran:
    """Call a submit command that only tests, with the script of each item; nothing is recorded.

    Raises:
        RunError: If a call fails.

    """
    settings = LocalSettings()
    progress = _watched(Runner(command, settings, "", lambda _: None), plan, items, settings, reporter)
    return Ran(progress.done, spelled_command(command))


def _watched(
    runner: "Runner", plan: Plan, items: Sequence[range], settings: LocalSettings, reporter: Reporter
) -> Progress:
    calls = plan.local_calls(items)
    chosen = calls if settings.jobs else (call._replace(log="") for call in calls)
    with closing(runner.run(chosen)) as progress:
        return reporter.watch(progress, sum(map(len, items)), spelled_command(runner.command))


class _Child(NamedTuple):
    call: LocalCall
    process: "subprocess.Popen[bytes]"

    @property
    def has_group(self) -> bool:
        """Whether it is in a process group of its own: a run with no log shares the terminal's."""
        return bool(self.call.log)

    def is_running(self) -> bool:
        """Return whether it, or anything in its group, is still running."""
        if self.process.poll() is None:
            return True
        try:
            os.killpg(self.process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return self.has_group


class Runner:
    """Calls a command for each item, and takes its exit code as the item's.

    Args:
        command: The words of the command.
        settings: How many run at a time, and whether the others are stopped when one fails.
        batch: What they are recorded under.
        record: Records an event before the next step is taken: that a run started, and how it ended.

    """

    def __init__(
        self, command: Sequence[str], settings: LocalSettings, batch: str, record: Callable[[Event], None]
    ) -> None:
        self.command = tuple(command)
        self._settings = settings
        self._batch = batch
        self._record = record
        self._host = host()
        self._children: dict[int, _Child] = {}
        self._done = self._failed = 0

    def run(self, calls: Iterable[LocalCall]) -> Generator[Progress, None, None]:
        """Run all, and yield the progress whenever it changes.

        When this is closed, or interrupted, what is running is stopped, with all that it started.

        Args:
            calls: The calls; what one prints goes to the terminal if its log is empty.

        Raises:
            RunError: If the command cannot be started, or if a run fails and that is to stop the others.

        """
        waking, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        previous = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        handler = signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            for call in calls:
                while len(self._children) >= (self._settings.jobs or 1):
                    yield from self._ended(waking)
                self._start(call)
                yield self._progress
            while self._children:
                yield from self._ended(waking)
        finally:
            self._stop()
            signal.signal(signal.SIGCHLD, handler)
            signal.set_wakeup_fd(previous)
            os.close(waking)
            os.close(woken)

    @property
    def _progress(self) -> Progress:
        return Progress(self._done, self._failed, len(self._children))

    def _start(self, call: LocalCall) -> None:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        parent = os.getpid()

        def prepare() -> None:
            if call.log:
                os.setpgid(0, 0)
            die_with_parent(parent, signal.SIGTERM)
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

        try:
            with _opened(call.log) as (source, target):
                process = subprocess.Popen(  # noqa: S603
                    call.call.words(self.command),
                    stdin=source,
                    stdout=target,
                    stderr=target,
                    preexec_fn=prepare,  # noqa: PLW1509 - no thread is ever started here
                )
            self._children[process.pid] = _Child(call, process)
            self._record(Started(self._batch, call.item, process.pid, self._host))
        except OSError as error:
            raise RunError(f"cannot run {spelled_command(self.command)}: {error.strerror}") from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _ended(self, waking: int) -> Iterator[Progress]:
        """Wait until some have ended, and record their exit codes."""
        ended = [child for child in self._children.values() if child.process.poll() is not None]
        if not ended:
            select.select([waking], [], [], 1.0)
            with suppress(BlockingIOError):
                os.read(waking, 4096)
            return
        for child in ended:
            code = child.process.returncode
            del self._children[child.process.pid]
            self._record(Ended(self._batch, child.call.item, code if code >= 0 else 128 - code))
            self._done += code == 0
            self._failed += code != 0
            yield self._progress
            if code and self._settings.stops_at_failure:
                command = spelled_command(self.command)
                raise RunError(f"{command} failed for {printable(str(child.call.call))} ({exit_description(code)})")

    def _stop(self) -> None:
        """Stop what is running, and record that it was interrupted, so that it is run once more."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        self._signal(signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while time.monotonic() < end and any(child.is_running() for child in self._children.values()):
            time.sleep(_LOOK)
        self._signal(signal.SIGKILL)
        while self._children:
            _, child = self._children.popitem()
            child.process.wait()
            with suppress(FileError):  # the disk may be full: then the run counts as lost, and is run once more too
                self._record(Ended(self._batch, child.call.item, None))
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children.values():
            with suppress(ProcessLookupError):
                if child.has_group:
                    os.killpg(child.process.pid, number)
                elif child.process.poll() is None:
                    child.process.send_signal(number)


@contextmanager
def _opened(log: str) -> Iterator[tuple[int | None, int | None]]:
    """Open what a child reads and writes: nothing and its log, or what this process has."""
    if not log:
        yield None, None
        return
    try:
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise FileError(f"cannot write the log {printable(log)}: {error.strerror}") from None
    try:
        yield subprocess.DEVNULL, target
    finally:
        os.close(target)
