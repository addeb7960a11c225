"""Runs on this machine: some at a time, each with a log of its own, and their ends recorded."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress

from heracles.backends.array_runtime import RUN_VARIABLE
from heracles.errors import FileError, RunError
from heracles.jobs import process_tree
from heracles.jobs.bare_ids import BareIds
from heracles.jobs.job_control import Terminal, suspend
from heracles.jobs.plan import LocalCall, Plan
from heracles.jobs.printed import Confirmed, LogText, Relay, opened, unfollowed
from heracles.jobs.process_tree import Leader, start_of
from heracles.jobs.reporter import Progress, Reporter
from heracles.lean import NamedTuple
from heracles.schedulers.process import Signals, die_with_parent, exit_description, signals, spelled_command
from heracles.store.events import Announced, Ended, Event, Started
from heracles.store.history import History
from heracles.store.place import user
from heracles.store.submission import LOCAL, LocalRun, local_mark
from heracles.text import counted, printable

__all__ = ["LocalSettings", "Ran", "Runner", "dry_run", "host", "is_alive", "is_hidden", "run_here", "stop"]

_LOOK = 0.05
_LONGEST_WAIT = 1.0
_PATIENCE = 7.0  # more than another Heracles needs, which has patience with its runs too


class LocalSettings(NamedTuple):
    """How runs are run here.

    Attributes:
        jobs: How many run at a time, each with a log; None for one at a time, which prints to the terminal.
        fail_fast: Whether a failed run stops the others; None for: only without `jobs`.
        round: How often all runs of the sweep are run again, with these.
        reads_output: Whether what a run prints may say that it submitted jobs, as the command may be a wrapper of a
            submit command.

    """

    jobs: int | None = None
    fail_fast: bool | None = None
    round: int = 0
    reads_output: bool = False

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
    return not run.has_ended and run.host == host() and process_tree.is_running(_leader(run))


def is_hidden(run: LocalRun, owner: str) -> bool:
    """Return whether it cannot be seen from here if a run, which has not ended as far as is recorded, is running.

    Args:
        run: The run.
        owner: The user who started it; empty for the user whose process this is.

    """
    is_elsewhere = run.host.partition("/")[0] != host().partition("/")[0]
    return not run.has_ended and (is_elsewhere or bool(owner and not process_tree.sees_others()))


def stop(runs: Iterable[LocalRun], heracles: int | None) -> None:
    """Stop runs on this machine, with all that they started.

    Args:
        runs: The runs, started by one Heracles.
        heracles: The process id that this Heracles had. If it still waits for one of them it is told to stop them, as
            it then starts no other, and records how they ended.

    """
    leaders = [_leader(run) for run in runs if is_alive(run)]
    if heracles in [process_tree.parent_of(leader) for leader in leaders]:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(heracles or 0, signal.SIGTERM)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and any(map(process_tree.is_running, leaders)):
            time.sleep(_LOOK)
    process_tree.stop(leaders)


def _environment(mark: str) -> dict[str, str]:
    """Return the environment of a run: the run of a job that Heracles itself is in is another one."""
    inherited = {name: value for name, value in os.environ.items() if name != RUN_VARIABLE}
    return {**inherited, process_tree.MARK: mark}


def _leader(run: LocalRun) -> Leader:
    return Leader(run.pid, run.began, run.mark)


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
    try:
        progress = _watched(runner, plan, items, settings, reporter)
    finally:
        for scheduler, each in runner.submitted.items():
            jobs = [job for of_run in each for job in of_run]
            reporter.warn(unfollowed(len(each), scheduler, jobs))
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
    leader: Leader
    output: LogText | Relay | None

    def confirmed(self, bare_ids: BareIds) -> Confirmed:
        """Return the jobs that it says it has submitted."""
        if not self.output:
            return Confirmed()
        printed = self.output.printed
        return printed.confirmed if printed.confirmed.jobs else bare_ids.confirmed(printed.last_line)


class Runner:
    """Calls a command for each item, and takes its exit code as the item's.

    Each run is in a process group of its own, so that it can be stopped with all that it started. One with a log has a
    session of its own too. One without shares the terminal: it is in the background, so that an interrupt from the
    keyboard gets here, until it reads from the terminal.

    Args:
        command: The words of the command.
        settings: How many run at a time, and whether the others are stopped when one fails.
        batch: What they are recorded under.
        record: Records an event before the next step is taken: that a run started, and how it ended.

    Attributes:
        submitted: The jobs that each run that submitted some said it had, by the key of their scheduler.

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
        self._relays: list[Relay] = []
        self._bare_ids = BareIds()
        self.submitted: dict[str, list[tuple[str, ...]]] = {}
        self._done = self._failed = 0

    def run(self, calls: Iterable[LocalCall]) -> Generator[Progress, None, None]:
        """Run all, and yield the progress whenever something is waited for, and at the end.

        When this is closed, or interrupted, what is running is stopped, with all that it started.

        Args:
            calls: The calls; what one prints goes to the terminal if its log is empty.

        Raises:
            RunError: If the command cannot be started, or if a run fails and that is to stop the others.

        """
        with signals([signal.SIGCHLD, signal.SIGTSTP]) as collected, closing(Terminal()) as terminal:
            try:
                for call in calls:
                    while len(self._children) >= (self._settings.jobs or 1):
                        yield from self._waited(collected, terminal)
                    self._start(call)
                while self._children:
                    yield from self._waited(collected, terminal)
                yield self._progress
            finally:
                self._stop()

    @property
    def _progress(self) -> Progress:
        return Progress(self._done, self._failed, len(self._children))

    def _start(self, call: LocalCall) -> None:
        parent, mark = os.getpid(), local_mark(self._batch, call.item)

        def prepare() -> None:
            if call.log:
                os.setsid()
            else:
                os.setpgid(0, 0)
            die_with_parent(parent, signal.SIGTERM)

        try:
            with opened(call.log, is_read=self._settings.reads_output) as (source, target, errors, output):
                process = subprocess.Popen(  # noqa: S603
                    call.call.words(self.command),
                    stdin=source,
                    stdout=target,
                    stderr=errors,
                    env=_environment(mark),
                    preexec_fn=prepare,  # noqa: PLW1509 - no thread is ever started here
                )
            leader = Leader(process.pid, start_of(process.pid), mark)
            self._children[process.pid] = _Child(call, process, leader, output)
            self._relays += [output] if isinstance(output, Relay) else []
            self._record(Started(self._batch, call.item, process.pid, self._host, leader.start))
        except OSError as error:
            raise RunError(f"cannot run {spelled_command(self.command)}: {error.strerror}") from None

    def _waited(self, collected: Signals, terminal: Terminal) -> Iterator[Progress]:
        """Yield the progress, wait until some have ended, and record their exit codes."""
        ended = self._ended()
        if not ended:
            yield self._progress
            self._relays = [each for each in self._relays if each.is_open]
            collected.wait(_LONGEST_WAIT, self._relays)
            for relay in self._relays:
                relay.pass_on()
            if signal.SIGTSTP in collected.come:
                suspend(child.process.pid for child in self._children.values())
            collected.handle()
            ended = self._ended()
        for child in self._children.values():
            terminal.serve(child.process.pid)
        for child in ended:
            self._record_end(child, terminal)
        if failure := self._failure(ended):
            yield self._progress
            raise failure

    def _ended(self) -> list[_Child]:
        return [child for child in self._children.values() if child.process.poll() is not None]

    def _record_end(self, child: _Child, terminal: Terminal) -> None:
        """Record the exit code of a run that has ended."""
        code = child.process.returncode
        is_interrupt = terminal.take_back(child.process.pid) and code == -signal.SIGINT
        recorded = None if is_interrupt else code if code >= 0 else 128 - code
        del self._children[child.process.pid]
        self._record_code(child, recorded)
        if is_interrupt:  # from the keyboard, which the run alone got
            raise KeyboardInterrupt
        self._done += code == 0
        self._failed += code != 0

    def _record_code(self, child: _Child, code: int | None) -> None:
        """Record the exit code of a run that has ended, None for an interrupted one, and the jobs that it submitted."""
        confirmed = child.confirmed(self._bare_ids)
        self._record(Ended(self._batch, child.call.item, code, *confirmed))
        if confirmed.jobs:
            self.submitted.setdefault(confirmed.scheduler, []).append(confirmed.jobs)

    def _failure(self, ended: Iterable[_Child]) -> RunError | None:
        """Return the error that one of those that ended has failed, if that is to stop the others."""
        failed = [child for child in ended if child.process.returncode]
        if not failed or not self._settings.stops_at_failure:
            return None
        name, code = printable(str(failed[0].call.call)), failed[0].process.returncode
        return RunError(f"{spelled_command(self.command)} failed for {name} ({exit_description(code)})")

    def _stop(self) -> None:
        """Stop what is running, and record that it was interrupted, so that it is run once more."""
        process_tree.stop(child.leader for child in self._children.values())
        while self._children:
            _, child = self._children.popitem()
            if process_tree.is_running(child.leader):
                continue  # not even SIGKILL ended it yet: it may be in the kernel, waiting for a disk
            child.process.wait()
            with suppress(FileError):  # the disk may be full: then the run counts as lost, and is run once more too
                self._record_code(child, None)
        for relay in self._relays:
            relay.close()
