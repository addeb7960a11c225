"""Submitting in two phases, so that no run is lost and none is submitted twice.

Each submission's token is recorded before the call, and the job's id after it. If the scheduler can look up jobs by
token, they are submitted on hold and released once their ids are recorded: a job that is not recorded never runs, and
can be found again by its token. Where a launch has several groups, none is released before all are recorded.
"""

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from heracles.errors import FileError, HeraclesError
from heracles.jobs.clients import is_elsewhere
from heracles.jobs.judge import is_of
from heracles.jobs.plan import PlannedCall
from heracles.jobs.reporter import Reporter
from heracles.schedulers.client import Client, Full, Job, OutcomeUnknown, Rejected, SubmitCall, Unreachable
from heracles.store import events
from heracles.store.events import Announced, Released, Submitted, Token
from heracles.store.history import History
from heracles.store.submission import Submission
from heracles.text import printable

__all__ = ["Calls", "Patience", "Submitter"]

_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_YOUNG = 30.0
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Patience:
    """How long a scheduler is waited for.

    Attributes:
        timeout: For how many seconds one that does not answer is tried again.
        waits_for_room: Whether to wait when the scheduler's job limit is reached.

    """

    timeout: float = 60.0
    waits_for_room: bool = False


@dataclass(frozen=True)
class Calls:
    """Calls of a submit command with the same options.

    Attributes:
        client: The client that makes them, with these options.
        calls: The calls and their items.
        announced: What is recorded before the calls; batch, items and hold are filled in.

    """

    client: Client
    calls: Sequence[PlannedCall]
    announced: Announced


