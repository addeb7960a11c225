"""What the events of a journal add up to: which runs were submitted, as which jobs, and what is unknown about them."""

import math
import os.path
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import singledispatchmethod

from heracles.errors import FileError
from heracles.ir import Runs
from heracles.paths import Siblings
from heracles.schedulers.client import Job, State
from heracles.store import events, trust
from heracles.store.digests import sweep_name
from heracles.store.events import Compilation, Event, Token
from heracles.store.journal import Journal
from heracles.store.submission import LocalRun, Submission, local_mark
from heracles.text import printable

__all__ = ["History"]


class History:
    """What was done for one job script.

    Args:
        journal: Where its events are recorded; it is read first.

    Attributes:
        compilations: All compilations, by key, in the order that they were last recorded in.
        sweep: The name of the latest sweep; empty if there is none.
        submissions: All submissions, in order.
        local_runs: The runs that were started here, by batch and item.
        seen: How tasks ended, by job and task: the state and the exit code.
        is_own: Whether the journal is the user's own: of others', no command is run and no process stopped.
        distrusted: The latest command in a journal that is not the user's own, which is not believed; empty for none.
        files: For each file that Heracles wrote and did not delete since, the digests of all that it wrote there.
        written: When each compilation was first written, by key, in seconds since 1970.
        copied_from: The path of the journal that this one was copied from, with nothing done here since; empty if it
            is no copy. What was submitted there is not of this folder, so none of it is in the history.
        begins: When the folder was copied, in seconds since 1970; 0 if it was not.

    Raises:
        FileError: If the journal cannot be read.

    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.compilations: dict[str, Compilation] = {}
        self.sweep = ""
        self.submissions: list[Submission] = []
        self.local_runs: dict[tuple[str, int], LocalRun] = {}
        self.seen: dict[tuple[str, int | None], tuple[State, int | None]] = {}
        self.files: dict[str, set[str]] = {}
        self.written: dict[str, float] = {}
        self.copied_from = ""
        self.begins = 0.0
        self._home = ""
        self._earlier: dict[str, str] = {}
        self._by_token: dict[Token, Submission] = {}
        self._ended_jobs: set[str] = set()
        self._finished: dict[str, int] = {}
        number = 0
        self.distrusted, self.is_own = "", True
        try:
            for number, event in journal.lines():  # noqa: B007 - the error needs it
                self.is_own = journal.is_own
                self.distrusted = "" if self.is_own else trust.distrusted([event]) or self.distrusted
                self._take(event if self.is_own else trust.believable(event))
        except KeyError:  # the event is about something that no line before it announced
            raise journal.damage(number) from None
        self.copied_from = journal.original()
        if self.copied_from:
            self._forget(math.inf)

    @classmethod
    @contextmanager
    def locked(cls, siblings: Siblings, version: str) -> Iterator["History"]:
        """Lock a script's journal, so that events can be recorded, and read it.

        Args:
            siblings: The files beside the script.
            version: The version of Heracles.

        Raises:
            FileError: If it is locked by another process, or cannot be read.

        """
        _refuse_former(siblings, version)
        journal = _journal(siblings, version)
        with journal.locked():
            history = cls(journal)
            _refuse_namesake(siblings, journal.opened_for)
            if history.copied_from:
                journal.check_apart(history.copied_from)
            yield history

    @classmethod
    def read(cls, siblings: Siblings, version: str) -> "History":
        """Read a script's journal without locking it.

        Raises:
            FileError: If it cannot be read.

        """
        _refuse_former(siblings, version)
        journal = _journal(siblings, version)
        history = cls(journal)
        _refuse_namesake(siblings, journal.opened_for)
        return history

    @property
    def is_locked(self) -> bool:
        """Whether the journal is locked, so that events can be recorded."""
        return self._journal.is_locked

    def record(self, event: Event) -> None:
        """Write an event to the journal, and take it into account.

        Raises:
            FileError: If it cannot be written; then nothing has changed.

        """
        recorded = self._journal.append(event)
        self._home = self._journal.home
        self._take(recorded)

    def remember(self, event: Event) -> None:
        """Record an event that can be found out again: if the journal cannot be locked or written, do without."""
        if self.is_locked:
            self.record(event)
            return
        with suppress(FileError), self._journal.locked():
            History(self._journal).record(event)
        self._take(event)

    def discard(self) -> None:
        """Delete the journal: nothing in it is needed any more."""
        self._journal.delete()

    def latest(self, sweep: Runs | None = None, arguments: Sequence[str] | None = None) -> Compilation | None:
        """Return the latest compilation of what is asked for; None if there is none.

        That of a sweep which was continued is the latest of the whole, in which its runs have the same numbers.

        Args:
            sweep: The sweep; None for any.
            arguments: The script's own arguments; None for any.

        """
        for each in reversed(self.compilations.values()):
            name = "" if sweep is None else sweep_name(sweep, each.arguments)
            if name in ("", each.sweep, each.asked) and arguments in (None, each.arguments):
                return self._continued(each)
        return None

    def _continued(self, compilation: Compilation) -> Compilation:
        """Return the latest compilation of a sweep, or of what it was continued with."""
        first = self.lineage(compilation.sweep)[0]
        every = reversed(self.compilations.values())
        return next((each for each in every if self.lineage(each.sweep)[0] == first), compilation)

    def lineage(self, name: str) -> list[str]:
        """Return the names of the sweeps that make up one that was continued, the first one first."""
        names = [name]
        while earlier := self._earlier.get(names[-1]):
            names.append(earlier)
        return names[::-1]

    def sweeps(self) -> list[str]:
        """Return the names of all sweeps, the latest last; of one that was continued, the name of the whole."""
        latest = {self.lineage(each.sweep)[0]: each.sweep for each in self.compilations.values()}
        order = {each.sweep: place for place, each in enumerate(self.compilations.values())}
        return sorted(latest.values(), key=order.__getitem__)

    def compilations_of(self, name: str) -> list[Compilation]:
        """Return the compilations of a sweep, and of those that it continues, in the order of their recording."""
        names = self.lineage(name)
        return [each for each in self.compilations.values() if each.sweep in names]

    def of_sweep(self, name: str) -> list[Submission]:
        """Return the submissions of a sweep, and of those it continues, that were, or may have been, accepted."""
        names = self.lineage(name)
        return [each for each in self.submissions if each.compilation.sweep in names and each.outcome != "rejected"]

    def round(self, name: str) -> int:
        """Return how often all runs of a sweep were submitted again, as far as that was begun."""
        names = self.lineage(name)
        return max((each.announced.round for each in self.submissions if each.compilation.sweep in names), default=0)

    def has_finished(self, name: str, number: int) -> bool:
        """Return whether a round of a sweep is complete, and was reported to be."""
        return max(self._finished.get(each, 0) for each in self.lineage(name)) >= number

    def is_at_home(self, submission: Submission) -> bool:
        """Return whether the journal is still in the folder that it was in at the time of a submission."""
        return submission.home in ("", self._journal.home)

    def folder(self, submission: Submission) -> str:
        """Return the folder that a submission was called in, which may have been moved together with the journal."""
        folder = submission.announced.folder
        inside = os.path.relpath(folder, submission.home) if submission.home else ".."
        is_inside = inside != ".." and not inside.startswith("../")
        return os.path.normpath(os.path.join(self._journal.home, inside)) if is_inside else folder

    def submission(self, token: Token) -> Submission | None:
        """Return the submission of a token; None if there is none."""
        return self._by_token.get(token)

    def unknown(self) -> list[Submission]:
        """Return the submissions to a scheduler of which it is unknown whether they were accepted."""
        return [each for each in self.submissions if each.outcome == "unknown" and not each.is_local]

    def on_hold(self) -> list[Submission]:
        """Return the submissions whose jobs are still on hold because the submitting process was stopped."""
        return [
            each
            for each in self.submissions
            if each.outcome == "accepted" and each.job and each.announced.on_hold and not each.is_released
        ]

    @singledispatchmethod
    def _take(self, event: Event) -> None:
        """Take an event into account; KeyError if it speaks of something that was never announced."""

    def _forget(self, time: float) -> None:
        """Forget all but the files: what was submitted until then was submitted elsewhere."""
        for each in (
            self.compilations,
            self.submissions,
            self.local_runs,
            self.seen,
            self.written,
            self._earlier,
            self._by_token,
            self._finished,
        ):
            each.clear()
        self.sweep, self.begins = "", time

    @_take.register
    def _(self, event: events.Opened) -> None:
        self._home = event.home
        if event.is_copy:
            self._forget(event.time)

    @_take.register
    def _(self, event: events.Compilation) -> None:
        if event.earlier:
            _ = self._earlier[event.earlier]
        self._earlier.setdefault(event.sweep, event.earlier)
        self.compilations.pop(event.key, None)
        self.written.setdefault(event.key, event.time)
        self.compilations[event.key] = event
        self.sweep = event.sweep

    @_take.register
    def _(self, event: events.Announced) -> None:
        compilation = self.compilations[event.compilation]
        for number, (first, end) in enumerate(event.items):
            submission = Submission(Token(event.batch, number), compilation, first, end, event, home=self._home)
            self._by_token[submission.token] = submission
            self.submissions.append(submission)

    @_take.register
    def _(self, event: events.Submitted) -> None:
        submission = self._by_token[Token(event.batch, event.call)]
        submission.outcome = "accepted"
        submission.job = Job.of(event.job) if event.job else None
        if event.job in self._ended_jobs:  # the scheduler's ids have started again
            self.seen = {key: end for key, end in self.seen.items() if key[0] != event.job}

    @_take.register
    def _(self, event: events.Rejected) -> None:
        for call in event.calls:
            self._by_token[Token(event.batch, call)].outcome = "rejected"

    @_take.register
    def _(self, event: events.AssumedSubmitted) -> None:
        self._by_token[Token(event.batch, event.call)].outcome = "assumed"

    @_take.register
    def _(self, event: events.Released) -> None:
        for call in event.calls:
            self._by_token[Token(event.batch, call)].is_released = True

    @_take.register
    def _(self, event: events.Started) -> None:
        mark = local_mark(event.batch, event.item)
        self.local_runs[event.batch, event.item] = LocalRun(event.pid, event.host, event.began, mark=mark)

    @_take.register
    def _(self, event: events.Ended) -> None:
        run = self.local_runs[event.batch, event.item]
        run.has_ended, run.code = True, event.code
        run.scheduler, run.jobs = event.scheduler, event.jobs

    @_take.register
    def _(self, event: events.Finished) -> None:
        self._finished[event.sweep] = event.round

    @_take.register
    def _(self, event: events.Seen) -> None:
        self.seen.update({(end.job, end.task): (end.state, end.code) for end in event.tasks})
        self._ended_jobs.update(end.job for end in event.tasks)

    @_take.register
    def _(self, event: events.Written) -> None:
        for name, content in event.files.items():
            self.files.setdefault(name, set()).add(content)

    @_take.register
    def _(self, event: events.Deleted) -> None:
        for name in event.files:
            self.files.pop(name, None)


def _journal(siblings: Siblings, version: str) -> Journal:
    journal = Journal(siblings.path(siblings.journal), version, siblings.name)
    if not journal.home:
        raise FileError("the current folder does not exist any more: change to one that does")
    return journal


def _refuse_former(siblings: Siblings, version: str) -> None:
    """Refuse to forget what version 0.1.0 recorded for a script, in the journal of all scripts of its stem.

    Raises:
        FileError: If there is such a journal, and no other one yet.

    """
    former, records = map(siblings.path, siblings.former)
    path = siblings.path(siblings.journal)
    if former == path or os.path.lexists(path) or not os.path.lexists(former):
        return
    files = {each.file for each in History(Journal(former, version)).compilations.values()}
    if any(file == siblings.array_script or siblings.run_of_script(file) is not None for file in files):
        raise FileError(
            f"{printable(former)} is the journal of {printable(siblings.name)} from an older version of Heracles: once "
            f"none of its runs is pending or running, rename it to {printable(path)}, and {printable(records)} to "
            f"{printable(siblings.path(siblings.exit_records))}"
        )


def _refuse_namesake(siblings: Siblings, script: str) -> None:
    """Refuse the journal of a named sweep of another script, or of another script than the named sweep's.

    Raises:
        FileError: If it is one.

    """
    journal, name = printable(siblings.path(siblings.journal)), printable(script)
    if siblings.sweep and script == siblings.namesake:
        raise FileError(f"{journal} is the journal of {name}: choose another --name")
    sweep = (
        None if siblings.sweep or script in ("", siblings.name) else Siblings(script).sweep_of_journal(siblings.journal)
    )
    if sweep is not None:
        raise FileError(f"{journal} is the journal of the sweep {sweep} of {name}: rename {printable(siblings.name)}")
