"""Following a sweep: what became of its runs, their logs, and cancelling them."""

import contextlib
import getpass
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import heracles
from heracles.backends import run_script
from heracles.cli.context import Project
from heracles.cli.views import status_table
from heracles.errors import FileError, HeraclesError, RunError
from heracles.ir import Sweep
from heracles.jobs.status import Outcome, RunStatus, finals, host, is_alive, statuses
from heracles.schedulers.client import ALIVE, Answer, Job, State, Unreachable
from heracles.schedulers.clients import connect
from heracles.schedulers.registry import by_key
from heracles.schedulers.scheduler import LogTask
from heracles.store.exit_records import Records
from heracles.store.history import Ledger, Sent, sweep_name
from heracles.store.journal import Journal
from heracles.text import counted, listed, printable

if TYPE_CHECKING:
    from heracles.schedulers.client import Client

__all__ = ["Following"]

_MOST_RUNS = 10_000_000
_LOOK = 0.5
_ASK = 5.0
_PIECE = 2**16


class Following:
    """What was submitted for a script, and what became of it.

    Args:
        project: The script, and what is asked for it.
        journal: Its journal, if that is kept; else it is read as it is at the moment.

    """

    def __init__(self, project: Project, journal: Journal | None = None) -> None:
        self._project = project
        self._terminal = project.terminal
        self._journal = journal
        self._ledger = Ledger.of((journal or project.journal.peek()).records)

    def sweep(self) -> Sweep:
        """Give the sweep that is asked for, or else the latest.

        Raises:
            HeraclesError: If nothing of it was ever submitted.

        """
        ledger, name = self._ledger, self._project.script.name
        if self._project.overrides:
            sweep = self._project.sweep()
            if all(compiled.sweep != sweep_name(sweep) for compiled in ledger.compiled.values()):
                raise HeraclesError(f"this sweep of {name} was never written: without it, the latest is told of")
        elif not ledger.sweep:
            raise HeraclesError(f"nothing is known of {name}: no sweep of it was written or submitted")
        else:
            compiled = next(each for each in ledger.compiled.values() if each.sweep == ledger.sweep)
            sweep = heracles.parse(compiled.overrides, seed=compiled.seed)
        if sweep.size > _MOST_RUNS:
            raise HeraclesError(f"{sweep.size:,} runs are more than can be told of, which is {_MOST_RUNS:,}")
        return sweep

    def last(self) -> Sent:
        """Give the latest submission of the sweep.

        Raises:
            HeraclesError: If there is none.

        """
        sent = self._ledger.of_sweep(sweep_name(self.sweep()))
        if not sent:
            raise HeraclesError(f"nothing of {self._project.script.name} was submitted: -r=CMD does")
        return sent[-1]

    def statuses(self, *, strict: bool) -> tuple[Sweep, list[RunStatus]]:
        """Say what became of each run of the sweep.

        Args:
            strict: Whether it is an error if a scheduler does not answer.

        """
        sweep = self.sweep()
        name = sweep_name(sweep)
        answer = self._answer(self._ledger.of_sweep(name), strict=strict)
        self._remember(answer)
        return sweep, statuses(self._ledger, name, answer, Records(self._project.records))

    def _remember(self, answer: Answer) -> None:
        """Write down how tasks ended, where no accounting does."""
        if answer.knows_past:
            return
        self._note_seen(finals(self._ledger, answer))

    def _note_seen(self, found: Sequence[tuple[str, int | None, str, int | None]]) -> None:
        if not found:
            return
        if self._journal is not None:
            self._ledger.take(self._journal.append("seen", tasks=found))
            return
        with contextlib.suppress(FileError), self._project.journal.held() as journal:
            journal.append("seen", tasks=found)

    def _answer(self, sent: Iterable[Sent], *, strict: bool) -> Answer:
        tasks, knows_past, is_current = [], True, True
        for (key, command), jobs in _jobs(sent).items():
            engine = self._engine(key, command)
            try:
                answer = engine.states(jobs, with_past=True)
            except Unreachable as problem:
                if strict and engine.can_hold:
                    raise
                self._terminal.warn(f"{problem.message}: what the runs noted themselves is all that is known")
                answer = Answer([], knows_past=False, is_current=False)
            tasks += answer.tasks
            knows_past &= answer.knows_past
            is_current &= answer.is_current
        return Answer(tasks, knows_past, is_current)

    def spelled(self, found: Sequence[RunStatus]) -> str:
        """Give `280 done, 20 failed`."""
        counts = Counter(each.state for each in found)
        return ", ".join(f"{counts[state]:,} {state.words}" for state in State if counts[state])

    def status(self) -> None:
        """Print what became of each run."""
        project, terminal = self._project, self._terminal
        sweep, found = self.statuses(strict=False)
        if project.options.json:
            terminal.stream(status_table.as_json(project.script.name, sweep, found, self.log_of))
            return
        width = project.width
        pieces = [
            status_table.summary(project.script.name, found, width),
            status_table.grid(sweep, found, width, colour=width is not None and "NO_COLOR" not in os.environ),
            status_table.troubled(sweep, found, self.log_of, width),
        ]
        for number, piece in enumerate(pieces):
            for place, line in enumerate(piece):
                if number and not place:
                    terminal.show("\n")
                terminal.show(f"{line}\n")

    def log_of(self, status: RunStatus) -> str:
        """Give the path of a run's log, from here; empty if it is not known."""
        path = self._log(status.last, status.run)
        relative = os.path.relpath(path) if path else ""
        return relative if len(relative) < len(path) else path

    def _log(self, last: Outcome, run: int) -> str:
        sent = last.sent
        if sent is None:
            return ""
        if sent.is_local:
            path = self._project.journal.path.with_name(run_script.log(self._project.path, run))
            return os.path.abspath(path)
        pattern = str(sent.intent.get("log", ""))
        if not pattern or sent.job is None:
            return ""
        file = sent.compiled.file if sent.compiled.is_array else run_script.name(self._project.path, run)
        task = LogTask(sent.job.id, last.own, last.task, last.node, getpass.getuser(), file)
        return by_key(sent.engine).log_path(pattern, task)

    def log(self, run: int) -> None:
        """Print the log of a run, and go on with what is added to it if that is asked for.

        Raises:
            HeraclesError: If there is no such run, or no log of it yet.

        """
        sweep, found = self.statuses(strict=False)
        if run >= sweep.size:
            raise HeraclesError(f"there is no run {run:,}: the sweep has runs 0 to {sweep.size - 1:,}")
        status = found[run]
        path = self.log_of(status)
        follow = self._project.options.follow
        while follow and status.state in {State.PENDING, State.RUNNING} and not os.path.exists(path):
            self._terminal.note(f"run {run} is {status.state.words}: waiting for its log")
            self._terminal.pause(_ASK)
            status = self._again(run)
            path = self.log_of(status)
        if not path:
            raise HeraclesError(f"run {run} is {status.state.words}: it has no log that is known")
        try:
            with open(path, "rb") as file:
                while True:
                    while piece := file.read(_PIECE):
                        self._terminal.stream_bytes(piece)
                    if not follow or status.state not in ALIVE:
                        return
                    status = self._waited(run, status, file.tell(), path)
        except OSError as error:
            reason = f"cannot read the log {printable(path)} of run {run}, which is {status.state.words}"
            raise HeraclesError(f"{reason}: {error.strerror}") from None

    def _waited(self, run: int, status: RunStatus, size: int, path: str) -> RunStatus:
        """Wait until a log has grown, or its run has ended."""
        end = time.monotonic() + _ASK
        while time.monotonic() < end:
            if os.path.getsize(path) != size:
                return status
            self._terminal.pause(_LOOK)
        return self._again(run)

    def _again(self, run: int) -> RunStatus:
        self._ledger = Ledger.of(self._project.journal.peek().records)
        return self.statuses(strict=False)[1][run]

    def cancel(self) -> None:
        """Cancel what is pending or running.

        Raises:
            RunError: If that did not succeed.

        """
        _, found = self.statuses(strict=True)
        alive = [each for each in found if each.state in ALIVE]
        here = [each.last.sent for each in alive if each.last.sent and each.last.sent.is_local]
        engines: dict[tuple[str, tuple[str, ...]], list[tuple[Job, list[range] | None]]] = {}
        for sent, ids in self._alive_tasks(alive):
            engines.setdefault((sent.engine, tuple(sent.intent["command"])), []).append((sent.job or Job(""), ids))
        for (key, command), tasks in engines.items():
            try:
                self._engine(key, command).cancel(tasks)
            except Unreachable as problem:  # noqa: PERF203 - few engines
                raise RunError(problem.message) from None
        self._stop_here(here)
        # What was pending leaves no trace at Slurm's.
        cancelled = [
            (str(each.last.sent.job), each.last.task, State.CANCELLED.value, None)
            for each in alive
            if each.last.sent and each.last.sent.job
        ]
        self._note_seen(cancelled)
        said = f"Cancelled {counted(len(alive), 'run')}" if alive else "Nothing is pending or running"
        self._terminal.say(said)

    def _engine(self, key: str, command: Sequence[str]) -> "Client":
        scheduler = by_key(key)
        return connect(scheduler, scheduler.submit_options(command), timeout=self._project.options.patience)

    def _alive_tasks(self, alive: Sequence[RunStatus]) -> Iterable[tuple[Sent, list[range] | None]]:
        """Give the tasks of each job that are to be cancelled; None for a whole job."""
        jobs: dict[str, tuple[Sent, set[int | None]]] = {}
        for each in alive:
            sent = each.last.sent
            if sent and sent.job:
                whole = not sent.compiled.is_array or sent.compiled.own > 1
                jobs.setdefault(str(sent.job), (sent, set()))[1].add(None if whole else each.last.task)
        for sent, tasks in jobs.values():
            count = -(-(sent.end - sent.first) // sent.compiled.pack)
            if None in tasks or len(tasks) == count:
                yield sent, None
            else:
                yield sent, _stretches(sorted(task for task in tasks if task is not None))

    def _stop_here(self, here: Iterable[Sent]) -> None:
        """End the runs of another Heracles on this machine, or those that a killed one left."""
        for pid in {int(sent.intent["pid"]) for sent in here if sent.intent.get("host") == host()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for local in self._ledger.local.values():
            if is_alive(local):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(local.pid, signal.SIGTERM)

    def refuse_if_alive(self) -> None:
        """Refuse to remove what belongs to runs that are pending or running, or may be.

        Raises:
            HeraclesError: If there are such runs.

        """
        way_out = "--cancel cancels them, --force removes the files all the same"
        sent = [each for each in self._ledger.sent if each.outcome != "refused"]
        if not sent:
            return
        try:
            answer = self._answer(sent, strict=True)
        except Unreachable as problem:
            raise RunError(
                f"{problem.message}; so whether runs are pending or running is not known: --force removes all the same"
            ) from None
        records = Records(self._project.records)
        names = {each.compiled.sweep for each in sent}
        found = [each for name in names for each in statuses(self._ledger, name, answer, records)]
        alive = [each for each in found if each.state in ALIVE]
        if alive:
            jobs = listed(sorted({each.last.job for each in alive}))
            raise HeraclesError(f"{counted(len(alive), 'run')} are pending or running ({jobs}): {way_out}")
        if self._ledger.in_doubt():
            raise HeraclesError(
                "whether an interrupted submission got in is not known: the same -r as before finds out, "
                "--force removes the files all the same"
            )


def _stretches(numbers: Sequence[int]) -> list[range]:
    found: list[range] = []
    for number in numbers:
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found


def _jobs(found: Iterable[Sent]) -> dict[tuple[str, tuple[str, ...]], list[Job]]:
    """Give the jobs of submissions, by the engine and the command that they were submitted with."""
    jobs: dict[tuple[str, tuple[str, ...]], list[Job]] = {}
    for sent in found:
        if not sent.is_local and sent.job:
            jobs.setdefault((sent.engine, tuple(sent.intent["command"])), []).append(sent.job)
    return jobs