class Submitter:
    """Submits to one scheduler, and settles what an earlier, interrupted submission to it left.

    Args:
        client: The scheduler's client, which looks up jobs and releases them.
        history: Where submissions are recorded; its journal is locked.
        patience: How long the scheduler is waited for.
        reporter: Is told what is waited for.

    """

    def __init__(self, client: Client, history: History, patience: Patience, reporter: Reporter) -> None:
        self._client = client
        self._history = history
        self._patience = patience
        self._reporter = reporter
        self._batches: set[str] = set()

    @property
    def can_ask(self) -> bool:
        """Whether the scheduler can look up jobs by token."""
        return self._client.can_hold

    def settle(self, submissions: Sequence[Submission]) -> tuple[int, int]:
        """Ask for the jobs of submissions with an unknown outcome, record it, and return how many were accepted.

        Args:
            submissions: The submissions, at least one, all to this scheduler.

        Returns:
            The numbers of accepted and of rejected ones.

        Raises:
            Unreachable: If the scheduler does not answer.

        """
        tokens = [str(each.token) for each in submissions]
        jobs = self._insist(lambda: self._client.find(tokens))
        missing = [each.announced.time for each in submissions if str(each.token) not in jobs]
        if time.time() - max(missing, default=0.0) < _YOUNG:  # the call may still be on its way
            self._reporter.pause(_FIRST_PAUSE)
            jobs = self._insist(lambda: self._client.find(tokens))
        for each in submissions:
            job = jobs.get(str(each.token))
            batch, call = each.token
            self._history.record(Submitted(batch, call, str(job)) if job else events.Rejected(batch, (call,)))
        return len(jobs), len(submissions) - len(jobs)

    def is_elsewhere(self, submission: Submission) -> bool:
        """Return whether a submission went to another cluster than the one that is asked."""
        return is_elsewhere(self._client, submission)

    def release_again(self, submissions: Sequence[Submission]) -> list[Job]:
        """Release the jobs that an interrupted process left on hold; return those that could not be released.

        A job that is gone counts as released, also if another one has its id now.
        """
        if not submissions or not self.can_ask:
            return self.release(submissions)
        jobs = [each.job for each in submissions if each.job]
        found = self._insist(lambda: self._client.states(jobs, with_past=False)).tasks
        there = {each.token for each in submissions for tasks in found if tasks.job == each.job and is_of(tasks, each)}
        gone = [each for each in submissions if each.token not in there]
        for each in gone:
            self._history.record(Released(each.token.batch, (each.token.call,)))
        return self.release(each for each in submissions if each not in gone)

    def release_hint(self, job: Job) -> str:
        """Return the command that releases a job, for a person to call."""
        return self._client.scheduler.release_hint(job)

    def release(self, submissions: Iterable[Submission]) -> list[Job]:
        """Release jobs that are on hold; return those that could not be released."""
        on_hold = list(submissions)
        jobs = [each.job for each in on_hold if each.job]
        stuck = self._insist(lambda: self._client.release(jobs)) if jobs else []
        calls: dict[str, list[int]] = {}
        for each in on_hold:
            if each.job not in stuck:
                calls.setdefault(each.token.batch, []).append(each.token.call)
        for batch, numbers in calls.items():
            self._history.record(Released(batch, tuple(numbers)))
        return stuck

    def submit(self, groups: Iterable[Calls], *, at_once: bool = False) -> Generator[Job | None, None, None]:
        """Submit, and yield the job of each call once it is recorded; None for a job whose id is unknown.

        Args:
            groups: The calls; a group is asked for when those before it are recorded.
            at_once: Whether no job is released before all are recorded.

        Raises:
            Rejected: If a call was rejected; those before it are submitted, none after it is.
            OutcomeUnknown: If it is unknown whether a call was accepted.
            Unreachable: If the scheduler stopped answering.

        """
        try:
            for group in groups:
                yield from self._group(group, at_once=at_once)
        except FileError:  # the journal's: jobs on hold stay so until there is room to record them
            raise
        except (HeraclesError, KeyboardInterrupt, GeneratorExit):
            self._release()
            raise
        self._release()

    def _group(self, group: Calls, *, at_once: bool) -> Iterator[Job | None]:
        """Announce the calls of a group, in batches, and make them."""
        # If the scheduler cannot be asked, nobody could tell which of several announced calls was the last one.
        size = _BATCH if self.can_ask else 1
        for start in range(0, len(group.calls), size):
            part = group.calls[start : start + size]
            batch = os.urandom(6).hex()
            items = tuple((call.first, call.end) for call in part)
            self._history.record(replace(group.announced, batch=batch, items=items, on_hold=self.can_ask))
            self._batches.add(batch)
            yield from self._batch(group.client, batch, [call.call for call in part])
            if not at_once:
                self._release()
                self._batches.clear()

    def _batch(self, client: Client, batch: str, calls: Sequence[SubmitCall]) -> Iterator[Job | None]:
        """Make the calls of a batch that is announced."""
        made = 0
        try:
            for number, call in enumerate(calls):
                made = number + 1
                job = self._job(client, call, Token(batch, number))
                self._history.record(Submitted(batch, number, str(job) if job else None))
                yield job
        except FileError:
            raise
        except BaseException as problem:
            made -= isinstance(problem, Rejected)
            self._history.record(events.Rejected(batch, tuple(range(made, len(calls)))))
            raise

    def _release(self) -> None:
        """Release what is on hold of the batches that are not settled yet."""
        for job in self.release(each for each in self._history.on_hold() if each.token.batch in self._batches):
            hint = self.release_hint(job)
            self._reporter.warn(f"job {job} could not be released: run the same command again, or call {hint}")

    def _job(self, client: Client, call: SubmitCall, token: Token) -> Job | None:
        """Submit, retrying temporary failures, but never once the job may have been accepted.

        After a failure the scheduler is asked for the token first: it may have accepted the job and failed to say so.
        """
        end, pause = time.monotonic() + self._patience.timeout, _FIRST_PAUSE
        while True:
            try:
                job = client.submit(call, str(token))
                if job or not self.can_ask:
                    return job
                problem: Rejected | OutcomeUnknown = OutcomeUnknown(f"no job id was printed for {printable(str(call))}")
            except (Full, OutcomeUnknown) as raised:
                problem = raised
            waits = self._patience.waits_for_room and isinstance(problem, Full)
            if not self.can_ask and not waits:
                raise problem
            if waits:  # what is on hold would keep its place for ever
                self._release()
            if isinstance(problem, OutcomeUnknown) or waits:
                self._reporter.wait(f"{problem.message}; asking again in {pause:.0f} s")
                self._reporter.pause(pause)
            jobs = self._insist(lambda: self._client.find([str(token)])) if self.can_ask else {}
            if str(token) in jobs:
                return jobs[str(token)]
            if not waits and (isinstance(problem, Full) or time.monotonic() > end):
                raise Rejected(problem.message) if isinstance(problem, OutcomeUnknown) else problem
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _insist(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask until there is an answer, with growing pauses, for as long as the timeout allows."""
        end, pause = time.monotonic() + self._patience.timeout, _FIRST_PAUSE
        while True:
            try:
                return ask()
            except Unreachable as problem:  # noqa: PERF203 - asking takes longer
                if time.monotonic() + pause > end:
                    raise
                self._reporter.wait(f"{problem.message}; trying again in {pause:.0f} s")
                self._reporter.pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
