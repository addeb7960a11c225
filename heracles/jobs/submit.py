"""Submitting: what is written down before and after each call, so that no run is lost and none is submitted twice.

Before any call its token is in the journal, and behind it the job's id. Where the scheduler can be asked for a token,
jobs are submitted held and let go once their ids are written: a job that nobody wrote down never runs, and is found
again by its token.
"""

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TypeVar

from heracles.errors import FileError
from heracles.schedulers.client import Client, Full, Job, OutcomeUnknown, Rejected, SubmitCall, Unreachable
from heracles.store.history import Compiled, Ledger, Sent
from heracles.store.journal import Journal
from heracles.text import printable

__all__ = ["Submission"]

_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_YOUNG = 30.0
_Found = TypeVar("_Found")


class Submission:
    """Submits to one engine, and settles what an earlier, interrupted submission left.

    Args:
        engine: The engine.
        journal: The journal, which is held.
        ledger: What it says; it is kept up to date.
        patience: How many seconds a scheduler that does not answer is tried for.
        waits: Whether to wait for room where no more is allowed at the moment.
        pause: Sleeps for so many seconds, unless interrupted.
        say: Tells a person what is waited for.

    """

    def __init__(  # noqa: PLR0913
        self,
        engine: Client,
        journal: Journal,
        ledger: Ledger,
        *,
        patience: float,
        waits: bool,
        pause: Callable[[float], None],
        say: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._ledger = ledger
        self._patience = patience
        self._waits = waits
        self._pause = pause
        self._say = say

    @property
    def can_ask(self) -> bool:
        """Whether the scheduler can be asked for what nobody wrote down."""
        return self._engine.can_hold

    def settle(self, doubtful: Sequence[Sent]) -> tuple[list[Sent], list[Sent]]:
        """Ask what became of calls that nobody wrote down an answer to.

        Args:
            doubtful: The calls, of this engine.

        Returns:
            Those that were taken, and those that were not.

        Raises:
            Unreachable: If the scheduler does not answer.

        """
        taken, refused = [], []
        tokens = [sent.token for sent in doubtful]
        found = self._insisted(lambda: self._engine.find(tokens)) if tokens else {}
        youngest = max((float(sent.intent["time"]) for sent in doubtful if sent.token not in found), default=0.0)
        if time.time() - youngest < _YOUNG:  # it may be on its way still
            self._pause(_FIRST_PAUSE)
            found = self._insisted(lambda: self._engine.find(tokens))
        for sent in doubtful:
            job = found.get(sent.token)
            token, _, call = sent.token.rpartition(".")
            if job:
                self._note("submit", token=token, call=int(call), job=str(job))
                taken.append(sent)
            else:
                self._note("refuse", token=token, calls=[int(call)])
                refused.append(sent)
        return taken, refused

    def release(self, held: Sequence[Sent]) -> list[Job]:
        """Let held jobs run; give those that could not be let go."""
        jobs = {sent.token: sent.job for sent in held if sent.job}
        stuck = self._insisted(lambda: self._engine.release(list(jobs.values()))) if jobs else []
        calls: dict[str, list[int]] = {}
        for sent in held:
            if sent.job not in stuck:
                token, _, call = sent.token.rpartition(".")
                calls.setdefault(token, []).append(int(call))
        for token, numbers in calls.items():
            self._note("release", token=token, calls=numbers)
        return stuck

    def submit(
        self, compiled: Compiled, plan: Sequence[tuple[int, int, SubmitCall]], command: Sequence[str], **fields: object
    ) -> Generator[Job | None, None, None]:
        """Submit, and give the job of each call once it is written down.

        Args:
            compiled: What is submitted, as the journal knows it by now.
            plan: For each call the items, from one up to another, and the call.
            command: The command's words.
            **fields: What the journal is to say of the calls besides.

        Raises:
            Rejected: If a call was refused: what came before is submitted, and nothing behind it.
            OutcomeUnknown: If nobody can tell whether a call was taken.
            Unreachable: If the scheduler does not answer, or not any more.

        """
        size = _BATCH if self._engine.can_hold else 1  # nobody can be asked which of many calls was the last
        for start in range(0, len(plan), size):
            batch = plan[start : start + size]
            token = os.urandom(6).hex()
            items = [[first, end] for first, end, _ in batch]
            shared = {"token": token, "key": compiled.key, "command": list(command), "items": items}
            self._note("intent", **shared, held=self._engine.can_hold, **fields)
            yield from self._batch(token, [call for _, _, call in batch])

    def _batch(self, token: str, calls: Sequence[SubmitCall]) -> Iterator[Job | None]:
        """Make the calls that the journal announces under one token."""
        unmade = 0
        try:
            for number, call in enumerate(calls):
                unmade = number + 1
                job = self._taken(call, f"{token}.{number}")
                self._note("submit", token=token, call=number, job=str(job) if job else None)
                yield job
        except FileError:  # the journal's: what is held stays so, until there is room to write it down
            raise
        except BaseException as problem:
            unmade -= isinstance(problem, Rejected)
            self._note("refuse", token=token, calls=list(range(unmade, len(calls))))
            self._let_go(token)
            raise
        self._let_go(token)

    def _let_go(self, token: str) -> None:
        held = [sent for sent in self._ledger.held() if sent.token.rpartition(".")[0] == token]
        for job in self.release(held):
            hint = self._engine.scheduler.release_hint(job)
            self._say(f"job {job} could not be released: it stays held until you call {hint}")

    def _taken(self, call: SubmitCall, token: str) -> Job | None:
        """Make a call, again and again while that may help, but never if it may have been taken."""
        end, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            try:
                job = self._engine.submit(call, token)
                if job or not self._engine.can_hold:
                    return job
                problem: Rejected | OutcomeUnknown = OutcomeUnknown(f"no job id was printed for {printable(str(call))}")
            except (Full, OutcomeUnknown) as raised:
                problem = raised
            if not self._engine.can_hold:
                raise problem
            waits = self._waits and isinstance(problem, Full)
            if waits:  # what is held would keep its place for ever
                self._let_go(token.rpartition(".")[0])
            if isinstance(problem, OutcomeUnknown) or waits:
                self._say(f"{problem.message}; asking again in {pause:.0f} s")
                self._pause(pause)
            found = self._insisted(lambda: self._engine.find([token]))
            if token in found:
                return found[token]
            if not waits and (isinstance(problem, Full) or time.monotonic() > end):
                raise Rejected(problem.message) if isinstance(problem, OutcomeUnknown) else problem
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _insisted(self, ask: Callable[[], _Found]) -> _Found:
        """Ask until there is an answer, with growing pauses, as long as patience lasts."""
        end, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            try:
                return ask()
            except Unreachable as problem:  # noqa: PERF203 - what it does takes longer
                if time.monotonic() + pause > end:
                    raise
                self._say(f"{problem.message}; trying again in {pause:.0f} s")
                self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _note(self, event: str, **fields: object) -> None:
        self._ledger.take(self._journal.append(event, **fields))
