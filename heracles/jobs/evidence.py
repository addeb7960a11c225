"""What is known about all items of a submission: judgements, each of which is of many of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from heracles.jobs.by_hand import by_hand, in_order, is_by_hand
from heracles.jobs.judge import AnswerOf, Judge, task_of
from heracles.jobs.outcome import RANK, Judgement, Outcome
from heracles.schedulers.client import ALIVE, State
from heracles.schedulers.indices import consecutive
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History
from heracles.store.record_columns import ABSENT, CUT_SHORT, ENDED, STARTED
from heracles.store.submission import Submission

if TYPE_CHECKING:
    from heracles.store.events import Token

__all__ = ["NEVER", "Evidence"]

NEVER = "never starts"
"""What the reason of a pending run begins with if the run that it waits for did not succeed."""

_ENDED_BADLY = frozenset({State.FAILED, State.TIMED_OUT, State.OUT_OF_MEMORY, State.CANCELLED, State.LOST})
_PIECE = 2**16  # items that are judged at once
_MOST_CHANGES = 1000  # between tasks of a job: of more, each item is looked at alone


class Evidence:
    """What is known about a sweep's jobs.

    Args:
        history: What is recorded.
        answer_of: Returns what the scheduler of a submission says about its jobs.
        records: The exit records.

    Attributes:
        judgements: Each judgement that `judged` has numbered, by its number; number 0 is of what was never submitted.

    """

    def __init__(self, history: History, answer_of: AnswerOf, records: ExitRecords) -> None:
        self._history = history
        self._records = records
        self._judge = Judge(history, answer_of, records)
        self._waits: dict[Token, tuple[State, int]] = {}
        self._scattered: dict[Token, bool] = {}
        self.judgements = [Judgement(State.NEW)]
        self._numbers = {self.judgements[0]: 0}

    def submissions(self, sweep: str) -> list[Submission]:
        """Return the submissions of a sweep, in order, with those that were made by hand."""
        return in_order(self._history.of_sweep(sweep), by_hand(self._history, sweep, self._records))

    def outcomes(self, submission: Submission) -> Iterator[Outcome]:
        """Yield what is known of each item of a submission that something is known of."""
        for items in self._pieces(submission):
            yield from (self.outcome(submission, item) for item in items)

    def judged(self, submission: Submission) -> Iterator[tuple[range, Iterable[int]]]:
        """Yield consecutive items of a submission that something is known of, with the numbers of their judgements."""
        for items in self._pieces(submission):
            marks = self._marks(submission, items)
            varying = self._varying(submission, items)
            if self._is_scattered(submission):
                yield items, self._numbers_by_kind(submission, zip(items, marks, strict=True), varying)
                continue
            of_mark = {
                mark: self._number(submission, items[marks.index(mark)]) for mark in set(marks) if mark not in varying
            }
            yield (
                items,
                self._numbers_by_mark(submission, items, marks, of_mark)
                if varying
                else map(of_mark.__getitem__, marks),
            )

    def _numbers_by_mark(
        self, submission: Submission, items: range, marks: Iterable[int], of_mark: Mapping[int, int]
    ) -> Iterator[int]:
        for item, mark in zip(items, marks, strict=True):
            yield of_mark[mark] if mark in of_mark else self._number(submission, item)

    def _numbers_by_kind(
        self, submission: Submission, items: Iterable[tuple[int, int]], varying: Collection[int]
    ) -> Iterator[int]:
        """Yield the number of the judgement of each item, which is given with what the exit records say about it.

        All that items differ in besides that is what the scheduler and the journal say about their tasks.
        """
        hints, ends = self._judge.hints(submission)[0], self._judge.ends(submission)
        first, pack = task_of(submission, submission.first), submission.compilation.pack
        shift = 0 if first is None else first - submission.first // pack
        numbers: dict[tuple[tuple[State, int | None, str] | None, Judgement | None, int], int] = {}
        for item, mark in items:
            task = None if first is None else item // pack + shift
            hint = hints(task)
            kind = (hint.state, hint.code, hint.reason) if hint else None, ends.get(task), mark
            if mark in varying or kind not in numbers:
                numbers[kind] = self._number(submission, item)
            yield numbers[kind]

    def outcome(self, submission: Submission, item: int) -> Outcome:
        """Return what is known of an item of a submission, of which something is known."""
        found = self._judge.outcome(submission, item)
        return _waiting(found, *self._awaited(submission)) if submission.announced.after else found

    def _awaited(self, submission: Submission) -> tuple[State, int]:
        """Return the state of what a submission waits for, and the run that decides it."""
        if submission.token not in self._waits:
            others = filter(None, map(self._history.submission, submission.announced.after))
            outcomes = [outcome for other in others for outcome in self.outcomes(other)]
            worst = min(outcomes, key=lambda each: RANK[each.state], default=Outcome(submission, 0, State.UNKNOWN))
            self._waits[submission.token] = worst.state, (worst.submission or submission).compilation.run(worst.item)
        return self._waits[submission.token]

    def _number(self, submission: Submission, item: int) -> int:
        judgement = self.outcome(submission, item).judgement
        number = self._numbers.setdefault(judgement, len(self.judgements))
        if number == len(self.judgements):
            self.judgements.append(judgement)
        return number

    def _marks(self, submission: Submission, items: range) -> "Sequence[int]":
        """Return what the exit records say about each item: all that items of one piece may differ in."""
        recorded = self._records.by_job(submission.compilation.key).get(submission.job.id if submission.job else "")
        return recorded.marks(items) if recorded else [ABSENT] * len(items)

    def _varying(self, submission: Submission, items: range) -> Collection[int]:
        """Return the marks of which not all items of a piece are judged alike."""
        if submission.job is None or submission.token in self._judge.repeated:
            return range(ABSENT, CUT_SHORT + 1)
        varying = {STARTED} if self._records.damaged or self._records.incomplete else set[int]()
        if submission.compilation.pack > 1:
            is_cut = self._is_scattered(submission) or self._judge.is_cut(submission, items.start)
            varying |= {ENDED} if is_cut else set()
        return varying

    def _pieces(self, submission: Submission) -> Iterator[range]:
        """Yield the items that something is known of, in pieces that differ in nothing but in what they recorded."""
        if submission.is_local:
            items = sorted(filter(submission.items.__contains__, self._local_items.get(submission.token.batch, ())))
            yield from (range(item, item + 1) for item in items)
        elif not submission.compilation.is_array:
            yield submission.items[:1]
        else:
            for piece in self._alike(submission):
                if not is_by_hand(submission) or self._judge.hints(submission)[0](task_of(submission, piece.start)):
                    yield from (piece[start : start + _PIECE] for start in range(0, len(piece), _PIECE))
                else:
                    yield from self._recorded(submission, piece)

    def _is_scattered(self, submission: Submission) -> bool:
        """Return whether an array has too many pieces that the scheduler, and the journal, say the same about."""
        if submission.is_local or not submission.compilation.is_array or is_by_hand(submission):
            return False
        if submission.token not in self._scattered:
            changes = self._judge.hints(submission)[0].changes(self._judge.ends(submission))
            self._scattered[submission.token] = any(islice(map(str, changes), _MOST_CHANGES, None))
        return self._scattered[submission.token]

    def _alike(self, submission: Submission) -> Iterator[range]:
        """Yield the items of an array in pieces that the scheduler, and the journal, say the same about.

        Where these would be too many, all items are one.
        """
        ends = {submission.first, submission.end}
        if self._is_scattered(submission):
            yield submission.items
            return
        if (first := task_of(submission, submission.first)) is not None:
            begin, pack = submission.first // submission.compilation.pack, submission.compilation.pack
            changes = self._judge.hints(submission)[0].changes(self._judge.ends(submission))
            ends.update((task - first + begin) * pack for task in changes)
        ordered = sorted(end for end in ends if submission.first <= end <= submission.end)
        yield from (range(start, end) for start, end in pairwise(ordered))

    def _recorded(self, submission: Submission, items: range) -> Iterator[range]:
        """Yield the items, of some, that have an exit record."""
        job = submission.job.id if submission.job else ""
        recorded = self._records.by_job(submission.compilation.key).get(job)
        for span in recorded.spans() if recorded else ():
            inside = range(max(items.start, span.start), min(items.stop, span.stop))
            marks = self._marks(submission, inside)
            yield from consecutive(item for item, mark in zip(inside, marks, strict=True) if mark != ABSENT)

    @cached_property
    def _local_items(self) -> dict[str, list[int]]:
        """The items of each batch that were started here."""
        items: dict[str, list[int]] = defaultdict(list)
        for batch, item in self._history.local_runs:
            items[batch].append(item)
        return items


def _waiting(outcome: Outcome, awaited: State, run: int) -> Outcome:
    """Return an outcome with what follows from the state of the run that it waits for."""
    if awaited in ALIVE and outcome.state is State.PENDING:
        return outcome._replace(reason=f"waiting for run {run}")
    if awaited not in _ENDED_BADLY:
        return outcome
    if outcome.state is State.PENDING:
        return outcome._replace(reason=f"{NEVER}: run {run} {awaited.words}")
    if outcome.code is None and outcome.state in (State.CANCELLED, State.UNKNOWN):
        return outcome._replace(reason=f"it waited for run {run}: {awaited.words}")
    return outcome
